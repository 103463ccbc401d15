//! Learning: turns a refusal of Azure's into lines of a profile, which an operator could have written too.
//!
//! [`lessons()`] reads a refusal together with the call that Azure refused. [`Lessons`] collects what is learned and
//! lays it over the family's [`crate::catalog::Profile`], so that [`super::plan()`] needs no second way of editing. It
//! also prints the lessons as the overlay that would make them permanent.

mod foreign;
mod learned;
mod lesson;
mod lessons;
mod meaning;
mod members;
mod overlay;
mod params;
mod place;
mod refusal;
mod refused_call;
mod rows;
#[cfg(test)]
mod tests;
mod wording;

pub(super) use learned::is_learned;
pub use lesson::Lesson;
pub use lessons::Lessons;
pub(crate) use overlay::{block_of, key, value as row_text};
pub use params::rule_ids;
pub use refusal::may_teach;

use self::{refusal::AzureRefusal, refused_call::RefusedCall, wording::RefusalReason};
use super::Target;
use crate::{call::Dialect, json::Document};

/// Returns the lessons of Azure's answer to a call in this dialect. `sent` is the body that Azure received, and
/// `target` is the target at that time. Azure can name several parameters, or one that belongs to a group, so there can
/// be several lessons. If one of the named parameters has no remedy, there are no lessons.
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

/// Returns whether Azure refuses a call because it cannot read the reasoning in it. Such a refusal teaches nothing
/// about the deployment. The client got the reasoning from another resource of that name, or before a key was changed,
/// or invented it.
pub fn is_unreadable(status: u16, answer: &[u8]) -> bool {
    AzureRefusal::read(status, answer).is_some_and(|refusal| refusal.is_unreadable())
}

/// Returns whether Azure refuses a call because its operation does not serve the model.
pub fn is_unserved(status: u16, answer: &[u8]) -> bool {
    let refusal = AzureRefusal::read(status, answer);
    refusal.is_some_and(|refusal| {
        refusal.reasons().iter().any(|reason| matches!(reason, RefusalReason::Unserved { .. }))
    })
}
