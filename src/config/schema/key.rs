//! `[keys.NAME]`: a key that clients may call with.

use schemars::JsonSchema;
use serde::Deserialize;

use super::Policy;

// Required keys are an `Option` in here only: where one is missing or wrong, the others can still be judged.

/// A key that clients may call with.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// The key's SHA-256 as 64 hex digits: `printf %s "$KEY" | sha256sum`.
    #[schemars(with = "String")]
    pub sha256: Option<String>,
    /// Most requests in a minute.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// What translation may do to a call with this key.
    #[serde(default)]
    pub policy: Policy,
}
