//! `[keys.NAME]`: a key that clients can call with.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::translate::PolicyLayer;

// A required key is an `Option` here, so that the others can be checked if it is missing or wrong.

/// A key that clients can call with.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Key")]
pub struct KeyConfig {
    /// The key's SHA-256 as 64 hex digits: `printf %s "$KEY" | sha256sum`.
    #[schemars(with = "String")]
    pub sha256: Option<String>,
    /// Most requests in a minute.
    #[serde(default)]
    pub requests_per_minute: Option<u32>,
    /// Headers that this key may send to Azure although they choose a deployment or a content filter:
    /// `x-policy-id`, `x-ms-spillover-deployment`, `x-ms-oai-image-generation-deployment`.
    #[serde(default)]
    pub headers: Vec<String>,
    /// What translation may do to a call with this key.
    #[serde(default)]
    pub policy: PolicyLayer,
}
