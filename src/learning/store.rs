//! The knowledge of every deployment. It is kept while the process runs, so a new configuration finds it again.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use quick_cache::sync::Cache;

use super::{FamilySource, Knowledge, LearningMetrics, LearningOptions};
use crate::catalog::{Catalog, Profile};

/// How many deployments are remembered. Routes hold the knowledge of their deployments, whatever happens here.
const DEPLOYMENTS: usize = 1024;

/// The knowledge of every deployment.
#[derive(Debug)]
pub struct KnowledgeStore {
    known: Cache<Key, Arc<Knowledge>>,
    /// What Azure listed, by resource: deployment → model.
    listed: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    /// The counters of lessons.
    pub metrics: LearningMetrics,
}

/// Resource, deployment, and the family that a configuration gives it: two models of a configuration may give one
/// deployment different families.
type Key = (String, String, String);

impl Default for KnowledgeStore {
    fn default() -> KnowledgeStore {
        KnowledgeStore {
            known: Cache::new(DEPLOYMENTS),
            listed: Mutex::default(),
            metrics: LearningMetrics::default(),
        }
    }
}

impl KnowledgeStore {
    /// Returns the knowledge of a deployment. `said` is the family that the configuration gives it.
    pub fn knowledge(
        &self,
        (resource, deployment): (&str, &str),
        said: Option<(FamilySource, Arc<Profile>)>,
        catalog: &Arc<Catalog>,
        learning_options: LearningOptions,
    ) -> Arc<Knowledge> {
        let family = said.as_ref().map(|(_, family)| family.name.to_string()).unwrap_or_default();
        let key = (resource.to_owned(), deployment.to_owned(), family);
        let mut is_new = false;
        let new = || {
            is_new = true;
            Ok::<_, Infallible>(Arc::new(self.first(
                (resource, deployment),
                said.clone(),
                catalog,
                learning_options,
            )))
        };
        // Made under the cache's lock: with two values, the lessons of one would be lost.
        let Ok(knowledge) = self.known.get_or_insert_with(&key, new);
        if !is_new {
            knowledge.declare(said, catalog.clone(), learning_options);
        }
        knowledge
    }

    /// Makes the knowledge of a deployment that azgate has not met before.
    fn first(
        &self,
        (resource, deployment): (&str, &str),
        said: Option<(FamilySource, Arc<Profile>)>,
        catalog: &Arc<Catalog>,
        learning_options: LearningOptions,
    ) -> Knowledge {
        let is_silent = said.is_none();
        let base = said.unwrap_or_else(|| (FamilySource::Unknown, catalog.unknown()));
        let place = (resource, deployment);
        let knowledge = Knowledge::new(place, base, catalog.clone(), learning_options, self.metrics.clone());
        if is_silent && let Some(model) = self.listed().get(resource).and_then(|of| of.get(deployment)) {
            knowledge.discovered(model);
        }
        knowledge
    }

    /// Takes in Azure's list of deployments of a resource.
    pub fn note_listed(&self, resource: &str, deployments: impl IntoIterator<Item = (String, String)>) {
        let deployments: BTreeMap<_, _> = deployments.into_iter().take(DEPLOYMENTS).collect();
        // First, so that a deployment that is added meanwhile is in the list.
        self.listed().insert(resource.to_owned(), deployments.clone());
        for (_, knowledge) in self.known.iter() {
            if knowledge.resource == resource
                && let Some(model) = deployments.get(&knowledge.deployment)
            {
                knowledge.discovered(model);
            }
        }
    }

    /// Returns the deployments that Azure listed for a resource.
    pub fn deployments(&self, resource: &str) -> Vec<String> {
        self.listed().get(resource).map(|of| of.keys().cloned().collect()).unwrap_or_default()
    }

    /// Returns everything learned, as lines for a config. A config can have a family only once, so a second block for
    /// one is a comment.
    pub fn overlays(&self) -> String {
        let mut known: Vec<(Key, Arc<Knowledge>)> = self.known.iter().collect();
        known.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut families = BTreeSet::new();
        let overlays = known.iter().filter_map(|(_, knowledge)| knowledge.overlay()).map(|overlay| {
            let family = overlay.lines().find(|line| line.starts_with('[')).unwrap_or_default();
            if families.insert(family.to_owned()) {
                return overlay;
            }
            let lines = overlay.lines().map(|line| format!("# {line}\n"));
            format!(
                "# The family stands above already: put together what holds for both.\n{}",
                lines.collect::<String>()
            )
        });
        overlays.collect::<Vec<_>>().join("\n")
    }

    fn listed(&self) -> MutexGuard<'_, BTreeMap<String, BTreeMap<String, String>>> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
