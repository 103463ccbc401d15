//! Counters, all with labels from small fixed sets: no label holds what a client chose freely.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::lines::LOST;
use crate::{call::RuleId, learning::LearningMetrics, translate::learn};

/// Labels of a call.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    family: Arc<str>,
    status: u16,
    ended: &'static str,
}

/// Labels of an edit.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Edit {
    rule: RuleId,
}

/// Labels of tokens.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Tokens {
    family: Arc<str>,
    kind: &'static str,
}

/// Label of what belongs to a family.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfFamily {
    family: Arc<str>,
}

/// Everything that is counted. Every test has its own.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<Call, Counter>,
    seconds: Family<OfFamily, Histogram>,
    edits: Family<Edit, Counter>,
    tokens: Family<Tokens, Counter>,
    exhausted: Family<OfFamily, Counter>,
    resent: Counter,
    /// The family of a call that got none.
    none: Arc<str>,
    /// The rule of every edit that takes out a key of which azgate knows nothing.
    foreign: RuleId,
}

/// Whether a rule was learned of a key that clients made up: it would be a label of their choice.
fn is_foreign(rule: &RuleId, learned: bool) -> bool {
    learned && rule.starts_with("drop.") && !learn::rule_ids().any(|id| *id == **rule)
}

/// Upper bounds of the duration buckets, in seconds: reasoning takes minutes.
const SECONDS: [f64; 12] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0, 180.0, 600.0];

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new(&LearningMetrics::default())
    }
}

impl Metrics {
    /// Metrics that show what is learned, too.
    pub fn new(learning_metrics: &LearningMetrics) -> Metrics {
        let mut registry = Registry::with_prefix("azgate");
        let calls = Family::default();
        registry.register("calls", "Calls, by family, status and how the answer ended", calls.clone());
        let seconds = Family::new_with_constructor(seconds as fn() -> Histogram);
        let help = "Time from a call's head to the end of its answer";
        registry.register_with_unit("call_duration", help, Unit::Seconds, seconds.clone());
        let edits = Family::default();
        registry.register("edits", "Changes made to calls, by rule", edits.clone());
        let tokens = Family::default();
        registry.register("tokens", "Tokens that Azure counted, by family and kind", tokens.clone());
        let exhausted = Family::default();
        let help = "Answers without text because reasoning used up the token cap";
        registry.register("reasoning_exhausted", help, exhausted.clone());
        let resent = Counter::default();
        registry.register("resent", "Calls sent again after a stale connection", resent.clone());
        let help = "Log lines lost because whoever reads them stood still";
        registry.register("log_lines_lost", help, LOST.clone());
        learning_metrics.register(&mut registry);
        Metrics {
            registry,
            calls,
            seconds,
            edits,
            tokens,
            exhausted,
            resent,
            none: Arc::from("none"),
            foreign: Arc::from("drop.foreign"),
        }
    }
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// The metrics in OpenMetrics text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        encode(&mut text, &self.registry).map_or_else(|_| String::new(), |()| text)
    }

    pub(super) fn count(&self, record: &super::Record) {
        let family = record.family().unwrap_or(&self.none);
        let call = Call { family: family.clone(), status: record.status(), ended: record.ended() };
        self.calls.get_or_create_owned(&call).inc();
        let of_family = OfFamily { family: family.clone() };
        self.seconds.get_or_create_owned(&of_family).observe(record.elapsed().as_secs_f64());
        for edit in record.edits() {
            let rule =
                if is_foreign(&edit.rule, edit.learned) { self.foreign.clone() } else { edit.rule.clone() };
            self.edits.get_or_create_owned(&Edit { rule }).inc();
        }
        let usage = record.usage().copied().unwrap_or_default();
        let kinds = [
            ("prompt", usage.prompt),
            ("cached", usage.cached),
            ("completion", usage.completion),
            ("reasoning", usage.reasoning),
        ];
        for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
            self.tokens.get_or_create_owned(&Tokens { family: family.clone(), kind }).inc_by(count);
        }
        if record.exhausted() {
            self.exhausted.get_or_create_owned(&of_family).inc();
        }
        if record.resent() {
            self.resent.inc();
        }
    }
}
