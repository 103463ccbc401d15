//! What a call is translated for: a deployment, its family, and the surface it is reached on.

use std::sync::Arc;

use crate::{
    call::{ApiVersion, Dialect, PerDialect, ReplayedReasoning, Surface},
    catalog::{Profile, Row, Surfaces},
    translate::TargetOptions,
};

/// A dated api-version and what it lacks.
#[derive(Clone, Debug)]
pub struct Version {
    /// The version.
    pub name: ApiVersion,
    unknown: PerDialect<Arc<[Row]>>,
    /// Whether it knows the `developer` role.
    pub developer_role: bool,
}

impl Version {
    fn new(name: &ApiVersion, surfaces: &Surfaces) -> Version {
        Version {
            name: name.clone(),
            unknown: PerDialect::new(|dialect| surfaces.rows(name, dialect).into()),
            developer_role: surfaces.knows_developer_role(name),
        }
    }

    /// Returns the keys and values of a call in this dialect that the version does not know.
    pub fn unknown(&self, dialect: Dialect) -> &[Row] {
        self.unknown.of(dialect)
    }
}

/// A deployment as translation sees it. Built once, when settings are loaded.
#[derive(Clone, Debug)]
pub struct Target {
    /// The name of its Azure resource.
    pub resource: Arc<str>,
    /// The deployment's name on Azure.
    pub deployment: String,
    /// Its family.
    pub profile: Arc<Profile>,
    /// The surface its resource is reached on.
    pub surface: Surface,
    /// The configured version; `None` on v1.
    pub configured: Option<Version>,
    /// The oldest version that serves the family in each dialect, where the configured one is older still.
    pub raised: PerDialect<Option<Version>>,
    /// The operator's options.
    pub options: TargetOptions,
}

impl Target {
    /// Makes a target without options.
    pub fn new(deployment: &str, profile: Arc<Profile>, surface: Surface, surfaces: &Surfaces) -> Target {
        let configured = match &surface {
            Surface::V1 => None,
            Surface::Dated(version) => Some(Version::new(version, surfaces)),
        };
        let blank = Target {
            resource: Arc::default(),
            deployment: deployment.to_owned(),
            profile: profile.clone(),
            surface,
            configured,
            raised: PerDialect::default(),
            options: TargetOptions::default(),
        };
        blank.with_profile(profile, surfaces)
    }

    /// Returns the same target for what is now known of its family.
    #[must_use]
    pub fn with_profile(&self, profile: Arc<Profile>, surfaces: &Surfaces) -> Target {
        let raised = |dialect| {
            let configured = &self.configured.as_ref()?.name;
            let bounds = [profile.min_api_version.as_ref(), surfaces.oldest(dialect)].into_iter().flatten();
            let oldest = bounds.reduce(|one, other| if one.is_before(other) { other } else { one })?;
            configured.is_before(oldest).then(|| Version::new(oldest, surfaces))
        };
        let raised = PerDialect::new(raised);
        Target { profile, raised, ..self.clone() }
    }

    /// Returns the same target without replayed reasoning: no reasoning of earlier answers goes back.
    #[must_use]
    pub fn without_replayed_reasoning(&self) -> Target {
        let profile = Profile { replayed_reasoning: ReplayedReasoning::None, ..(*self.profile).clone() };
        Target { profile: Arc::new(profile), ..self.clone() }
    }

    /// Returns the oldest version that serves the family in this dialect, where the configured one is older still.
    pub fn raised(&self, dialect: Dialect) -> Option<&Version> {
        self.raised.of(dialect).as_ref()
    }

    /// Returns the dated version that calls in this dialect go to; `None` on v1. A policy can keep calls on the
    /// configured version.
    pub fn version(&self, dialect: Dialect) -> Option<&Version> {
        self.raised(dialect).or(self.configured.as_ref())
    }

    /// Returns the name of the dated version for chat calls.
    pub fn api_version(&self) -> Option<&ApiVersion> {
        self.version(Dialect::Chat).map(|version| &version.name)
    }
}
