//! The deployments of a model, and which of them an attempt goes to.

use std::sync::Arc;

use super::Deployment;

/// The deployments that can serve a model. There is at least one.
#[derive(Debug)]
pub struct Pool {
    first: Arc<Deployment>,
    others: Vec<Arc<Deployment>>,
}

impl Pool {
    /// A pool of one deployment.
    pub fn of(deployment: Deployment) -> Pool {
        Pool { first: Arc::new(deployment), others: Vec::new() }
    }

    /// The deployment that a call goes to first if nothing speaks against it.
    pub fn first(&self) -> &Arc<Deployment> {
        &self.first
    }

    /// How many deployments there are.
    pub fn size(&self) -> usize {
        self.all().count()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Deployment>> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Picks the deployment of the next attempt. `tried` are the deployments that this call has been sent to. `affinity` is
/// the resource that stores what the call refers to, if it is known: its deployments go first.
///
/// Returns `None` when every deployment has been tried.
pub fn pick<'p>(
    pool: &'p Pool,
    tried: &[Arc<Deployment>],
    affinity: Option<&str>,
) -> Option<&'p Arc<Deployment>> {
    let untried = || pool.all().filter(|one| !tried.iter().any(|other| Arc::ptr_eq(one, other)));
    let near = untried().find(|one| affinity == Some(&*one.resource.name));
    near.or_else(|| untried().next())
}
