//! What is known of one deployment of one resource, and how: the family it started with, and the lessons since.
//! All routes to the deployment share it, and it outlives the configuration they came from.

use std::{
    fmt::Write,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};

use super::tally::{Outcome, Tally};
use crate::{
    catalog::{Catalog, Profile},
    translate::learn::{Lesson, Lessons},
};

/// How a deployment's family was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The configuration names the family or the model.
    Declared,
    /// The deployment has the name of a model.
    Named,
    /// Azure's list of deployments names its model.
    Discovered,
    /// An answer named the model.
    Answered,
    /// It was not.
    Unknown,
}

impl Found {
    /// Whether what Azure says later goes before it.
    fn can_change(self) -> bool {
        matches!(self, Found::Discovered | Found::Answered | Found::Unknown)
    }
}

/// What an operator grants learning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whether anything is learned.
    pub enabled: bool,
    /// How long a lesson holds.
    pub ttl: Duration,
}

/// Models that take turns within this time are those of a router (model-router.md), and not an upgrade.
const TURNS: Duration = Duration::from_hours(1);

/// The family whose calls Azure itself fits to the model it picks: nothing that one of these says holds for the next.
const ROUTER: &str = "model-router";

/// What is known of one deployment.
#[derive(Debug)]
pub struct Knowledge {
    /// The operator's name for its resource.
    pub resource: String,
    /// Its name on Azure.
    pub deployment: String,
    pub(super) gate: Arc<Semaphore>,
    state: RwLock<State>,
    tally: Tally,
}

#[derive(Debug)]
struct State {
    catalog: Arc<Catalog>,
    terms: Terms,
    base: Arc<Profile>,
    found: Found,
    kept: Vec<Kept>,
    tentative: Lessons,
    /// The base with both kinds of lessons laid over it.
    profile: Arc<Profile>,
    heard: String,
    switched: Option<Instant>,
    /// Azure has answered a call.
    proven: bool,
    /// First calls that ended without an answer.
    tries: u8,
}

/// A lesson that proved right, and until when it holds.
#[derive(Clone, Debug)]
struct Kept {
    lesson: Lesson,
    until: Instant,
}

/// After so many first calls that Azure refused for other reasons, calls no longer wait for each other.
const TRIES: u8 = 3;

impl Knowledge {
    pub(super) fn new(
        (resource, deployment): (&str, &str),
        (found, base): (Found, Arc<Profile>),
        catalog: Arc<Catalog>,
        terms: Terms,
        tally: Tally,
    ) -> Knowledge {
        let state = State {
            catalog,
            terms,
            profile: base.clone(),
            base,
            found,
            kept: Vec::new(),
            tentative: Lessons::default(),
            heard: String::new(),
            switched: None,
            proven: false,
            tries: 0,
        };
        Knowledge {
            resource: resource.to_owned(),
            deployment: deployment.to_owned(),
            gate: Arc::new(Semaphore::new(1)),
            state: RwLock::new(state),
            tally,
        }
    }

    /// The family as it is known now. The same `Arc` while nothing has changed.
    pub fn profile(&self) -> Arc<Profile> {
        let state = self.read();
        if state.kept.is_empty() || !state.has_expired(Instant::now()) {
            return state.profile.clone();
        }
        drop(state);
        let mut state = self.write();
        self.expire(&mut state, Instant::now());
        state.profile.clone()
    }

    /// How the family was found.
    pub fn found(&self) -> Found {
        self.read().found
    }

