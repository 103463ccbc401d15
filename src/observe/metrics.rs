//! Counters. Every label has few possible values: no label contains text that a client can choose.

use std::{sync::Arc, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::lines::LOST_LINES;
use crate::{
    call::{Edit, RuleId, Usage},
    connections::Connections,
    learning::LearningMetrics,
    reasoning_memory::MemoryMetrics,
    translate::learn,
};

/// The parts of a finished call that the metrics count.
#[derive(Debug)]
pub(super) struct CountedCall<'a> {
    /// `None` if the call ended before its family was known.
    pub(super) family: Option<&'a Arc<str>>,
    pub(super) status: u16,
    pub(super) ended: &'static str,
    pub(super) elapsed: Duration,
    pub(super) edits: &'a [Edit],
    pub(super) usage: Usage,
    /// Whether reasoning used up the token cap and left no text.
    pub(super) exhausted: bool,
    /// Whether azgate sent the call again after a stale connection.
    pub(super) resent: bool,
}

/// Labels of a call.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct CallLabels {
    family: Arc<str>,
    status: u16,
    ended: &'static str,
}

/// Labels of an edit.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct EditLabels {
    rule: RuleId,
}

/// Labels of tokens.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TokenLabels {
    family: Arc<str>,
    kind: &'static str,
}

/// The label of counters by family alone.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct FamilyLabels {
    family: Arc<str>,
}

/// All counters of a gateway. They are not global, so that each test has its own counters.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    seconds: Family<FamilyLabels, Histogram>,
    edits: Family<EditLabels, Counter>,
    tokens: Family<TokenLabels, Counter>,
    exhausted: Family<FamilyLabels, Counter>,
    resent: Counter,
    /// The family label of calls that ended before their family was known.
    no_family: Arc<str>,
    /// The rule label of edits that remove a key unknown to azgate.
    foreign: RuleId,
    connections: Arc<Connections>,
}

/// Returns whether a rule was learned for a key that azgate does not know. Clients choose such keys, so a rule named
/// after one must not become a label.
fn is_foreign(rule: &RuleId, learned: bool) -> bool {
    let removes = rule.starts_with("drop.") || rule.starts_with("refuse.");
    learned && removes && !learn::rule_ids().any(|id| *id == **rule)
}

/// Upper bounds of the duration buckets, in seconds: reasoning takes minutes.
const SECONDS: [f64; 12] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0, 60.0, 180.0, 600.0];

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new(&LearningMetrics::default(), &MemoryMetrics::default(), &Arc::default())
    }
}

impl Metrics {
    /// Creates the counters and registers them, together with those of learning, of the memory of reasoning, and of
    /// connections.
    pub fn new(
        learning_metrics: &LearningMetrics,
        reasoning_metrics: &MemoryMetrics,
        connections: &Arc<Connections>,
    ) -> Metrics {
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
        registry.register("resent", "Calls that were sent again", resent.clone());
        let help = "Log lines lost because whoever reads them stood still";
        registry.register("log_lines_lost", help, LOST_LINES.clone());
        learning_metrics.register(&mut registry);
        reasoning_metrics.register(&mut registry);
        connections.register(&mut registry);
        Metrics {
            registry,
            calls,
            seconds,
            edits,
            tokens,
            exhausted,
            resent,
            no_family: Arc::from("none"),
            foreign: Arc::from("drop.foreign"),
            connections: connections.clone(),
        }
    }
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// Returns the metrics in OpenMetrics text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into a string cannot fail.
        encode(&mut text, &self.registry).map_or_else(|_| String::new(), |()| text)
    }

    /// Returns whether running calls are cut off.
    pub(super) fn is_cut_off(&self) -> bool {
        self.connections.is_cut_off()
    }

    /// Counts a finished call.
    pub(super) fn count(&self, call: &CountedCall<'_>) {
        let family = call.family.unwrap_or(&self.no_family);
        let labels = CallLabels { family: family.clone(), status: call.status, ended: call.ended };
        self.calls.get_or_create_owned(&labels).inc();
        let by_family = FamilyLabels { family: family.clone() };
        self.seconds.get_or_create_owned(&by_family).observe(call.elapsed.as_secs_f64());
        for edit in call.edits {
            let rule =
                if is_foreign(&edit.rule, edit.learned) { self.foreign.clone() } else { edit.rule.clone() };
            self.edits.get_or_create_owned(&EditLabels { rule }).inc();
        }
        let kinds = [
            ("prompt", call.usage.prompt),
            ("cached", call.usage.cached),
            ("completion", call.usage.completion),
            ("reasoning", call.usage.reasoning),
        ];
        for (kind, count) in kinds.into_iter().filter(|(_, count)| *count > 0) {
            self.tokens.get_or_create_owned(&TokenLabels { family: family.clone(), kind }).inc_by(count);
        }
        if call.exhausted {
            self.exhausted.get_or_create_owned(&by_family).inc();
        }
        if call.resent {
            self.resent.inc();
        }
    }
}
