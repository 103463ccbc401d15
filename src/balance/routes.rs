//! The models that clients can name: a closed list, or a list and every deployment of a resource.

use std::{collections::HashMap, sync::Arc};

use quick_cache::sync::Cache;

use super::{Deployment, Pool, Resource, Route};
use crate::{
    call::name,
    catalog::{Catalog, Surfaces, nearest},
    deadline::Timeouts,
    learning::{FamilySource, KnowledgeStore, LearningOptions},
    translate::Target,
};

/// The routes of a configuration.
#[derive(Debug)]
pub struct Routes {
    listed: HashMap<String, Arc<Route>>,
    names: Vec<String>,
    unlisted: Option<UnlistedRoutes>,
}

/// The routes of names that are not listed: each name is a deployment of one resource.
#[derive(Debug)]
pub struct UnlistedRoutes {
    resource: Arc<Resource>,
    catalog: Arc<Catalog>,
    surfaces: Arc<Surfaces>,
    timeouts: Timeouts,
    knowledge_store: Arc<KnowledgeStore>,
    learning_options: LearningOptions,
    seen: Cache<String, Arc<Route>>,
}

/// How many routes of unlisted names azgate keeps. A route is cheap to make again.
const SEEN: usize = 1024;

/// Why a model has no route.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownModel {
    /// The list is closed and does not contain the name.
    #[error("the model `{model}` does not exist here{}", suggestion(nearest.as_deref()))]
    Unlisted {
        /// The name that the client used.
        model: String,
        /// The most similar listed name, if one is similar enough to be meant.
        nearest: Option<String>,
    },
    /// The list is closed and empty.
    #[error("the model `{model}` does not exist here: no model is configured")]
    NoneListed {
        /// The name that the client used.
        model: String,
    },
    /// Unlisted names are deployments, but no deployment can have this name.
    #[error("the model `{model}` does not exist here: no deployment can have this name")]
    NoDeployment {
        /// The name that the client used.
        model: String,
    },
}

impl Routes {
    /// Makes the routes of a list of models. With `unlisted`, names outside the list are deployments.
    pub fn new(listed: Vec<Route>, unlisted: Option<UnlistedRoutes>) -> Routes {
        let names = listed.iter().map(|route| route.model.clone()).collect();
        let listed = listed.into_iter().map(|route| (route.model.clone(), Arc::new(route))).collect();
        Routes { listed, names, unlisted }
    }

    /// Finds the route of a model by the name that a client used.
    pub fn find(&self, model: &str) -> Result<Arc<Route>, UnknownModel> {
        if let Some(route) = self.listed.get(model) {
            return Ok(route.clone());
        }
        let name = || model.to_owned();
        if let Some(unlisted) = &self.unlisted {
            return unlisted.route(model).ok_or_else(|| UnknownModel::NoDeployment { model: name() });
        }
        if self.names.is_empty() {
            return Err(UnknownModel::NoneListed { model: name() });
        }
        let nearest = nearest(model, self.names.iter().map(String::as_str)).map(str::to_owned);
        Err(UnknownModel::Unlisted { model: name(), nearest })
    }

    /// Returns the listed routes, in the order of the configuration.
    pub fn listed(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.names.iter().filter_map(|name| self.listed.get(name))
    }

    /// Returns the routes of all models that azgate knows: the listed models, and if unlisted names are deployments,
    /// also the deployments that Azure has listed.
    pub fn known(&self) -> Vec<Arc<Route>> {
        let ours = self.listed().cloned();
        let unlisted = self.unlisted.iter();
        let azures = unlisted.flat_map(|unlisted| {
            let names = unlisted.knowledge_store.deployments(&unlisted.resource.name);
            names
                .into_iter()
                .filter(|name| !self.listed.contains_key(name))
                .filter_map(|name| unlisted.route(&name))
        });
        ours.chain(azures).collect()
    }
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; the nearest one is `{name}`")).unwrap_or_default()
}

impl UnlistedRoutes {
    /// Makes the routes of names that are deployments of `resource`.
    pub fn new(
        resource: Arc<Resource>,
        catalog: Arc<Catalog>,
        surfaces: Arc<Surfaces>,
        timeouts: Timeouts,
        (knowledge_store, learning_options): (Arc<KnowledgeStore>, LearningOptions),
    ) -> UnlistedRoutes {
        UnlistedRoutes {
            resource,
            catalog,
            surfaces,
            timeouts,
            knowledge_store,
            learning_options,
            seen: Cache::new(SEEN),
        }
    }

    /// Returns the route of the deployment with this name. The route is kept for later calls.
    fn route(&self, model: &str) -> Option<Arc<Route>> {
        if !name::is_segment(model) {
            return None;
        }
        if let Some(route) = self.seen.get(model) {
            return Some(route);
        }
        let named = self.catalog.by_model(model).map(|family| (FamilySource::Named, family));
        let place = (&*self.resource.name, model);
        let knowledge = self.knowledge_store.knowledge(place, named, &self.catalog, self.learning_options);
        if knowledge.found() == FamilySource::Unknown {
            tracing::warn!(
                deployment = model,
                "the deployment's family is not known: calls go up as they are"
            );
        }
        let target = Target::new(model, knowledge.profile(), self.resource.surface.clone(), &self.surfaces);
        let deployment =
            Deployment::new(self.resource.clone(), target, knowledge, self.surfaces.clone()).ok()?;
        let route = Route { timeouts: self.timeouts, ..Route::new(model, Pool::new(deployment, Vec::new())) };
        let route = Arc::new(route);
        self.seen.insert(model.to_owned(), route.clone());
        Some(route)
    }
}
