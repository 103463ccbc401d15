//! What a config means: all defaults filled in, all names resolved, all secrets fetched.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use http::HeaderName;
use secrecy::SecretString;

use super::schema::{LogFormat, UnknownModels};
use crate::{
    call::Surface,
    catalog::Catalog,
    deadline::Timeouts,
    translate::{PolicyLayer, TargetOptions},
};

/// The meaning of a whole config.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The address that clients call.
    pub listen: SocketAddr,
    /// The address for health, readiness and metrics, if they are served.
    pub admin: Option<SocketAddr>,
    /// The largest request body in bytes, after decompression.
    pub max_body_bytes: usize,
    /// Whether callers without a key are served on every address.
    pub allow_anonymous: bool,
    /// The names by which callers without a key may call azgate, in lower case.
    pub hosts: Vec<String>,
    /// The origins of web pages that may call azgate.
    pub cors_origins: Vec<String>,
    /// Most connections of clients at a time, if the config says so.
    pub max_connections: Option<usize>,
    /// How long running calls may take to end after a signal to stop.
    pub drain: Duration,
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Signs of life while a model thinks. `None`: they are switched off.
    pub heartbeat: Option<HeartbeatSettings>,
    /// How long a call of a model that is not listed may take.
    pub timeouts: Timeouts,
    /// What happens to models that are not listed.
    pub unknown_models: UnknownModels,
    /// The resource of forwarded models, as an index into `resources`. It exists whenever models are forwarded.
    pub default_resource: Option<usize>,
    /// Whether all keys share the objects that Azure stores.
    pub shared_objects: bool,
    /// What azgate finds out about deployments.
    pub learning: LearningSettings,
    /// The memory of reasoning. `None`: it is switched off.
    pub reasoning_memory: Option<ReasoningMemorySettings>,
    /// What translation may do.
    pub policy: PolicyLayer,
    /// The resources, in the order of their names.
    pub resources: Vec<ResourceSettings>,
    /// The models, in the order of their aliases.
    pub models: Vec<ModelSettings>,
    /// The keys, in the order of their names. Empty: callers need no key.
    pub keys: Vec<KeySettings>,
    /// The catalog, with the operator's overlay.
    pub catalog: Catalog,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// A directive that `EnvFilter` takes.
    pub level: String,
    /// The format of a line.
    pub format: LogFormat,
}

/// What azgate finds out about deployments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearningSettings {
    /// Whether azgate learns from refusals and answers.
    pub enabled: bool,
    /// How long a learned line holds.
    pub ttl: Duration,
    /// Whether resources are asked for their deployments.
    pub discover: bool,
}

/// The reasoning that azgate keeps for clients that do not send it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReasoningMemorySettings {
    /// The most that azgate keeps, in bytes.
    pub bytes: usize,
    /// How long azgate keeps the reasoning of an answer.
    pub ttl: Duration,
}

/// Signs of life while a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// How long a call may be silent before its answer is opened.
    pub after: Duration,
    /// The time between one sign and the next.
    pub every: Duration,
    /// Whether JSON answers are opened early, too.
    pub json: bool,
}

/// An Azure OpenAI resource.
#[derive(Clone, Debug)]
pub struct ResourceSettings {
    /// The operator's name for it.
    pub name: String,
    /// Scheme, host and an optional path prefix, without a trailing slash and without `/openai`.
    pub endpoint: String,
    /// Its key.
    pub secret: SecretString,
    /// The surface that its calls use.
    pub surface: Surface,
    /// Whether azgate speaks HTTP/2 to it.
    pub http2: bool,
    /// A file of certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

/// A model that clients can name.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// What clients send.
    pub alias: String,
    /// The resource that serves it, as an index into `Settings::resources`.
    pub resource: usize,
    /// The deployment's name.
    pub deployment: String,
    /// The base model, if declared.
    pub model: Option<String>,
    /// The family, if declared.
    pub family: Option<String>,
    /// How its calls are translated.
    pub options: TargetOptions,
    /// How long connecting may take, if different from the resource.
    pub connect_timeout: Option<Duration>,
    /// How long a call may take.
    pub timeouts: Timeouts,
    /// Most requests in a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What translation may do.
    pub policy: PolicyLayer,
}

/// A key that clients can call with.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// The operator's name for it.
    pub name: String,
    /// Its hash.
    pub sha256: [u8; 32],
    /// Most requests in a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// The headers that it may send to Azure beside those that everyone may.
    pub headers: Vec<HeaderName>,
    /// What translation may do.
    pub policy: PolicyLayer,
}
