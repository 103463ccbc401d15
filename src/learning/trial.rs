//! Tentative lessons: they apply at once, and stay only if their call succeeds, or gets further because of them.

use tokio::time::Instant;

use super::{Knowledge, knowledge::KnowledgeState, metrics::Outcome};
use crate::translate::learn::Lesson;

/// After this many first calls without an answer, calls no longer wait for each other.
const MOST_FAILED_FIRST_CALLS: u8 = 3;

impl Knowledge {
    /// Whether lessons may be learned here.
    pub(super) fn learns(&self) -> bool {
        let state = self.read();
        state.learning_options.enabled && !state.is_router()
    }

    /// Whether enough is known for calls to run in parallel.
    pub(super) fn is_settled(&self) -> bool {
        let state = self.read();
        state.proven
            || state.base.is_known()
            || state.failed_first_calls >= MOST_FAILED_FIRST_CALLS
            || !state.learning_options.enabled
    }

    /// Records that Azure has answered a call.
    pub(super) fn prove(&self) {
        self.write().proven = true;
    }

    /// Records that a first call ended without an answer.
    pub(super) fn miss(&self) {
        let mut state = self.write();
        state.failed_first_calls = state.failed_first_calls.saturating_add(1);
    }

    /// Lays tentative lessons on top. Returns `false` if there is no room for one of them, or learning is off.
    pub(super) fn try_out(&self, lessons: Vec<Lesson>) -> bool {
        let mut state = self.write();
        if !state.learning_options.enabled || state.is_router() {
            return false;
        }
        lessons.into_iter().all(|lesson| state.tentative.add(lesson)) & state.rebuild()
    }

    /// Keeps the tentative lessons: Azure took the call.
    pub(super) fn keep(&self) {
        let mut state = self.write();
        state.proven = true;
        let lessons = std::mem::take(&mut state.tentative);
        self.keep_all(&mut state, lessons.iter());
    }

    /// Keeps the tentative lessons that have helped: Azure now refuses something else, which teaches `next`. If the
    /// call has more to learn than it may, the next call goes on from there.
    pub(super) fn keep_behind(&self, next: &[Lesson]) {
        let mut state = self.write();
        let behind = state.tentative.take_behind(next);
        self.keep_all(&mut state, behind.iter());
    }

    fn keep_all<'a>(&self, state: &mut KnowledgeState, lessons: impl Iterator<Item = &'a Lesson>) {
        let until = Instant::now().checked_add(state.learning_options.ttl);
        let before = state.kept.len();
        for lesson in lessons {
            let Some(until) = until else {
                self.learning_metrics.count(lesson, Outcome::Discarded);
                continue;
            };
            tracing::info!(
                target: "azgate::learn",
                deployment = self.deployment,
                resource = self.resource,
                line = lesson.line(),
                "learned from Azure's refusal"
            );
            self.learning_metrics.count(lesson, Outcome::Kept);
            state.keep(lesson.clone(), until);
        }
        self.learning_metrics.held(before, state.kept.len());
        state.rebuild();
    }

    /// Discards the tentative lessons: Azure refused the call, or the outcome is not known.
    pub(super) fn discard(&self) {
        self.forget(&mut self.write());
    }

    pub(super) fn forget(&self, state: &mut KnowledgeState) {
        for lesson in std::mem::take(&mut state.tentative).iter() {
            self.learning_metrics.count(lesson, Outcome::Discarded);
        }
        state.rebuild();
    }
}
