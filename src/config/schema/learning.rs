//! `[learning]`: what azgate finds out by itself.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What azgate finds out by itself.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Learning {
    /// Amend a call that Azure refuses, send it again, and remember what helped; know a family by its answers.
    pub enabled: bool,
    /// How long a learned line holds.
    pub ttl_seconds: u32,
    /// Ask each resource once, at the start, for its deployments and their models.
    pub discover: bool,
}

impl Default for Learning {
    fn default() -> Self {
        Learning { enabled: true, ttl_seconds: 24 * 60 * 60, discover: false }
    }
}
