//! What the readers of whole answers share: how deep an answer is parsed, and its token counts.

use crate::{
    call::{Dialect, Usage},
    json::{Kind, View},
};

/// How deep an answer must be parsed for everything in `respond`: down to the members of a chat's message. What lies
/// deeper (tool calls) is opened one by one, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;

/// The token counts that stand in an answer.
pub(super) fn usage(dialect: Dialect, answer: View<'_>) -> Option<Usage> {
    let usage = answer.get("usage").filter(|usage| usage.kind() == Kind::Object)?;
    Some(Usage::read(dialect, usage))
}
