//! The rules, in the order in which they are applied: one small file each, one row each in [`RULES`].
//!
//! The order matters in few places: nulls go first, so that no rule takes one for a value; the effort is settled
//! before what depends on it (tools, the parameter table); legacy functions become tools before tools are looked at;
//! the parameter table of the catalog comes after the rules in code, and what the api-version does not know comes last.

mod both_caps;
mod effort;
mod effort_with_tools;
mod functions;
mod markdown;
mod merge_system;
mod modalities;
mod nulls;
mod operation;
mod params;
mod reserve;
mod roles;
mod stream;
mod stream_options;
mod tools;
mod version;

use crate::{
    call::{Operation, Refusal},
    translate::Draft,
};

/// A rule of translation.
#[derive(Debug)]
pub struct Rule {
    /// The ids that its edits carry and that a policy names. Rows of the catalog's tables carry their own.
    pub ids: &'static [&'static str],
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// The operations it applies to, as sent upstream.
    pub on: &'static [Operation],
    /// Reads the draft and adds edits to it.
    pub run: fn(&mut Draft<'_>) -> Result<(), Refusal>,
}

const CHAT: &[Operation] = &[Operation::Chat];

/// Every rule, in order.
pub const RULES: &[Rule] = &[
    operation::RULE,
    nulls::RULE,
    both_caps::RULE,
    effort::RULE,
    functions::RULE,
    tools::RULE,
    effort_with_tools::RULE,
    roles::RULE,
    merge_system::RULE,
    markdown::RULE,
    modalities::RULE,
    stream::RULE,
    stream_options::RULE,
    params::RULE,
    reserve::RULE,
    version::RULE,
];