    /// Notes the model that an answer names. Where it belongs to another family than thought, Azure has upgraded the
    /// deployment, or it is a router; what the configuration says stays, with a word in the log.
    pub fn heard(&self, model: &str) {
        {
            let state = self.read();
            if model.is_empty() || !state.terms.enabled || state.heard == model && state.proven {
                return;
            }
        }
        let mut state = self.write();
        state.proven = true;
        if state.heard == model || model.len() > crate::call::name::LONGEST {
            return;
        }
        model.clone_into(&mut state.heard);
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

    /// Takes Azure's own word for the model, unless more is known already.
    pub(super) fn discovered(&self, model: &str) {
        let mut state = self.write();
        if state.found == Found::Unknown
            && let Some(family) = state.catalog.by_answer(model)
        {
            self.rebase(&mut state, family, Found::Discovered);
        }
    }

    /// A new configuration speaks of the deployment: as the old one did, or else what was learned is dropped.
    pub(super) fn declare(&self, said: Option<(Found, Arc<Profile>)>, catalog: Arc<Catalog>, terms: Terms) {
        let mut state = self.write();
        (state.catalog, state.terms) = (catalog, terms);
        let now = match said {
            Some(said) => said,
            // The catalog may be another one, but what Azure said holds.
            None if state.found.can_change() => {
                let family = state.catalog.family(&state.base.name);
                (state.found, family.unwrap_or_else(|| state.catalog.unknown()))
            }
            None => (Found::Unknown, state.catalog.unknown()),
        };
        if now.1.name == state.base.name && terms.enabled {
            (state.found, state.base) = now;
            state.rebuild();
        } else {
            self.rebase(&mut state, now.1, now.0);
        }
    }

    /// What was learned as overlay lines under a comment; nothing if nothing was.
    pub fn overlay(&self) -> Option<String> {
        let mut state = self.write();
        self.expire(&mut state, Instant::now());
        let seconds =
            state.kept.iter().map(|kept| kept.until.saturating_duration_since(Instant::now()).as_secs());
        let (first, last) = (seconds.clone().min()?, seconds.max()?);
        let lessons: Lessons = state.kept.iter().map(|kept| kept.lesson.clone()).collect();
        let Knowledge { resource, deployment, .. } = self;
        let mut text = String::new();
        // Writing into a string cannot fail.
        let _infallible = writeln!(
            text,
            "# Deployment {deployment:?} of resource {resource:?}; expires in {first} to {last} s."
        );
        if state.found == Found::Declared {
            let _infallible = writeln!(text, "# Its family is declared: declare this one in its place.");
        }
        Some(text + &lessons.overlay(deployment, &state.base, &state.catalog))
    }

    /// Whether lessons may be learned here.
    pub(super) fn learns(&self) -> bool {
        let state = self.read();
        state.terms.enabled && !state.is_router()
    }

    /// Whether enough is known for calls to go side by side.
    pub(super) fn is_settled(&self) -> bool {
        let state = self.read();
        state.proven || state.base.is_known() || state.tries >= TRIES || !state.terms.enabled
    }

    /// Lays lessons on top until they prove right or wrong. `false` if there is no room for one of them.
    pub(super) fn try_out(&self, lessons: Vec<Lesson>) -> bool {
        let mut state = self.write();
        let all = lessons.into_iter().all(|lesson| state.tentative.add(lesson));
        state.rebuild();
        all
    }

    /// The tentative lessons proved right: Azure took the call.
    pub(super) fn keep(&self) {
        let mut state = self.write();
        state.proven = true;
        let Some(until) = Instant::now().checked_add(state.terms.ttl) else { return self.forget(&mut state) };
        let before = state.kept.len();
        for lesson in std::mem::take(&mut state.tentative).iter() {
            tracing::info!(
                target: "azgate::learn",
                deployment = self.deployment,
                resource = self.resource,
                line = lesson.line(),
                "learned from Azure's refusal"
            );
            self.tally.count(lesson, Outcome::Kept);
            state.keep(lesson.clone(), until);
        }
        self.tally.held(before, state.kept.len());
        state.rebuild();
    }

    /// They did not, or nobody knows.
    pub(super) fn discard(&self) {
        let mut state = self.write();
        state.tries = state.tries.saturating_add(1);
        self.forget(&mut state);
    }

    fn forget(&self, state: &mut State) {
        for lesson in std::mem::take(&mut state.tentative).iter() {
            self.tally.count(lesson, Outcome::Discarded);
        }
        state.rebuild();
    }

    /// The base changes by what an answer says.
    fn switch(&self, state: &mut State, family: Arc<Profile>, now: Instant) {
        let back_and_forth = state.switched.is_some_and(|last| now.duration_since(last) < TURNS);
        if state.found != Found::Unknown {
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
        let found = if family.is_known() { Found::Answered } else { Found::Unknown };
        self.rebase(state, family, found);
    }

    /// Another base: whatever was learned was learned of another model.
    fn rebase(&self, state: &mut State, base: Arc<Profile>, found: Found) {
        self.tally.held(state.kept.len(), 0);
        (state.base, state.found) = (base, found);
        state.kept.clear();
        self.forget(state);
    }

    fn expire(&self, state: &mut State, now: Instant) {
        let before = state.kept.len();
        state.kept.retain(|kept| now < kept.until);
        if state.kept.len() != before {
            self.tally.held(before, state.kept.len());
            state.rebuild();
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Knowledge {
    fn drop(&mut self) {
        self.tally.held(self.read().kept.len(), 0);
    }
}

impl State {
    fn is_router(&self) -> bool {
        &*self.base.name == ROUTER
    }

    fn has_expired(&self, now: Instant) -> bool {
        self.kept.iter().any(|kept| kept.until <= now)
    }

    /// One line for each place, the newer one over the older.
    fn keep(&mut self, lesson: Lesson, until: Instant) {
        if let Some(old) = self.kept.iter_mut().find(|old| old.lesson.place() == lesson.place()) {
            let both: Lessons = [old.lesson.clone(), lesson].into_iter().collect();
            both.iter().for_each(|lesson| old.lesson.clone_from(lesson));
            old.until = until;
        } else if self.kept.len() < Lessons::MOST {
            self.kept.push(Kept { lesson, until });
        }
    }

    fn rebuild(&mut self) {
        let kept = self.kept.iter().map(|kept| &kept.lesson);
        let lessons: Lessons = kept.chain(self.tentative.iter()).cloned().collect();
        self.profile =
            if lessons.is_empty() { self.base.clone() } else { Arc::new(lessons.amend(&self.base)) };
    }
}
