//! `[timeouts]` and `[models.NAME.timeouts]`: how long a call may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long a call may take. 0 stands for no limit. The time that connecting may take is the resource's.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    /// Until the answer begins. A reasoning model that does not stream thinks for many minutes before it does.
    pub first_byte_seconds: u32,
    /// From one piece of an answer to the next. Reasoning models are silent in the middle of a stream, too.
    pub idle_seconds: u32,
    /// Until the answer's end.
    pub total_seconds: u32,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts { first_byte_seconds: 1800, idle_seconds: 1800, total_seconds: 0 }
    }
}

/// How long a call of this model may take, where it differs. 0 stands for no limit.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ModelTimeouts {
    /// Until the connection stands, TLS included. A model with a value of its own gets connections of its own.
    pub connect_seconds: Option<u32>,
    /// Until the answer begins.
    pub first_byte_seconds: Option<u32>,
    /// From one piece of an answer to the next.
    pub idle_seconds: Option<u32>,
    /// Until the answer's end.
    pub total_seconds: Option<u32>,
}
