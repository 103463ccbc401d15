//! What an operator may choose of a model's translation, where there is more than one good way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of function tools beside a reasoning effort, where chat completions take only one of them (gpt-5.4 and
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

/// How much is told of the reasoning, as `reasoning_content`, where Azure serves a chat call on the Responses API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Summary {
    /// As Azure sees fit.
    Auto,
    /// In short.
    Concise,
    /// At length.
    Detailed,
}

impl Summary {
    /// The word for it in a call.
    pub fn name(self) -> &'static str {
        match self {
            Summary::Auto => "auto",
            Summary::Concise => "concise",
            Summary::Detailed => "detailed",
        }
    }
}
