//! `[reasoning_memory]`: reasoning for clients that do not send it back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The reasoning of bridged chat answers with tool calls, kept in memory for clients that do not send it back.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ReasoningMemory")]
pub struct ReasoningMemoryConfig {
    /// Whether azgate keeps encrypted reasoning until the results of the tools come.
    pub enabled: bool,
    /// The most that azgate keeps, in bytes. The entries that were used least recently make room.
    pub max_bytes: u32,
    /// How long azgate keeps the reasoning of an answer, in seconds.
    pub ttl_seconds: u32,
}

impl Default for ReasoningMemoryConfig {
    fn default() -> Self {
        ReasoningMemoryConfig { enabled: true, max_bytes: 64 << 20, ttl_seconds: 3_600 }
    }
}
