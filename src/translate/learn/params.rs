//! What may become of a parameter that Azure refuses.

/// The two names of the cap on an answer. Azure reads one or the other, with the same meaning. A cap is never just
/// dropped: an answer without one costs more.
const CAPS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

/// What can be dropped like any lossy edit: sampling, hints, and what is kept of the call. Families of the catalog drop
/// the same.
const DROPPED: &[&str] = &[
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
];

/// What asks for another answer, another price or another rule of safety: it goes only where the policy says `apply`.
const REFUSED: &[&str] = &[
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
];

/// What a call is no call without.
const NEVER: [&str; 3] = ["messages", "model", "stream"];

/// The longest name of a parameter that is on no list.
const LONGEST: usize = 64;

/// It only saves time: without it the answer is the same.
const PREDICTION: &str = "prediction";

/// Parameters whose values have an order of strength, weakest first.
const ORDERED: &[(&str, &[&str])] = &[
    ("reasoning_effort", &["none", "minimal", "low", "medium", "high", "xhigh", "max"]),
    ("verbosity", &["low", "medium", "high"]),
];

/// Parameters that every model takes or refuses together, whatever its effort: reasoning.md lists them as one, and so do
/// vercel/ai and litellm. Learning them together saves a refusal for each.
const TOGETHER: &[&[&str]] =
    &[&["presence_penalty", "frequency_penalty", "logit_bias"], &["top_p", "logprobs", "top_logprobs"]];

/// How a parameter may be treated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leave {
    /// It may be dropped; `same`: without a loss.
    Drop { same: bool },
    /// It may be dropped where the policy says so.
    Refuse,
}

/// How a parameter may be treated, if at all.
pub(super) fn leave(param: &str) -> Option<Leave> {
    if DROPPED.contains(&param) {
        return Some(Leave::Drop { same: param == PREDICTION });
    }
    if REFUSED.contains(&param) {
        return Some(Leave::Refuse);
    }
    // What it asks for cannot be had there anyway.
    is_foreign(param).then_some(Leave::Drop { same: false })
}

/// Whether a key is on no list: some other server's, that Azure does not know. What may be a cap by another server's name
/// is none of them: an answer without one costs more.
pub(super) fn is_foreign(param: &str) -> bool {
    let is_plain = param.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let is_listed = [DROPPED, REFUSED, &NEVER].iter().any(|list| list.contains(&param));
    is_plain && (1..=LONGEST).contains(&param.len()) && !is_listed && !param.ends_with("_tokens")
}

/// The other name of a cap, if the parameter is one.
pub(super) fn other_cap(param: &str) -> Option<&'static str> {
    let [old, new] = CAPS;
    if param == old { Some(new) } else { (param == new).then_some(old) }
}

/// The parameters that go where this one goes, itself included.
pub(super) fn together(param: &str) -> Vec<&str> {
    TOGETHER.iter().find(|group| group.contains(&param)).map_or_else(|| vec![param], |group| group.to_vec())
}

/// The values of a parameter in the order of their strength, where there is one.
pub(super) fn order(param: &str) -> Option<&'static [&'static str]> {
    ORDERED.iter().find(|(name, _)| *name == param).map(|(_, order)| *order)
}

/// The id of every row that can be learned, so that a policy can name one before it is.
pub fn rule_ids() -> impl Iterator<Item = String> {
    let drops = DROPPED.iter().map(|param| format!("drop.{param}"));
    let refusals = REFUSED.iter().map(|param| format!("refuse.{param}"));
    let maps = ORDERED.iter().map(|(param, _)| format!("map.{param}"));
    let caps = CAPS.iter().flat_map(|cap| [format!("rename.{cap}"), format!("clamp.{cap}")]);
    drops.chain(refusals).chain(maps).chain(caps)
}
