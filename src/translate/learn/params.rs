//! The remedies for parameters that Azure refuses.

use super::{
    foreign::FOREIGN,
    meaning::{is_alike, is_meant_parameter, may_be_cap},
};
use crate::{
    call::Dialect,
    catalog::row_id,
    translate::parameter_names::{is_other_word, other_words},
};

/// What is known of the parameters of an operation.
struct Table {
    /// What can be dropped like any lossy edit: sampling, hints, and what is kept of the call. Families of the catalog
    /// drop the same.
    dropped: &'static [&'static str],
    /// What asks for another answer, another price or another rule of safety: it goes only where the policy says
    /// `apply`.
    refused: &'static [&'static str],
    /// Parameters that a call cannot do without.
    never: &'static [&'static str],
    /// The cap on an answer by its other names, and the name to use in place of each. A cap is never just dropped: an
    /// answer without one costs more.
    caps: &'static [(&'static str, &'static str)],
    /// Parameters whose values have an order of strength, weakest first.
    ordered: &'static [(&'static str, &'static [&'static str])],
}

const EFFORTS: &[&str] = &["none", "minimal", "low", "medium", "high", "xhigh", "max"];
const VERBOSITIES: &[&str] = &["low", "medium", "high"];

const CHAT: Table = Table {
    dropped: &[
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "metadata",
        "parallel_tool_calls",
        PREDICTION,
        "presence_penalty",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning_effort",
        "safety_identifier",
        "seed",
        "stop",
        "store",
        "stream_options",
        "stream_options.include_obfuscation",
        "stream_options.include_usage",
        "temperature",
        "top_logprobs",
        "top_p",
        "user",
        "verbosity",
    ],
    refused: &[
        "audio",
        "data_sources",
        "function_call",
        "functions",
        "max_completion_tokens",
        "max_tokens",
        "modalities",
        "moderation",
        "n",
        "response_format",
        "service_tier",
        "tool_choice",
        "tools",
        "user_security_context",
        "web_search_options",
    ],
    never: &["messages", "model", "stream"],
    // Azure reads one or the other, with the same meaning.
    caps: &[("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")],
    ordered: &[("reasoning_effort", EFFORTS), ("verbosity", VERBOSITIES)],
};

const RESPONSES: Table = Table {
    dropped: &[
        "context_management",
        ENCRYPTED,
        "include[code_interpreter_call.outputs]",
        "include[file_search_call.results]",
        LOGPROBS,
        "include[web_search_call.action.sources]",
        "include[web_search_call.results]",
        "metadata",
        "parallel_tool_calls",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning.context",
        "reasoning.effort",
        "reasoning.generate_summary",
        "reasoning.summary",
        "safety_identifier",
        "stream_options",
        "stream_options.include_obfuscation",
        "temperature",
        "text.verbosity",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
    ],
    // Without `store: false` an answer is stored.
    refused: &[
        "background",
        "conversation",
        "include",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "moderation",
        "previous_response_id",
        "prompt",
        "reasoning",
        "service_tier",
        "store",
        "text",
        "text.format",
        "tool_choice",
        "tools",
    ],
    never: &["input", "model", "stream"],
    caps: &[("max_tokens", "max_output_tokens"), ("max_completion_tokens", "max_output_tokens")],
    ordered: &[("reasoning.effort", EFFORTS), ("text.verbosity", VERBOSITIES)],
};

/// The longest name of a parameter that is on no list.
const LONGEST: usize = 64;

/// These only save time or money. The answer is the same without them.
const IDLE: &[&str] =
    &[PREDICTION, "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", ENCRYPTED];
const PREDICTION: &str = "prediction";
/// Models without reasoning refuse this value.
const ENCRYPTED: &str = "include[reasoning.encrypted_content]";
const LOGPROBS: &str = "include[message.output_text.logprobs]";

/// How a parameter may be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// It may be dropped; `same`: without a loss.
    Drop { same: bool },
    /// It may be dropped where the policy says so.
    Refuse,
}

fn table(dialect: Dialect) -> &'static Table {
    match dialect {
        Dialect::Chat => &CHAT,
        Dialect::Responses => &RESPONSES,
    }
}

/// The tables that know a name: the operation's own, and then the other one's.
fn tables(dialect: Dialect) -> [&'static Table; 2] {
    match dialect {
        Dialect::Chat => [&CHAT, &RESPONSES],
        Dialect::Responses => [&RESPONSES, &CHAT],
    }
}

