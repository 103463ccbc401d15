//! The token counts of an answer.

use crate::{
    call::{Dialect, Usage},
    json::{Kind, View},
};

/// Returns the token counts of an answer, or of one event of a stream.
pub(super) fn usage(dialect: Dialect, answer: View<'_>) -> Option<Usage> {
    let usage = answer.get("usage").filter(|usage| usage.kind() == Kind::Object)?;
    Some(Usage::read(dialect, usage))
}
