//! A model's way to a deployment, with everything that does not change from call to call worked out once.

use std::sync::{Arc, PoisonError, RwLock};

use http::Uri;

use super::ResolvedDeployment;
use crate::{
    call::{Plan, Surface},
    catalog::Surfaces,
    deadline::Timeouts,
    learning::Knowledge,
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
    /// What is known of its deployment.
    pub knowledge: Arc<Knowledge>,
    /// Requests per minute.
    pub limit: Option<RequestLimit>,
    /// How long its calls may take.
    pub timeouts: Timeouts,
    /// The client of its calls: the resource's, or one with a time-out of its own for connecting.
    pub client: Client,
    /// The model's layer of policy.
    pub policy: PolicyLayer,
    surfaces: Arc<Surfaces>,
    resolved: RwLock<Arc<ResolvedDeployment>>,
}

impl Route {
    /// A route with no options set but those of the target, whose profile is that of what is known.
    pub fn new(
        model: &str,
        resource: Arc<Resource>,
        target: Target,
        knowledge: Arc<Knowledge>,
        surfaces: Arc<Surfaces>,
    ) -> Result<Route, UrlError> {
        let target = Target { resource: resource.name.as_str().into(), ..target };
        let resolved = ResolvedDeployment::new(target, &resource.endpoint)?;
        Ok(Route {
            model: model.to_owned(),
            timeouts: Timeouts::default(),
            client: resource.client.clone(),
            resource,
            knowledge,
            limit: None,
            policy: PolicyLayer::default(),
            surfaces,
            resolved: RwLock::new(Arc::new(resolved)),
        })
    }

    /// What its calls are translated for now. The same `Arc` while nothing is learned.
    pub fn resolved(&self) -> Arc<ResolvedDeployment> {
        let profile = self.knowledge.profile();
        let resolved = self.resolved.read().unwrap_or_else(PoisonError::into_inner).clone();
        if resolved.is_for(&profile) {
            return resolved;
        }
        let target = resolved.target.with_profile(profile, &self.surfaces);
        // The deployment has had a URL before, and a version is as long as any other.
        let Ok(resolved) = ResolvedDeployment::new(target, &self.resource.endpoint).map(Arc::new) else {
            return resolved;
        };
        self.resolved.write().unwrap_or_else(PoisonError::into_inner).clone_from(&resolved);
        resolved
    }

    /// Where a call goes that was planned for this deployment as it was resolved.
    pub fn uri(&self, resolved: &ResolvedDeployment, plan: &Plan) -> Result<Uri, UrlError> {
        resolved.uri(plan, &self.resource.endpoint)
    }
}
