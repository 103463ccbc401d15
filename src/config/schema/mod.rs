//! What may be written in a config: one small file a section. The doc comments are the descriptions of the JSON
//! schema, and the `Default` impls here are the only place where defaults are written.

mod heartbeat;
mod key;
mod learning;
mod log;
mod model;
mod policy;
mod resource;
mod routing;
mod secret;
mod server;
mod timeouts;
mod translation;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use heartbeat::Heartbeat;
pub use key::Key;
pub use learning::Learning;
pub use log::{Log, LogFormat};
pub use model::Model;
pub use policy::{Action, Lossy, Policy};
pub use resource::Resource;
pub use routing::{Routing, UnknownModels};
pub use secret::Secret;
pub use server::{Admin, Server};
pub use timeouts::{ModelTimeouts, Timeouts};
pub use translation::TargetOptions;

/// The configuration of azgate.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The listener that clients call.
    pub server: Server,
    /// The listener for health, readiness and metrics. Without this section there is none.
    pub admin: Option<Admin>,
    /// What is logged, and how.
    pub log: Log,
    /// What happens to models that are not listed under `models`.
    pub routing: Routing,
    /// Signs of life while a model thinks.
    pub heartbeat: Heartbeat,
    /// How long a call may take.
    pub timeouts: Timeouts,
    /// What azgate finds out by itself.
    pub learning: Learning,
    /// What translation may do to a call.
    pub policy: Policy,
    /// The Azure OpenAI resources, by a name of your choice.
    pub resources: BTreeMap<String, Resource>,
    /// The models that clients may name. Without any, every name is forwarded as a deployment of that name.
    pub models: BTreeMap<String, Model>,
    /// The keys that clients may call with, by a name that shows in the log. Without any, only loopback is served.
    pub keys: BTreeMap<String, Key>,
    /// Corrections of the built-in catalog of model families, deep-merged over it.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    pub families: toml::Table,
}

/// The JSON schema of a config, for editors.
pub fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}
