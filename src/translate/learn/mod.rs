//! Learning: what a refusal of Azure's teaches of a deployment, as lines that an operator could have written.
//!
//! [`lessons()`] reads a refusal together with the call that Azure refused. [`Lessons`] collects what is learned and
//! lays it over the family's [`crate::catalog::Profile`], so that [`super::plan()`] needs no second way of editing. It
//! also prints the lessons as the overlay that would make them permanent.

mod learned;
mod lesson;
mod lessons;
mod overlay;
mod params;
mod refusal;
mod refused_call;
mod rows;
#[cfg(test)]
mod tests;
mod wording;

pub(super) use learned::is_learned;
pub use lesson::Lesson;
pub use lessons::Lessons;
pub use params::rule_ids;
pub use refusal::may_teach;

use self::{refusal::AzureRefusal, refused_call::RefusedCall, wording::RefusalReason};
use super::Target;
use crate::{call::Dialect, json::Document};

/// What Azure's answer to a call of that operation teaches, where it refuses something that can be mended; nothing
/// otherwise. `sent` is the body as Azure got it, for `target` as it then was. There is more than one lesson where
/// Azure names more than one parameter, or one that never goes alone; and none where one of those named cannot be
/// helped.
pub fn lessons(
    status: u16,
    answer: &[u8],
    dialect: Dialect,
    sent: &Document,
    target: &Target,
) -> Vec<Lesson> {
    let Some(refusal) = AzureRefusal::read(status, answer) else { return Vec::new() };
    let call = RefusedCall { dialect, sent: sent.root(), target };
    let lessons: Option<Vec<Vec<Lesson>>> =
        refusal.reasons().iter().map(|reason| call.lessons(reason)).collect();
    lessons.unwrap_or_default().concat()
}

/// Whether Azure refuses a call for reasoning in it that it cannot read. That says nothing of the deployment: only
/// this call's client has it, from another resource under that name, from before a key was changed, or made up.
pub fn is_unreadable(status: u16, answer: &[u8]) -> bool {
    AzureRefusal::read(status, answer).is_some_and(|refusal| refusal.is_unreadable())
}

/// Whether Azure refuses a call because its operation does not serve the model.
pub fn is_unserved(status: u16, answer: &[u8]) -> bool {
    let refusal = AzureRefusal::read(status, answer);
    refusal.is_some_and(|refusal| {
        refusal.reasons().iter().any(|reason| matches!(reason, RefusalReason::Unserved { .. }))
    })
}
