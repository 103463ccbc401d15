//! How many lessons were learned, by kind and outcome, and how many are held.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::translate::learn::Lesson;

/// How a lesson ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum Outcome {
    Kept,
    Discarded,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    kind: &'static str,
    outcome: &'static str,
}

/// The counters. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct LearningMetrics {
    lessons: Family<Labels, Counter>,
    held: Gauge,
}

impl LearningMetrics {
    /// Registers the counters.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Lines learned from refusals, by kind and by what became of them";
        registry.register("lessons", help, self.lessons.clone());
        registry.register("lessons_held", "Learned lines in use", self.held.clone());
    }

    pub(super) fn count(&self, lesson: &Lesson, outcome: Outcome) {
        let outcome = match outcome {
            Outcome::Kept => "kept",
            Outcome::Discarded => "discarded",
        };
        self.lessons.get_or_create_owned(&Labels { kind: lesson.kind(), outcome }).inc();
    }

    /// Counts that a deployment holds another number of lessons.
    pub(super) fn held(&self, before: usize, now: usize) {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.held.inc_by(count(now) - count(before));
    }
}
