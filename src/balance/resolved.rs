//! A deployment with all that follows from what is known of it now, worked out once.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::{
    call::{ApiVersion, Dialect, Operation, PerDialect},
    catalog::Profile,
    translate::Target,
    upstream::{Endpoint, UrlError},
};

/// A deployment with its family as it is known now.
#[derive(Debug)]
pub struct ResolvedDeployment {
    /// The deployment, as translation sees it.
    pub target: Target,
    /// The headers that name family and deployment on every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The URLs of calls that are translated, for the api-version that they go to as a rule.
    uris: PerDialect<Uri>,
}

impl ResolvedDeployment {
    pub(super) fn new(target: Target, endpoint: &Endpoint) -> Result<ResolvedDeployment, UrlError> {
        let version = target.api_version().map(ApiVersion::as_str);
        let uri = |dialect| endpoint.operation(version, Operation::of(dialect), &target.deployment, "");
        let uris = PerDialect { chat: uri(Dialect::Chat)?, responses: uri(Dialect::Responses)? };
        let headers =
            [("x-azgate-family", &*target.profile.name), ("x-azgate-deployment", &target.deployment)];
        // Deployments and families may have any text as their name. Clients read headers as ASCII.
        let header = |(name, value): (&'static str, &str)| {
            let value = utf8_percent_encode(value, CONTROLS).to_string();
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        };
        Ok(ResolvedDeployment { headers: headers.into_iter().filter_map(header).collect(), target, uris })
    }

    /// Whether it was worked out for this profile.
    pub(super) fn is_for(&self, profile: &Arc<Profile>) -> bool {
        Arc::ptr_eq(&self.target.profile, profile)
    }

    /// Returns the URL of an operation on this deployment, at `endpoint`.
    ///
    /// # Errors
    /// When the URL would be too long.
    pub fn uri(
        &self,
        endpoint: &Endpoint,
        operation: &'static Operation,
        version: Option<&ApiVersion>,
    ) -> Result<Uri, UrlError> {
        if let Some(dialect) = operation.dialect
            && version == self.target.api_version()
        {
            return Ok(self.uris.of(dialect).clone());
        }
        endpoint.operation(version.map(ApiVersion::as_str), operation, &self.target.deployment, "")
    }
}
