//! `[learning]`: what azgate finds out about deployments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What azgate finds out about deployments.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Learning")]
pub struct LearningConfig {
    /// Amend a call that Azure refuses, send it again, and remember what helped; recognise a family by its answers.
    pub enabled: bool,
    /// How many seconds a learned line holds.
    pub ttl_seconds: u32,
    /// Ask each resource for its deployments and their models, once at the start.
    pub discover: bool,
}

impl Default for LearningConfig {
    fn default() -> Self {
        LearningConfig { enabled: true, ttl_seconds: 24 * 60 * 60, discover: false }
    }
}
