//! `[resources.NAME]`: an Azure OpenAI resource.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::Secret;

// A required key is an `Option` here, so that the others can be checked if it is missing or wrong.

/// An Azure OpenAI resource.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Resource")]
pub struct ResourceConfig {
    /// The resource's URL, such as `https://NAME.openai.azure.com`. A trailing `/openai` or `/openai/v1` is removed.
    #[schemars(with = "String")]
    pub endpoint: Option<String>,
    /// The resource's key: where to find it, never the key itself.
    #[schemars(with = "Secret")]
    pub api_key: Option<Secret>,
    /// `v1`, or a dated api-version such as `2024-10-21`.
    #[serde(default = "default_surface")]
    pub surface: String,
    /// Speak HTTP/2 to the resource.
    #[serde(default)]
    pub http2: bool,
    /// A PEM file of certificates to trust beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How many seconds connecting may take, TLS included.
    #[serde(default = "default_connect_timeout_seconds")]
    pub connect_timeout_seconds: u32,
}

fn default_surface() -> String {
    "v1".to_owned()
}

fn default_connect_timeout_seconds() -> u32 {
    10
}
