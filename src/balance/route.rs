//! A model's way to a deployment, with everything that does not change from call to call worked out once.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Uri};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use crate::{
    call::{ApiVersion, Operation, Plan, Surface},
    deadline::Timeouts,
    limits::RequestLimit,
    translate::{PolicyLayer, Target},
    upstream::{Client, Credential, Endpoint, UrlError},
};

/// An Azure OpenAI resource.
#[derive(Debug)]
pub struct Resource {
    /// The operator's name for it.
    pub name: String,
    /// How its deployments are addressed.
    pub surface: Surface,
    /// Where it is.
    pub endpoint: Endpoint,
    /// How it is reached.
    pub client: Client,
    /// azgate's own credential for it.
    pub credential: Credential,
}

/// A model that clients can name, and where its calls go.
#[derive(Debug)]
pub struct Route {
    /// The name that clients use.
    pub model: String,
    /// The resource of its deployment.
    pub resource: Arc<Resource>,
    /// The deployment, as translation sees it.
    pub target: Target,
    /// Requests per minute.
    pub limit: Option<RequestLimit>,
    /// How long its calls may take.
    pub timeouts: Timeouts,
    /// The client of its calls: the resource's, or one with a time-out of its own for connecting.
    pub client: Client,
    /// The model's layer of policy.
    pub policy: PolicyLayer,
    /// Whether odd stream chunks are repaired; `None`: as the path says.
    pub normalize: Option<bool>,
    /// What names its family and deployment on every answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    chat: Uri,
}

impl Route {
    /// A route with no options set.
    pub fn new(model: &str, resource: Arc<Resource>, target: Target) -> Result<Route, UrlError> {
        let version = target.api_version();
        let path = Operation::Chat.path();
        let chat = resource.endpoint.operation(version.map(ApiVersion::as_str), &target.deployment, path)?;
        let headers =
            [("x-azgate-family", &*target.profile.name), ("x-azgate-deployment", &target.deployment)];
        // Names of deployments and families may be any text; clients read headers as ASCII.
        let header = |(name, value): (&'static str, &str)| {
            let value = utf8_percent_encode(value, CONTROLS).to_string();
            Some((HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?))
        };
        Ok(Route {
            headers: headers.into_iter().filter_map(header).collect(),
            model: model.to_owned(),
            timeouts: Timeouts::default(),
            client: resource.client.clone(),
            resource,
            target,
            limit: None,
            policy: PolicyLayer::default(),
            normalize: None,
            chat,
        })
    }

    /// Where a planned call goes.
    pub fn uri(&self, plan: &Plan) -> Result<Uri, UrlError> {
        let usual = plan.api_version.as_ref() == self.target.api_version();
        if usual && plan.operation == Operation::Chat {
            return Ok(self.chat.clone());
        }
        let version = plan.api_version.as_ref().map(ApiVersion::as_str);
        self.resource.endpoint.operation(version, &self.target.deployment, plan.operation.path())
    }
}
