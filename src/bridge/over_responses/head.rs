//! What a completion and each of its chunks begin with.

use super::spelt::string;
use crate::json::{View, text, write::member};

/// `{`, id, object, created and model, as far as they are known.
pub(super) fn head(response: Option<View<'_>>, object: &str) -> Vec<u8> {
    let known = |key| response.and_then(|response| string(response, key));
    let mut out = Vec::from(b"{");
    member(&mut out, "id", &known("id").map_or_else(|| b"\"\"".into(), id));
    member(&mut out, "object", text::quote(object).as_bytes());
    member(&mut out, "created", created(response.and_then(|response| response.get("created_at"))));
    member(&mut out, "model", known("model").unwrap_or(b"\"\""));
    out
}

/// `resp_123` becomes `chatcmpl-123`.
fn id(raw: &[u8]) -> Vec<u8> {
    let inner = text::inner(raw);
    [b"\"chatcmpl-", inner.strip_prefix(b"resp_").unwrap_or(inner), b"\""].concat()
}

/// Whole seconds. Azure gives fractions of them, too.
fn created(at: Option<View<'_>>) -> &[u8] {
    let seconds = at.and_then(|at| at.raw().split(|byte| *byte == b'.').next());
    let is_whole = |seconds: &&[u8]| !seconds.is_empty() && seconds.iter().all(u8::is_ascii_digit);
    seconds.filter(is_whole).unwrap_or(b"0")
}
