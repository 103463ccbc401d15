//! `[timeouts]` and `[models.NAME.timeouts]`: how long a call may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a call may take. 0 stands for no limit. The limit for connecting is set for each resource.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Timeouts")]
pub struct TimeoutsConfig {
    /// Seconds until the answer begins. A reasoning model that does not stream thinks for many minutes before it does.
    pub first_byte_seconds: u32,
    /// Seconds from one piece of an answer to the next. Reasoning models are silent in the middle of a stream, too.
    pub idle_seconds: u32,
    /// Seconds until the answer's end.
    pub total_seconds: u32,
}

impl Default for TimeoutsConfig {
    fn default() -> Self {
        TimeoutsConfig { first_byte_seconds: 1800, idle_seconds: 1800, total_seconds: 0 }
    }
}

/// How long a call of this model may take, if different. 0 stands for no limit.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ModelTimeouts")]
pub struct ModelTimeoutsConfig {
    /// Seconds until the connection is established, TLS included. A model with its own value has its own connections.
    pub connect_seconds: Option<u32>,
    /// Seconds until the answer begins.
    pub first_byte_seconds: Option<u32>,
    /// Seconds from one piece of an answer to the next.
    pub idle_seconds: Option<u32>,
    /// Seconds until the answer's end.
    pub total_seconds: Option<u32>,
}
