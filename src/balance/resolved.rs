//! What a route's calls are translated for and where they go, worked out once for what is known of the deployment.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::{
    call::{ApiVersion, Dialect, Plan},
    catalog::Profile,
    translate::Target,
    upstream::{Endpoint, UrlError},
};

/// A deployment with its family as it is known now.
#[derive(Debug)]
pub struct ResolvedDeployment {
    /// The deployment, as translation sees it.
    pub target: Target,
    /// What names its family and deployment on every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    chat: Uri,
    responses: Uri,
}

impl ResolvedDeployment {
    pub(super) fn new(target: Target, endpoint: &Endpoint) -> Result<ResolvedDeployment, UrlError> {
        let version = target.api_version().map(ApiVersion::as_str);
        let uri = |dialect| endpoint.operation(version, &target.deployment, dialect);
        let (chat, responses) = (uri(Dialect::Chat)?, uri(Dialect::Responses)?);
        let headers =
            [("x-azgate-family", &*target.profile.name), ("x-azgate-deployment", &target.deployment)];
        // Names of deployments and families may be any text; clients read headers as ASCII.
        let header = |(name, value): (&'static str, &str)| {
            let value = utf8_percent_encode(value, CONTROLS).to_string();
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        };
        Ok(ResolvedDeployment {
            headers: headers.into_iter().filter_map(header).collect(),
            target,
            chat,
            responses,
        })
    }

    /// Whether it was worked out for this profile.
    pub(super) fn is_for(&self, profile: &Arc<Profile>) -> bool {
        Arc::ptr_eq(&self.target.profile, profile)
    }

    /// Where a planned call goes on this resource.
    pub(super) fn uri(&self, plan: &Plan, endpoint: &Endpoint) -> Result<Uri, UrlError> {
        if plan.api_version.as_ref() == self.target.api_version() {
            return Ok(match plan.dialect {
                Dialect::Chat => self.chat.clone(),
                Dialect::Responses => self.responses.clone(),
            });
        }
        let version = plan.api_version.as_ref().map(ApiVersion::as_str);
        endpoint.operation(version, &self.target.deployment, plan.dialect)
    }
}
