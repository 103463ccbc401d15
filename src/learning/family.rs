//! How azgate finds a deployment's family, and what happens when the family turns out to be another one.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{FamilySource, Knowledge, LearningOptions, knowledge::KnowledgeState};
use crate::{
    call::name,
    catalog::{Catalog, Profile},
};

/// If models alternate within this time, the deployment is a router (model-router.md), and was not upgraded.
const TURNS: Duration = Duration::from_hours(1);

/// The family of routers. Azure picks a model for each call, so nothing that one answer teaches holds for the next
/// call.
const ROUTER: &str = "model-router";

impl FamilySource {
    /// Whether a later answer of Azure's can change the family.
    fn can_change(self) -> bool {
        matches!(self, FamilySource::Discovered | FamilySource::Answered | FamilySource::Unknown)
    }
}

impl KnowledgeState {
    pub(super) fn is_router(&self) -> bool {
        &*self.base.name == ROUTER
    }
}

impl Knowledge {
    /// Takes in the model that an answer names. If the model belongs to another family, Azure has upgraded the
    /// deployment, or the deployment is a router. A family from the configuration stays, with a warning in the log.
    pub fn observe_model(&self, model: &str) {
        {
            let state = self.read();
            if model.is_empty()
                || !state.learning_options.enabled
                || state.answered_model == model && state.proven
            {
                return;
            }
        }
        let mut state = self.write();
        state.proven = true;
        if state.answered_model == model || model.len() > name::LONGEST {
            return;
        }
        model.clone_into(&mut state.answered_model);
        if state.is_router() {
            return;
        }
        let family = state.catalog.by_answer(model).unwrap_or_else(|| state.catalog.unknown());
        if family.name == state.base.name {
            return;
        }
        if !state.found.can_change() {
            tracing::warn!(
                deployment = self.deployment,
                resource = self.resource,
                family = &*state.base.name,
                model,
                "the deployment answers with a model of another family than it is taken for"
            );
            return;
        }
        self.switch(&mut state, family, Instant::now());
    }

    /// Takes the model from Azure's list of deployments, unless more is known already.
    pub(super) fn discovered(&self, model: &str) {
        let mut state = self.write();
        if state.found == FamilySource::Unknown
            && let Some(family) = state.catalog.by_answer(model)
        {
            self.rebase(&mut state, family, FamilySource::Discovered);
        }
    }

    /// Takes in what a new configuration says of the deployment. If the family changes, what was learned is dropped.
    pub(super) fn declare(
        &self,
        configured: Option<(FamilySource, Arc<Profile>)>,
        catalog: Arc<Catalog>,
        learning_options: LearningOptions,
    ) {
        let mut state = self.write();
        (state.catalog, state.learning_options) = (catalog, learning_options);
        let now = match configured {
            Some(configured) => configured,
            // The catalog may have changed, but Azure's answers still hold.
            None if state.found.can_change() => {
                let family = state.catalog.family(&state.base.name);
                (state.found, family.unwrap_or_else(|| state.catalog.unknown()))
            }
            None => (FamilySource::Unknown, state.catalog.unknown()),
        };
        if now.1.name == state.base.name && learning_options.enabled {
            (state.found, state.base) = now;
            state.rebuild();
        } else {
            self.rebase(&mut state, now.1, now.0);
        }
    }

    /// Changes the family because of an answer.
    fn switch(&self, state: &mut KnowledgeState, family: Arc<Profile>, now: Instant) {
        let back_and_forth = state.switched.is_some_and(|last| now.duration_since(last) < TURNS);
        if state.found != FamilySource::Unknown {
            state.switched = Some(now);
        }
        let family = if back_and_forth { state.catalog.family(ROUTER).unwrap_or(family) } else { family };
        tracing::info!(
            target: "azgate::learn",
            deployment = self.deployment,
            resource = self.resource,
            family = &*family.name,
            before = &*state.base.name,
            "the deployment's family is known by its answers"
        );
        let found = if family.is_known() { FamilySource::Answered } else { FamilySource::Unknown };
        self.rebase(state, family, found);
    }

    /// Sets another base and drops the lessons, which were learned of another model.
    fn rebase(&self, state: &mut KnowledgeState, base: Arc<Profile>, found: FamilySource) {
        self.learning_metrics.held(state.kept.len(), 0);
        (state.base, state.found) = (base, found);
        state.kept.clear();
        self.forget(state);
    }
}
