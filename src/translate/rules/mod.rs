//! The rules, in the order in which they are applied: one small file each, one row each in [`RULES`].
//!
//! The order matters in few places: the api-version and the nulls go first, so that no rule takes a null for a value;
//! the effort is settled before what depends on it (tools, the parameter table); legacy functions become tools before
//! tools meet the effort; parts go before messages are merged; a stream is collected once options without a stream are
//! gone; the parameter table of the catalog comes after the rules in code; what stood beside tools is looked at once no
//! rule can take them out any more; and what the api-version does not know comes last. What a Responses call says in chat's
//! words gets its own place before any rule looks for it there.

mod api_version;
mod both_caps;
mod bridge;
mod collect;
mod data_sources;
mod effort;
pub(super) mod effort_with_tools;
mod empty_lists;
mod flatten;
mod functions;
mod hosted_tools;
mod lacking;
mod least_cap;
mod markdown;
mod merge_system;
mod modalities;
mod moved;
mod nulls;
mod params;
mod prediction;
mod reasoning;
mod replayed;
mod reserve;
mod roles;
mod stateless;
mod status;
mod stream;
mod stream_options;
mod tool_call_ids;
mod tool_messages;
mod unknown_keys;
mod without_tools;

use crate::{
    call::{Dialect, Effect, Refusal},
    json::{Change, Pointer},
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
    pub on: &'static [Dialect],
    /// Reads the draft and adds edits to it.
    pub run: fn(&mut Draft<'_>) -> Result<(), Refusal>,
}

const CHAT: &[Dialect] = &[Dialect::Chat];
const RESPONSES: &[Dialect] = &[Dialect::Responses];
const BOTH: &[Dialect] = &Dialect::ALL;

/// Every rule, in order.
pub const RULES: &[Rule] = &[
    bridge::RULE,
    api_version::RULE,
    nulls::RULE,
    moved::RULE,
    flatten::RULE,
    reasoning::RULE,
    status::RULE,
    stateless::RULE,
    both_caps::RULE,
    least_cap::RULE,
    effort::RULE,
    empty_lists::RULE,
    hosted_tools::RULE,
    functions::RULE,
    lacking::RULE,
    effort_with_tools::RULE,
    tool_messages::RULE,
    tool_call_ids::RULE,
    replayed::RULE,
    roles::RULE,
    modalities::RULE,
    merge_system::RULE,
    markdown::RULE,
    stream::RULE,
    stream_options::RULE,
    stream_options::ON_RESPONSES,
    collect::RULE,
    data_sources::RULE,
    prediction::RULE,
    params::RULE,
    without_tools::RULE,
    reserve::RULE,
    unknown_keys::RULE,
];

/// The rules that make a call ready for the way to another operation. What that operation does not take of the family is
/// for [`RULES`], which follow.
pub(super) const AHEAD: &[Rule] = &[
    nulls::RULE,
    moved::RULE,
    flatten::RULE,
    status::RULE,
    both_caps::RULE,
    empty_lists::RULE,
    functions::RULE,
    without_tools::RULE,
    reserve::RULE,
    lacking::RULE,
];

/// The rules that do no more than what a profile says in so many words, and those about what Azure refuses
/// whatever the model. Where little is known of a family, these and no others act on it.
pub(super) const LITERAL: &[Rule] = &[
    api_version::RULE,
    moved::RULE,
    flatten::RULE,
    reasoning::RULE,
    status::RULE,
    least_cap::RULE,
    effort_with_tools::RULE,
    tool_call_ids::RULE,
    replayed::RULE,
    roles::RULE,
    merge_system::RULE,
    stream::RULE,
    stream_options::ON_RESPONSES,
    collect::RULE,
    params::RULE,
];

/// Calls the cap by its older name, which means the same for a family that takes both.
fn old_cap(draft: &mut Draft<'_>, why: &'static str) -> Result<(), Refusal> {
    const ID: &str = "rename.max_completion_tokens";
    if draft.is_null("max_tokens") {
        draft.edit(ID, Effect::Same, why, Change::Remove { at: Pointer::key("max_tokens") })?;
    }
    let change = Change::Rename { from: Pointer::key("max_completion_tokens"), to: "max_tokens".to_owned() };
    draft.edit(ID, Effect::Same, why, change)?;
    Ok(())
}

#[cfg(test)]
pub(super) mod testing;
