//! The deployments of a model, and the choice of one for each attempt.

use std::sync::Arc;

use super::Deployment;

/// The deployments that can serve a model: at least one.
#[derive(Debug)]
pub struct Pool {
    first: Arc<Deployment>,
    others: Vec<Arc<Deployment>>,
}

impl Pool {
    /// Makes a pool.
    pub fn new(first: Deployment, others: Vec<Deployment>) -> Pool {
        Pool { first: Arc::new(first), others: others.into_iter().map(Arc::new).collect() }
    }

    /// Returns the first deployment.
    pub fn first(&self) -> &Arc<Deployment> {
        &self.first
    }

    /// Returns the number of deployments.
    pub fn size(&self) -> usize {
        self.all().count()
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Deployment>> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// Picks the deployment for the next attempt. `tried` are the deployments that this call has tried. `affinity` is the
/// resource that stores the objects which the call names, if azgate knows it. Deployments of that resource come first.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        balance::Resource,
        call::Surface,
        catalog::{Catalog, Surfaces},
        learning::{KnowledgeStore, LearningOptions},
        translate::Target,
        upstream::{Client, ClientOptions, Credential, Endpoint},
    };

    fn deployment(resource: &str) -> Deployment {
        let catalog = Arc::new(Catalog::embedded());
        let surfaces = Arc::new(Surfaces::embedded());
        let options = LearningOptions { enabled: false, ttl: std::time::Duration::ZERO };
        let knowledge = KnowledgeStore::default().knowledge((resource, "d"), None, &catalog, options);
        let resource = Resource {
            name: resource.into(),
            surface: Surface::V1,
            endpoint: Endpoint::parse("https://a.example").unwrap(),
            client: Arc::new(Client::new(&ClientOptions::default()).unwrap()),
            credential: Arc::new(Credential::api_key(&"key".into()).unwrap()),
        };
        let target = Target::new("d", knowledge.profile(), Surface::V1, &surfaces);
        Deployment::new(Arc::new(resource), target, knowledge, surfaces).unwrap()
    }

    #[test]
    fn an_untried_deployment_is_picked_and_one_of_the_near_resource_first() {
        let pool = Pool::new(deployment("a"), vec![deployment("b"), deployment("c")]);
        let picked = |tried: &[Arc<Deployment>], affinity| {
            pick(&pool, tried, affinity).map(|picked| (picked.clone(), picked.resource.name.to_string()))
        };
        let name = |tried: &[Arc<Deployment>], affinity| picked(tried, affinity).map(|(_, name)| name);
        assert_eq!(name(&[], None).as_deref(), Some("a"));
        assert_eq!(name(&[], Some("c")).as_deref(), Some("c"));
        assert_eq!(name(&[], Some("elsewhere")).as_deref(), Some("a"));
        let mut tried = vec![picked(&[], Some("c")).unwrap().0];
        assert_eq!(name(&tried, Some("c")).as_deref(), Some("a"), "the near one has been tried");
        tried.push(picked(&tried, None).unwrap().0);
        assert_eq!(name(&tried, None).as_deref(), Some("b"));
        tried.push(picked(&tried, None).unwrap().0);
        assert!(picked(&tried, None).is_none());
        assert_eq!(pool.size(), 3);
    }
}
