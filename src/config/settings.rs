//! What a config means: every default filled in, every name resolved, every secret fetched.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf, time::Duration};

use secrecy::SecretString;

use super::schema::{LogFormat, UnknownModels};
use crate::{
    call::Surface,
    catalog::Catalog,
    deadline::Timeouts,
    translate::{PolicyLayer, TargetOptions},
};

/// Everything azgate is told.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where clients call.
    pub listen: SocketAddr,
    /// Where health, readiness and metrics are served, if anywhere.
    pub admin: Option<SocketAddr>,
    /// Largest request body, after decompression.
    pub max_body_bytes: usize,
    /// Whether callers without a key are served on any address.
    pub allow_anonymous: bool,
    /// How long running calls may take to end after a signal to stop.
    pub drain: Duration,
    /// How long a client may take to send the head of a request.
    pub header_timeout: Duration,
    /// What is logged, and how.
    pub log: LogSettings,
    /// Signs of life while a model thinks; `None`: none.
    pub heartbeat: Option<HeartbeatSettings>,
    /// How long a call of a model that is not listed may take.
    pub timeouts: Timeouts,
    /// What happens to models that are not listed.
    pub unknown_models: UnknownModels,
    /// The resource of forwarded models, as an index into `resources`. Always there where models are forwarded.
    pub default_resource: Option<usize>,
    /// Whether all keys share the objects that Azure stores.
    pub shared_objects: bool,
    /// What azgate finds out by itself.
    pub learning: LearningSettings,
    /// What translation may do.
    pub policy: PolicyLayer,
    /// The resources, in the order of their names.
    pub resources: Vec<ResourceSettings>,
    /// The models, in the order of their aliases.
    pub models: Vec<ModelSettings>,
    /// The keys, in the order of their names. None at all: callers need none.
    pub keys: Vec<KeySettings>,
    /// The catalog, with the operator's overlay.
    pub catalog: Catalog,
}

/// What is logged, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// A directive that `EnvFilter` takes.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// What azgate finds out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearningSettings {
    /// Whether refusals and answers teach anything.
    pub enabled: bool,
    /// How long a learned line holds.
    pub ttl: Duration,
    /// Whether resources are asked for their deployments.
    pub discover: bool,
}

/// Signs of life while a model thinks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeartbeatSettings {
    /// How long a call may be silent before its answer is opened.
    pub after: Duration,
    /// The time between one sign and the next.
    pub every: Duration,
    /// Whether JSON answers are opened, too.
    pub json: bool,
}

/// An Azure OpenAI resource.
#[derive(Clone, Debug)]
pub struct ResourceSettings {
    /// The operator's name for it.
    pub name: String,
    /// Scheme, host and perhaps a path prefix; no trailing slash, no `/openai`.
    pub endpoint: String,
    /// Its key.
    pub secret: SecretString,
    /// How it is addressed.
    pub surface: Surface,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// Certificates to trust beside the system's.
    pub ca_file: Option<PathBuf>,
    /// How long connecting may take.
    pub connect_timeout: Duration,
}

/// A model that clients may name.
#[derive(Clone, Debug)]
pub struct ModelSettings {
    /// What clients send.
    pub alias: String,
    /// The resource that serves it, as an index into `Settings::resources`.
    pub resource: usize,
    /// The deployment's name.
    pub deployment: String,
    /// The base model, where declared.
    pub model: Option<String>,
    /// The family, where declared.
    pub family: Option<String>,
    /// How its calls are translated.
    pub options: TargetOptions,
    /// How long connecting may take, where it differs from the resource.
    pub connect_timeout: Option<Duration>,
    /// How long a call may take.
    pub timeouts: Timeouts,
    /// Most requests in a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What translation may do.
    pub policy: PolicyLayer,
}

/// A key that clients may call with.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// The operator's name for it.
    pub name: String,
    /// Its hash.
    pub sha256: [u8; 32],
    /// Most requests in a minute.
    pub requests_per_minute: Option<NonZeroU32>,
    /// What translation may do.
    pub policy: PolicyLayer,
}
