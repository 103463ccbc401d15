//! A deployment as azgate knows it now, with the headers and URLs that follow from that knowledge.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::{
    call::{ApiVersion, Dialect, Operation, PerDialect},
    catalog::Profile,
    translate::Target,
    upstream::{Endpoint, UrlError},
};

/// A deployment as azgate knows it now.
#[derive(Debug)]
pub struct ResolvedDeployment {
    /// The deployment as a target of translation.
    pub target: Target,
    /// The headers of every answer that name the family and the deployment.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The URLs of translated calls, for the api-version that most of these calls use.
    uris: PerDialect<Uri>,
}

impl ResolvedDeployment {
    pub(super) fn new(target: Target, endpoint: &Endpoint) -> Result<ResolvedDeployment, UrlError> {
        let version = target.api_version().map(ApiVersion::as_str);
        let uri = |dialect| endpoint.operation(version, Operation::of(dialect), &target.deployment, "");
        let uris = PerDialect { chat: uri(Dialect::Chat)?, responses: uri(Dialect::Responses)? };
        let headers =
            [("x-azgate-family", &*target.profile.name), ("x-azgate-deployment", &target.deployment)];
        // The name of a deployment or a family may be any text, but clients read headers as ASCII.
        let header = |(name, value): (&'static str, &str)| {
            let value = utf8_percent_encode(value, CONTROLS).to_string();
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        };
        Ok(ResolvedDeployment { headers: headers.into_iter().filter_map(header).collect(), target, uris })
    }

    /// Returns whether the deployment was resolved with this profile.
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
