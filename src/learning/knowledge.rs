//! What is known of one deployment of one resource: its family, how the family was found, and the lessons on top. All
//! routes to the deployment share the knowledge, and it outlives their configuration.

use std::{
    fmt::Write,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    time::Duration,
};

use tokio::{sync::Semaphore, time::Instant};

use super::metrics::LearningMetrics;
use crate::{
    catalog::{Catalog, Profile},
    translate::learn::{Lesson, Lessons},
};

/// How a deployment's family was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FamilySource {
    /// The configuration names the family or the model.
    Declared,
    /// The deployment has the name of a model.
    Named,
    /// Azure's list of deployments names its model.
    Discovered,
    /// An answer named the model.
    Answered,
    /// The family was not found.
    Unknown,
}

/// What an operator allows azgate to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearningOptions {
    /// Whether anything is learned.
    pub enabled: bool,
    /// How long a lesson holds.
    pub ttl: Duration,
}

/// What is known of one deployment.
#[derive(Debug)]
pub struct Knowledge {
    /// The operator's name for its resource.
    pub resource: String,
    /// The deployment's name on Azure.
    pub deployment: String,
    pub(super) gate: Arc<Semaphore>,
    pub(super) turns: Arc<Semaphore>,
    state: RwLock<KnowledgeState>,
    pub(super) learning_metrics: LearningMetrics,
}

#[derive(Debug)]
pub(super) struct KnowledgeState {
    pub(super) catalog: Arc<Catalog>,
    pub(super) learning_options: LearningOptions,
    pub(super) base: Arc<Profile>,
    pub(super) found: FamilySource,
    pub(super) kept: Vec<HeldLesson>,
    pub(super) tentative: Lessons,
    /// The base with both kinds of lessons laid over it.
    pub(super) profile: Arc<Profile>,
    pub(super) answered_model: String,
    pub(super) switched: Option<Instant>,
    /// Azure has answered a call.
    pub(super) proven: bool,
    /// First calls that ended without an answer.
    pub(super) failed_first_calls: u8,
}

/// A lesson that helped, and the time until which it holds.
#[derive(Clone, Debug)]
pub(super) struct HeldLesson {
    lesson: Lesson,
    until: Instant,
}

impl Knowledge {
    pub(super) fn new(
        (resource, deployment): (&str, &str),
        (found, base): (FamilySource, Arc<Profile>),
        catalog: Arc<Catalog>,
        learning_options: LearningOptions,
        learning_metrics: LearningMetrics,
    ) -> Knowledge {
        let state = KnowledgeState {
            catalog,
            learning_options,
            profile: base.clone(),
            base,
            found,
            kept: Vec::new(),
            tentative: Lessons::default(),
            answered_model: String::new(),
            switched: None,
            proven: false,
            failed_first_calls: 0,
        };
        Knowledge {
            resource: resource.to_owned(),
            deployment: deployment.to_owned(),
            gate: Arc::new(Semaphore::new(1)),
            turns: Arc::new(Semaphore::new(1)),
            state: RwLock::new(state),
            learning_metrics,
        }
    }

    /// Returns the family as it is known now: the same `Arc` while nothing changes.
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

    /// Returns how the family was found.
    pub fn found(&self) -> FamilySource {
        self.read().found
    }

    /// Returns what was learned, as lines for a config under a comment; `None` if nothing was learned.
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
        if state.found == FamilySource::Declared {
            let _infallible = writeln!(text, "# Its family is declared: declare this one in its place.");
        }
        if state.base.has_model(deployment) && state.base.origins.values().any(|origin| origin == "overlay") {
            let _infallible =
                writeln!(text, "# The config may have this table already: put the lines there.");
        }
        Some(text + &lessons.overlay(deployment, &state.base, &state.catalog))
    }

    pub(super) fn expire(&self, state: &mut KnowledgeState, now: Instant) {
        let before = state.kept.len();
        state.kept.retain(|kept| now < kept.until);
        if state.kept.len() != before {
            self.learning_metrics.held(before, state.kept.len());
            state.rebuild();
        }
    }

    pub(super) fn read(&self) -> RwLockReadGuard<'_, KnowledgeState> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn write(&self) -> RwLockWriteGuard<'_, KnowledgeState> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Knowledge {
    fn drop(&mut self) {
        self.learning_metrics.held(self.read().kept.len(), 0);
    }
}

impl KnowledgeState {
    fn has_expired(&self, now: Instant) -> bool {
        self.kept.iter().any(|kept| kept.until <= now)
    }

    /// Keeps a lesson. It replaces an older one for the same place. If there is no room, a lesson about a foreign key
    /// goes.
    pub(super) fn keep(&mut self, lesson: Lesson, until: Instant) {
        if let Some(old) = self.kept.iter_mut().find(|old| old.lesson.key() == lesson.key()) {
            let both: Lessons = [old.lesson.clone(), lesson].into_iter().collect();
            both.iter().for_each(|lesson| old.lesson.clone_from(lesson));
            old.until = until;
            return;
        }
        if self.kept.len() == Lessons::MOST {
            let Some(unlisted) = self.kept.iter().position(|kept| kept.lesson.is_unlisted()) else { return };
            self.kept.remove(unlisted);
        }
        self.kept.push(HeldLesson { lesson, until });
    }

    /// Builds the profile again. Returns `false` if there is no room for all lessons.
    pub(super) fn rebuild(&mut self) -> bool {
        let mut lessons: Lessons = self.kept.iter().map(|kept| kept.lesson.clone()).collect();
        let fit = self.tentative.iter().cloned().all(|lesson| lessons.add(lesson));
        self.profile =
            if lessons.is_empty() { self.base.clone() } else { Arc::new(lessons.amend(&self.base)) };
        fit
    }
}
