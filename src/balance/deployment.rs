//! A deployment: one place that an attempt can go.

use std::sync::{Arc, PoisonError, RwLock};

use super::{ResolvedDeployment, Resource};
use crate::{catalog::Surfaces, learning::Knowledge, translate::Target, upstream::UrlError};

/// A deployment of a model on a resource.
#[derive(Debug)]
pub struct Deployment {
    /// The resource that has the deployment.
    pub resource: Arc<Resource>,
    /// What azgate knows about the deployment.
    pub knowledge: Arc<Knowledge>,
    surfaces: Arc<Surfaces>,
    resolved: RwLock<Arc<ResolvedDeployment>>,
}

impl Deployment {
    /// Makes a deployment. `target` contains its options, and the current profile of `knowledge`.
    ///
    /// # Errors
    /// When a URL cannot contain the deployment's name.
    pub fn new(
        resource: Arc<Resource>,
        target: Target,
        knowledge: Arc<Knowledge>,
        surfaces: Arc<Surfaces>,
    ) -> Result<Deployment, UrlError> {
        let target = Target { resource: resource.name.clone(), ..target };
        let resolved = RwLock::new(Arc::new(ResolvedDeployment::new(target, &resource.endpoint)?));
        Ok(Deployment { resource, knowledge, surfaces, resolved })
    }

    /// Returns the deployment as azgate knows it now. The `Arc` stays the same until azgate learns something.
    pub fn resolved(&self) -> Arc<ResolvedDeployment> {
        let profile = self.knowledge.profile();
        let resolved = self.resolved.read().unwrap_or_else(PoisonError::into_inner).clone();
        if resolved.is_for(&profile) {
            return resolved;
        }
        let target = resolved.target.with_profile(profile, &self.surfaces);
        // This cannot fail: the deployment had a valid URL before, and every api-version has the same length.
        let Ok(resolved) = ResolvedDeployment::new(target, &self.resource.endpoint).map(Arc::new) else {
            return resolved;
        };
        self.resolved.write().unwrap_or_else(PoisonError::into_inner).clone_from(&resolved);
        resolved
    }
}
