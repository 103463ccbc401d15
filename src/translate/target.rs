//! What a call is translated for: a deployment, its family, and the surface it is reached on.

use std::sync::Arc;

use crate::{
    call::{ApiVersion, Surface},
    catalog::{Profile, Row, Surfaces},
};

/// A deployment as translation sees it. Built once, when settings are loaded.
#[derive(Clone, Debug)]
pub struct Target {
    /// The deployment's name on Azure.
    pub deployment: String,
    /// Its family.
    pub profile: Arc<Profile>,
    /// The surface its resource is reached on.
    pub surface: Surface,
    /// On a dated surface: the version to send where it is newer than the configured one.
    pub raised: Option<ApiVersion>,
    /// What the dated version that is sent does not know.
    pub unknown_to_version: Arc<[Row]>,
    /// Whether the `developer` role is known on this surface.
    pub developer_role: bool,
    /// Put `Formatting re-enabled` before the instructions.
    pub markdown: bool,
    /// Tokens added to a mapped cap for reasoning.
    pub reasoning_reserve: u64,
}

impl Target {
    /// A target with no options set.
    pub fn new(deployment: &str, profile: Arc<Profile>, surface: Surface, surfaces: &Surfaces) -> Target {
        let mut target = Target {
            deployment: deployment.to_owned(),
            profile,
            surface,
            raised: None,
            unknown_to_version: Arc::from([]),
            developer_role: true,
            markdown: false,
            reasoning_reserve: 0,
        };
        if let Surface::Dated(configured) = &target.surface {
            let oldest = target.profile.min_api_version.clone();
            target.raised = oldest.filter(|oldest| configured.is_before(oldest));
            let sent = target.raised.as_ref().unwrap_or(configured);
            target.unknown_to_version = surfaces.rows(sent).into();
            target.developer_role = surfaces.knows_developer_role(sent);
        }
        target
    }
}
