//! `[learning]` and `[reasoning_memory]`.

use std::time::Duration;

use super::checker::Checker;
use crate::config::{
    KeyPath, LearningSettings, ReasoningMemorySettings,
    schema::{LearningConfig, ReasoningMemoryConfig},
};

impl Checker<'_> {
    /// Returns the settings. A line with a lifetime of 0 would be learned again with each call.
    pub(super) fn learning(&mut self, learning: &LearningConfig) -> LearningSettings {
        self.require_nonzero(&KeyPath::new(["learning", "ttl_seconds"]), learning.ttl_seconds.into());
        LearningSettings {
            enabled: learning.enabled,
            ttl: Duration::from_secs(learning.ttl_seconds.into()),
            discover: learning.discover,
        }
    }

    /// Returns the memory of reasoning, or `None` if it is switched off.
    pub(super) fn reasoning_memory(
        &mut self,
        memory: &ReasoningMemoryConfig,
    ) -> Option<ReasoningMemorySettings> {
        for (key, value) in [("max_bytes", memory.max_bytes), ("ttl_seconds", memory.ttl_seconds)] {
            self.require_nonzero(&KeyPath::new(["reasoning_memory", key]), value.into());
        }
        memory.enabled.then(|| ReasoningMemorySettings {
            bytes: usize::try_from(memory.max_bytes).unwrap_or(usize::MAX),
            ttl: Duration::from_secs(memory.ttl_seconds.into()),
        })
    }
}
