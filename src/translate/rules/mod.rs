//! Lists the rules in the order in which they run. Each rule has a small file and a row in [`RULES`].
//!
//! The order matters in a few places:
//!
//! - The api-version and the nulls go first, so that no rule reads a null as a value.
//! - Members of a Responses call that are written as in chat move to their own place before any rule looks for them
//!   there.
//! - The effort is settled before the rules that depend on it (tools, the parameter table).
//! - Legacy functions become tools before tools meet the effort.
//! - Parts are dropped before messages are merged.
//! - A stream is collected after options without a stream are gone.
//! - The parameter table of the catalog comes after the rules in code.
//! - Options that need tools are checked once no rule can remove the tools any more.
//! - Keys that the api-version does not know come last.

mod api_version;
mod both_caps;
mod bridge;
mod collect;
mod data_sources;
mod descriptions;
mod effort;
pub(super) mod effort_with_tools;
mod empty_lists;
mod flatten;
mod functions;
mod hosted_tools;
mod item_metadata;
mod lacking;
mod least_cap;
mod markdown;
mod merge_system;
mod modalities;
mod moved;
mod nulls;
mod older_cap;
mod params;
mod prediction;
mod reasoning;
mod replayed;
mod reserve;
mod roles;
mod rule;
mod stateless;
mod status;
mod stream;
mod stream_options;
mod tool_call_ids;
mod tool_messages;
mod unknown_keys;
mod without_tools;

pub use rule::Rule;

/// Every rule, in order.
pub const RULES: &[Rule] = &[
    bridge::RULE,
    api_version::RULE,
    nulls::RULE,
    moved::RULE,
    flatten::RULE,
    descriptions::RULE,
    item_metadata::RULE,
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

/// The rules that prepare a call for the bridge to the other dialect. [`RULES`] follow on the bridged call.
pub(super) const BEFORE_BRIDGE: &[Rule] = &[
    nulls::RULE,
    moved::RULE,
    flatten::RULE,
    item_metadata::RULE,
    status::RULE,
    both_caps::RULE,
    empty_lists::RULE,
    functions::RULE,
    without_tools::RULE,
    reserve::RULE,
    lacking::RULE,
];

/// The rules that only carry out what a profile says literally, and the rules about what Azure refuses for every
/// model. Only these act on a family of which little is known.
pub(super) const FOR_UNKNOWN_FAMILIES: &[Rule] = &[
    api_version::RULE,
    moved::RULE,
    flatten::RULE,
    descriptions::RULE,
    item_metadata::RULE,
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

#[cfg(test)]
pub(super) mod testing;
