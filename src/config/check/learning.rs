//! `[learning]`.

use std::time::Duration;

use super::checker::Checker;
use crate::config::{KeyPath, LearningSettings, schema::LearningConfig};

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
}
