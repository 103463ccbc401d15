//! `[heartbeat]`: signs of life while a model thinks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Signs of life for clients, and for proxies between, while a model thinks.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Heartbeat")]
pub struct HeartbeatConfig {
    /// Seconds of silence after which a stream is opened with a blank line. Until then errors keep their status. 0
    /// switches all signs of life off, also within a stream.
    pub after_seconds: u32,
    /// Seconds between one blank line and the next.
    pub every_seconds: u32,
    /// Also open JSON answers early, with blanks. Errors that come later than that have the status 200.
    pub json: bool,
}

impl Default for HeartbeatConfig {
    fn default() -> Self {
        HeartbeatConfig { after_seconds: 10, every_seconds: 10, json: false }
    }
}
