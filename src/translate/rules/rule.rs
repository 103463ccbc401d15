//! The type of a rule, and the lists of dialects that rules apply to.

use crate::{
    call::{Dialect, Refusal},
    translate::Draft,
};

/// A rule of translation.
#[derive(Debug)]
pub struct Rule {
    /// The ids that its edits carry and that a policy names. Rows of the catalog's tables carry their own.
    pub ids: &'static [&'static str],
    /// Describes the rule in a sentence, for `docs/rules.md`.
    pub summary: &'static str,
    /// The dialects it applies to, as sent upstream.
    pub on: &'static [Dialect],
    /// Reads the draft and adds edits to it.
    pub run: fn(&mut Draft<'_>) -> Result<(), Refusal>,
}

/// A rule for chat calls.
pub(super) const CHAT: &[Dialect] = &[Dialect::Chat];
/// A rule for Responses calls.
pub(super) const RESPONSES: &[Dialect] = &[Dialect::Responses];
/// A rule for both.
pub(super) const BOTH: &[Dialect] = &Dialect::ALL;
