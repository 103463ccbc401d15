//! Token counts in the words of Responses.

use crate::{
    call::{Dialect, Usage},
    json::{View, write::member},
};

/// A chat answer's counts, and the same as a response's `usage`. Every count goes along, known or not.
pub(super) fn usage(usage: View<'_>) -> (Usage, Vec<u8>) {
    let counts = Usage::read(Dialect::Chat, usage);
    let total = counts.prompt.saturating_add(counts.completion);
    let total = usage.get("total_tokens").and_then(View::whole).unwrap_or(total);
    let mut out = format!("{{\"input_tokens\":{},\"input_tokens_details\":", counts.prompt).into_bytes();
    details(&mut out, usage.get("prompt_tokens_details"), &["cached_tokens", "cache_write_tokens"]);
    out.extend_from_slice(
        format!(",\"output_tokens\":{},\"output_tokens_details\":", counts.completion).as_bytes(),
    );
    details(&mut out, usage.get("completion_tokens_details"), &["reasoning_tokens"]);
    out.extend_from_slice(format!(",\"total_tokens\":{total}").as_bytes());
    for (key, value) in usage.members().filter(|(key, _)| !KNOWN.contains(&&**key)) {
        member(&mut out, &key, value.raw());
    }
    out.push(b'}');
    (counts, out)
}

const KNOWN: [&str; 5] = [
    "prompt_tokens",
    "prompt_tokens_details",
    "completion_tokens",
    "completion_tokens_details",
    "total_tokens",
];

/// A breakdown; `needed` counts are zero where chat has none.
fn details(out: &mut Vec<u8>, details: Option<View<'_>>, needed: &[&str]) {
    out.push(b'{');
    let told = |key: &str| details.and_then(|details| details.get(key)).filter(|count| !count.is_null());
    for key in needed {
        member(out, key, told(key).map_or(b"0", View::raw));
    }
    for (key, value) in details.into_iter().flat_map(View::members) {
        if !needed.contains(&&*key) {
            member(out, &key, value.raw());
        }
    }
    out.push(b'}');
}