/// How a parameter may be treated, if at all.
pub(super) fn remedy(dialect: Dialect, param: &str) -> Option<Remedy> {
    if is_other_word(dialect, param) {
        return None;
    }
    // A client may send a parameter of the other operation by mistake. It asks for the same there.
    let [own, other] = tables(dialect);
    let known = [Some(own), Some(other).filter(|_| !param.contains('.'))];
    for known in known.into_iter().flatten() {
        if known.dropped.contains(&param) {
            return Some(Remedy::Drop { same: IDLE.contains(&param) });
        }
        if known.refused.contains(&param) {
            return Some(Remedy::Refuse);
        }
    }
    if FOREIGN.contains(&param) {
        return Some(Remedy::Refuse);
    }
    // Azure has no such parameter, so the call could not get what it asks for.
    is_unlisted(dialect, param).then_some(Remedy::Drop { same: false })
}

/// Parameters that decide how an answer comes about or where it ends. Families of the catalog drop them as a loss that
/// a policy can name. Another spelling has no row of its own, so nobody could keep it.
const SHAPING: &[&str] =
    &["context_management", "parallel_tool_calls", "reasoning_effort", "stop", "truncation", "verbosity"];

/// Returns whether a name that no list has is another spelling of one that says what the call is about, or has a part
/// that does.
fn resembles_meaning(dialect: Dialect, param: &str) -> bool {
    let lists = |known: &Table| [known.refused, known.never];
    let others = [FOREIGN, SHAPING];
    let mut meant = tables(dialect).into_iter().flat_map(lists).chain(others).flatten();
    let mut hints = tables(dialect).into_iter().flat_map(|known| known.dropped);
    meant.any(|name| is_alike(name, param))
        || (!hints.any(|name| is_alike(name, param))
            && (is_meant_parameter(param) || other_words(dialect).iter().any(|name| is_alike(name, param))))
}

/// Returns whether no list has a key, of this operation or another, in whatever spelling. Such a key belongs to another
/// server, and Azure does not know it. A name that may be a cap of another server's is excluded, because an answer
/// without a cap costs more.
pub(super) fn is_unlisted(dialect: Dialect, param: &str) -> bool {
    let is_plain = param.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let lists = |known: &Table| [known.dropped, known.refused, known.never];
    let is_listed =
        tables(dialect).into_iter().flat_map(lists).chain([FOREIGN]).any(|list| list.contains(&param));
    is_plain
        && (1..=LONGEST).contains(&param.len())
        && !is_listed
        && !may_be_cap(param)
        && !resembles_meaning(dialect, param)
}

/// Returns whether a call cannot do without the parameter. A bare name that is refused is then not the body's.
pub(super) fn is_needed(dialect: Dialect, param: &str) -> bool {
    table(dialect).never.contains(&param)
}

/// The other name of a cap, if the parameter is one that has another.
pub(super) fn other_cap(dialect: Dialect, param: &str) -> Option<&'static str> {
    table(dialect).caps.iter().find(|(cap, _)| *cap == param).map(|(_, other)| *other)
}

/// Whether the parameter is a cap on the answer by a name that Azure knows.
pub(super) fn is_known_cap(dialect: Dialect, param: &str) -> bool {
    table(dialect).caps.iter().any(|(cap, other)| *cap == param || *other == param)
}

/// The values of a parameter in the order of their strength, where there is one.
pub(super) fn order(dialect: Dialect, param: &str) -> Option<&'static [&'static str]> {
    table(dialect).ordered.iter().find(|(name, _)| *name == param).map(|(_, order)| *order)
}

/// The id of every row that can be learned, so that a policy can name one before it is.
pub fn rule_ids() -> impl Iterator<Item = String> {
    let ids = |table: &'static Table| {
        let drops = table.dropped.iter().map(|param| row_id("drop", param));
        let refusals = table.refused.iter().map(|param| row_id("refuse", param));
        let maps = table.ordered.iter().map(|(param, _)| row_id("map", param));
        let renames = table.caps.iter().map(|(cap, _)| row_id("rename", cap));
        let clamps =
            table.caps.iter().flat_map(|(cap, other)| [row_id("clamp", cap), row_id("clamp", other)]);
        drops.chain(refusals).chain(maps).chain(renames).chain(clamps).map(|id| id.to_string())
    };
    let foreign = FOREIGN.iter().map(|param| row_id("refuse", param).to_string());
    [&CHAT, &RESPONSES].into_iter().flat_map(ids).chain(foreign)
}
