//! Lists the rules in the order in which they run. Each rule has a small file and a row in [`RULES`].
//!
//! The order matters in a few places:
//!
//! - A call is put into the words of its operation before the bridge is decided on, and before any rule reads it. These
//!   rules work on the call first, and all other rules on what they made of it.
//! - A call that may not be served is refused before anything else.
//! - The api-version and the nulls go first, so that no rule reads a null as a value.
//! - Members of a Responses call that are written as in chat move to their own place before any rule looks for them
//!   there.
//! - The effort is settled before the rules that depend on it (tools, the parameter table).
//! - Legacy functions become tools before tools meet the effort.
//! - Parts are dropped before images move to other messages, and both before messages are merged.
//! - Calls lose their ids once no rule removes reasoning any more.
//! - A stream is collected after options without a stream are gone.
//! - The parameter table of the catalog comes after the rules in code.
//! - Options that need tools are checked once no rule can remove the tools any more.
//! - Keys that the api-version does not know come last.

mod api_version;
mod both_caps;
mod bridge;
mod carry;
mod chat_hosted;
mod chat_tools;
mod chat_words;
mod collect;
mod data_sources;
mod data_sources_identity;
mod descriptions;
mod effort;
pub(super) mod effort_with_tools;
mod empty_lists;
mod fill;
mod flatten;
mod functions;
mod hosted_tools;
mod images;
mod item_ids;
mod item_metadata;
mod lacking;
mod least_cap;
mod markdown;
mod mcp_approvals;
mod merge_system;
pub(super) mod modalities;
mod moved;
mod nest;
mod nulls;
mod older_cap;
mod params;
mod parts;
mod prediction;
mod reasoning;
mod remembered;
mod replayed;
mod reserve;
mod roles;
mod rule;
mod searches;
mod spelling;
mod stateless;
mod status;
mod stream;
mod stream_options;
mod tool_call_ids;
mod tool_messages;
mod tool_outputs;
mod unknown_keys;
mod without_tools;

pub(super) use params::holds;
pub use rule::Rule;

/// Every rule, in order.
pub const RULES: &[Rule] = &[
    data_sources_identity::RULE,
    read_first(&spelling::RULE),
    read_first(&parts::RULE),
    read_first(&chat_hosted::RULE),
    bridge::RULE,
    read_first(&nest::RULE),
    read_first(&carry::RULE),
    api_version::RULE,
    nulls::RULE,
    fill::RULE,
    moved::RULE,
    flatten::RULE,
    descriptions::RULE,
    item_metadata::RULE,
    chat_tools::RULE,
    chat_words::RULE,
    searches::RULE,
    reasoning::RULE,
    status::RULE,
    item_ids::RULE,
    stateless::RULE,
    both_caps::RULE,
    least_cap::RULE,
    effort::RULE,
    empty_lists::RULE,
    hosted_tools::RULE,
    mcp_approvals::RULE,
    functions::RULE,
    lacking::RULE,
    effort_with_tools::RULE,
    tool_messages::RULE,
    tool_call_ids::RULE,
    replayed::RULE,
    remembered::RULE,
    tool_outputs::RULE,
    roles::RULE,
    modalities::RULE,
    images::RULE,
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

/// The rules about what the Responses API lacks, for a body in its words that a chat client sent.
pub(super) const FOR_CHAT_CLIENTS: &[Rule] = &[chat_words::RULE, mcp_approvals::RULE, lacking::RULE];

/// Returns a rule as [`RULES`] lists it: it has worked on the call before all others, so it has nothing left to do.
const fn read_first(rule: &Rule) -> Rule {
    Rule { ids: rule.ids, summary: rule.summary, on: rule.on, run: |_| Ok(()) }
}

/// The rules that put a call into the words of its operation, before the bridge is decided on.
pub(super) const OWN_WORDS: &[Rule] = &[spelling::RULE, parts::RULE, chat_hosted::RULE];

/// The rules that do the same where only the other operation has the words, once the call stays.
pub(super) const UNBRIDGED: &[Rule] = &[nest::RULE, carry::RULE];

/// The rules that prepare a chat body for a client that asked for a response.
pub(super) const AS_RESPONSE: &[Rule] =
    &[nulls::RULE, both_caps::RULE, empty_lists::RULE, functions::RULE, reserve::RULE];

/// The rules that prepare a call for the bridge to the other dialect. [`RULES`] follow on the bridged call.
pub(super) const BEFORE_BRIDGE: &[Rule] = &[
    data_sources_identity::RULE,
    nulls::RULE,
    fill::RULE,
    moved::RULE,
    flatten::RULE,
    item_metadata::RULE,
    chat_tools::RULE,
    chat_words::RULE,
    status::RULE,
    both_caps::RULE,
    empty_lists::RULE,
    mcp_approvals::RULE,
    functions::RULE,
    without_tools::RULE,
    reserve::RULE,
    lacking::RULE,
    replayed::RULE,
    images::RULE,
    remembered::RULE,
];

/// The rules that only carry out what a profile says literally, and the rules about what Azure refuses for every
/// model. Only these act on a family of which little is known.
pub(super) const FOR_UNKNOWN_FAMILIES: &[Rule] = &[
    data_sources_identity::RULE,
    api_version::RULE,
    fill::RULE,
    moved::RULE,
    flatten::RULE,
    descriptions::RULE,
    item_metadata::RULE,
    chat_tools::RULE,
    chat_words::RULE,
    searches::RULE,
    reasoning::RULE,
    status::RULE,
    item_ids::RULE,
    least_cap::RULE,
    effort_with_tools::RULE,
    tool_call_ids::RULE,
    replayed::RULE,
    tool_outputs::RULE,
    roles::RULE,
    images::RULE,
    merge_system::RULE,
    stream::RULE,
    stream_options::ON_RESPONSES,
    collect::RULE,
    params::RULE,
];

#[cfg(test)]
pub(super) mod testing;
