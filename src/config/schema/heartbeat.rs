//! `[heartbeat]`: signs of life while a model thinks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Signs of life for clients, and for whatever stands between, while a model thinks.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Heartbeat {
    /// How long a call may be silent before a stream is opened with a comment. Until then errors keep their status. 0:
    /// no signs of life at all, within a stream neither.
    pub after_seconds: u32,
    /// The time between one comment and the next.
    pub every_seconds: u32,
    /// Also open JSON answers early, with blanks. Errors that come later than that have the status 200.
    pub json: bool,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Heartbeat { after_seconds: 10, every_seconds: 10, json: false }
    }
}
