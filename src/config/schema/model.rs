//! `[models.NAME]`: a model that clients may name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ModelTimeouts, OnToolsWithEffort, Policy, Summary};

/// A model that clients may name.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Model {
    /// The resource that serves it. Default: `routing.default_resource`, or the only one there is.
    pub resource: Option<String>,
    /// The deployment's name on Azure. Default: the model's name here.
    pub deployment: Option<String>,
    /// The base model that was deployed, such as `o3-mini`. It tells the family where the deployment's name does not.
    pub model: Option<String>,
    /// The family in azgate's catalog. Default: found by `model`, then by the deployment's name.
    pub family: Option<String>,
    /// Ask a reasoning model for Markdown, which the o-series leaves out on its own.
    pub markdown: bool,
    /// Tokens added to a caller's cap for the reasoning that Azure counts in.
    pub reasoning_reserve: u32,
    /// Most requests in a minute, of all callers together.
    pub requests_per_minute: Option<u32>,
    /// Repair the odd chunks of Azure's streams. Default: on for the OpenAI paths, off for the Azure ones.
    pub normalize_stream: Option<bool>,
    /// Stream from Azure even where a client asks for JSON, so that no time-out cuts a call that thinks for minutes.
    pub collect: bool,
    /// What becomes of function tools beside a reasoning effort, where chat completions take only one of them.
    pub tools_with_effort: OnToolsWithEffort,
    /// Ask for a summary of the reasoning and give it back as `reasoning_content`, in chat calls that Azure serves on the
    /// Responses API.
    pub reasoning_summary: Option<Summary>,
    /// Honour `stop` in chat calls that Azure serves on the Responses API, which has no such thing: azgate cuts the answer
    /// there and ends the call.
    pub cut_at_stop: bool,
    /// Honour an `n` up to this (8 at most) in chat calls that Azure serves on the Responses API, which gives one answer a
    /// call: azgate makes the call once for each, and each is paid for.
    pub fan_out: Option<u8>,
    /// How long a call of this model may take, where it differs from `[timeouts]`.
    pub timeouts: ModelTimeouts,
    /// What translation may do to a call of this model.
    pub policy: Policy,
}
