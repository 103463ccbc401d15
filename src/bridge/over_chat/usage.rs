//! Token counts in the form of a response.

use crate::{
    call::{Dialect, Usage},
    json::{View, write::ObjectWriter},
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
    let mut out = ObjectWriter::default();
    out.member("input_tokens", counts.prompt.to_string().as_bytes());
    let prompt = details(usage.get("prompt_tokens_details"), &["cached_tokens", "cache_write_tokens"]);
    out.member("input_tokens_details", &prompt);
    out.member("output_tokens", counts.completion.to_string().as_bytes());
    let completion = details(usage.get("completion_tokens_details"), &["reasoning_tokens"]);
    out.member("output_tokens_details", &completion);
    out.member("total_tokens", total.to_string().as_bytes());
    out.copy_rest(usage, &KNOWN);
    (counts, out.finish())
}

/// Returns a breakdown. The counts in `required` are zero if chat has none.
fn details(details: Option<View<'_>>, required: &[&str]) -> Vec<u8> {
    let mut out = ObjectWriter::default();
    for key in required {
        let count = details.and_then(|details| details.non_null(key));
        out.member(key, count.map_or(b"0", View::raw));
    }
    if let Some(details) = details {
        out.copy_rest(details, &[]);
    }
    out.finish()
}
