//! Every model that clients can name: a closed list, or any name as a deployment of that name.

use std::{collections::HashMap, sync::Arc};

use quick_cache::sync::Cache;

use super::{Resource, Route};
use crate::{
    call::name,
    catalog::{Catalog, Surfaces},
    translate::Target,
};

/// The routes of a configuration.
#[derive(Debug)]
pub struct Routes {
    listed: HashMap<String, Arc<Route>>,
    names: Vec<String>,
    open: Option<Open>,
}

/// Where names go that are not listed.
#[derive(Debug)]
struct Open {
    resource: Arc<Resource>,
    catalog: Arc<Catalog>,
    surfaces: Surfaces,
    seen: Cache<String, Arc<Route>>,
}

/// How many routes of unlisted names are kept; they are cheap to make again.
const SEEN: usize = 1024;

/// A model that is not listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the model `{model}` does not exist here{}", hint(nearest.as_deref()))]
pub struct UnknownModel {
    /// The name asked for.
    pub model: String,
    /// The most similar name that is listed.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("; the nearest one is `{name}`")).unwrap_or_default()
}

impl Routes {
    /// The routes of a list of models; with `open`, other names are deployments of that resource.
    pub fn new(listed: Vec<Route>, open: Option<(Arc<Resource>, Arc<Catalog>)>) -> Routes {
        let names = listed.iter().map(|route| route.model.clone()).collect();
        let listed = listed.into_iter().map(|route| (route.model.clone(), Arc::new(route))).collect();
        let open = open.map(|(resource, catalog)| Open {
            resource,
            catalog,
            surfaces: Surfaces::embedded(),
            seen: Cache::new(SEEN),
        });
        Routes { listed, names, open }
    }

    /// The route of a model by the name that a client used.
    pub fn find(&self, model: &str) -> Result<Arc<Route>, UnknownModel> {
        if let Some(route) = self.listed.get(model) {
            return Ok(route.clone());
        }
        match &self.open {
            Some(open) => {
                open.route(model).ok_or_else(|| UnknownModel { model: model.to_owned(), nearest: None })
            }
            None => Err(UnknownModel { model: model.to_owned(), nearest: self.nearest(model) }),
        }
    }

    /// The listed routes, in the order of the configuration.
    pub fn listed(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.names.iter().filter_map(|name| self.listed.get(name))
    }

    fn nearest(&self, model: &str) -> Option<String> {
        let model = model.to_lowercase();
        let distance = |name: &String| strsim::damerau_levenshtein(&name.to_lowercase(), &model);
        self.names.iter().min_by_key(|name| distance(name)).cloned()
    }
}

impl Open {
    /// The route of a deployment that carries its model's name, made once.
    fn route(&self, model: &str) -> Option<Arc<Route>> {
        if !name::is_segment(model) {
            return None;
        }
        if let Some(route) = self.seen.get(model) {
            return Some(route);
        }
        let profile = self.catalog.by_model(model).unwrap_or_else(|| {
            tracing::warn!(
                deployment = model,
                "the deployment's family is not known: calls go up as they are"
            );
            self.catalog.unknown()
        });
        let target = Target::new(model, profile, self.resource.surface.clone(), &self.surfaces);
        let route = Arc::new(Route::new(model, self.resource.clone(), target).ok()?);
        self.seen.insert(model.to_owned(), route.clone());
        Some(route)
    }
}
