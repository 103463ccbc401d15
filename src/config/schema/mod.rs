//! What can be written in a config, one small file for each section. The doc comments are the descriptions of the JSON
//! schema. All defaults are in the `Default` impls here.

mod heartbeat;
mod key;
mod learning;
mod log;
mod model;
mod reasoning_memory;
mod resource;
mod routing;
mod secret;
mod server;
mod timeouts;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::translate::PolicyLayer;

pub use heartbeat::HeartbeatConfig;
pub use key::KeyConfig;
pub use learning::LearningConfig;
pub use log::{LogConfig, LogFormat};
pub use model::ModelConfig;
pub use reasoning_memory::ReasoningMemoryConfig;
pub use resource::ResourceConfig;
pub use routing::{RoutingConfig, UnknownModels};
pub use secret::Secret;
pub use server::{AdminConfig, ServerConfig};
pub use timeouts::{ModelTimeoutsConfig, TimeoutsConfig};

/// The configuration of azgate.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The listener that clients call.
    pub server: ServerConfig,
    /// The listener for health, readiness and metrics. Without this section there is no such listener.
    pub admin: Option<AdminConfig>,
    /// What is logged, and how.
    pub log: LogConfig,
    /// What happens to models that are not listed under `models`.
    pub routing: RoutingConfig,
    /// Signs of life while a model thinks.
    pub heartbeat: HeartbeatConfig,
    /// How long a call may take.
    pub timeouts: TimeoutsConfig,
    /// What azgate finds out about deployments.
    pub learning: LearningConfig,
    /// The reasoning of bridged chat answers, kept for clients that do not send it back.
    pub reasoning_memory: ReasoningMemoryConfig,
    /// What translation may do to a call.
    pub policy: PolicyLayer,
    /// The Azure OpenAI resources, by a name of your choice.
    pub resources: BTreeMap<String, ResourceConfig>,
    /// The models that clients can name. Without models, every name is forwarded as a deployment of that name.
    pub models: BTreeMap<String, ModelConfig>,
    /// The keys that clients can call with, by a name that is logged. Without keys, azgate serves only loopback.
    pub keys: BTreeMap<String, KeyConfig>,
    /// Corrections of the built-in catalog of model families, laid over it value by value.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub families: toml::Table,
}

/// Returns the JSON schema of a config, for editors.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}
