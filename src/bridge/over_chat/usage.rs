//! Token counts in the form of a response.

use crate::{
    call::{Dialect, Usage},
    json::{View, write::member},
};

const KNOWN: [&str; 5] = [
    "prompt_tokens",
    "prompt_tokens_details",
    "completion_tokens",
    "completion_tokens_details",
    "total_tokens",
];

/// Reads the counts of a chat answer. Returns them, and the `usage` of the response, which has every count, known or
/// not.
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

/// Writes a breakdown. The counts in `required` are zero if chat has none.
fn details(out: &mut Vec<u8>, details: Option<View<'_>>, required: &[&str]) {
    out.push(b'{');
    for key in required {
        let count = details.and_then(|details| details.non_null(key));
        member(out, key, count.map_or(b"0", View::raw));
    }
    for (key, value) in details.into_iter().flat_map(View::members) {
        if !required.contains(&&*key) {
            member(out, &key, value.raw());
        }
    }
    out.push(b'}');
}
