//! What an operator can choose about a model's translation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The options of a model. A config writes them in `[models.NAME]`, and the doc comments describe them in its schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in a config")]
pub struct TargetOptions {
    /// Ask a reasoning model for Markdown, which the o-series leaves out on its own.
    pub markdown: bool,
    /// Tokens added to a caller's cap for the reasoning that Azure counts in.
    pub reasoning_reserve: u32,
    /// Repair the odd chunks of Azure's streams. Default: on for the OpenAI paths, off for the Azure paths.
    pub normalize_stream: Option<bool>,
    /// Stream from Azure even when a client asks for JSON, so that no timeout cuts a call that thinks for minutes.
    pub collect: bool,
    /// What happens to function tools beside a reasoning effort when chat completions take only one of them.
    pub tools_with_effort: OnToolsWithEffort,
    /// Ask for a summary of the reasoning and return it as `reasoning_content`, in chat calls that Azure serves on the
    /// Responses API.
    pub reasoning_summary: Option<Summary>,
    /// Write a message's `name` to the beginning of its text, in chat calls that Azure serves on the Responses API,
    /// which has no names of participants.
    pub names_in_text: bool,
    /// Honour `stop` in chat calls that Azure serves on the Responses API, which does not support it: azgate cuts the
    /// answer at the sequence and ends the call.
    pub cut_at_stop: bool,
    /// Let callers open data sources of On Your Data (`data_sources`) with the managed identity of the Azure resource,
    /// which may be allowed to read more than the caller is.
    pub data_sources_identity: bool,
    /// Honour an `n` up to this (8 at most) in chat calls that Azure serves on the Responses API, which gives one
    /// answer per call: azgate makes one call for each answer, and each is paid for.
    pub fan_out: Option<u8>,
}

/// What happens to function tools beside a reasoning effort when chat completions take only one of them (gpt-5.4 and
/// later).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnToolsWithEffort {
    /// Azure serves the call on the Responses API, with both.
    #[default]
    Bridge,
    /// The effort is set to `none`.
    EffortNone,
    /// The call is refused.
    Refuse,
}

/// How long a summary of the reasoning is, which a client gets as `reasoning_content` when Azure serves its chat call
/// on the Responses API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Summary {
    /// The length is left to Azure.
    Auto,
    /// A short summary.
    Concise,
    /// A long summary.
    Detailed,
}

impl Summary {
    /// Returns the value for `reasoning.summary` in a call.
    pub fn name(self) -> &'static str {
        match self {
            Summary::Auto => "auto",
            Summary::Concise => "concise",
            Summary::Detailed => "detailed",
        }
    }
}
