//! `[server]` and `[admin]`: the listeners.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The listener that clients call.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Server")]
pub struct ServerConfig {
    /// Address and port. Without keys this must be a loopback address, unless `allow_anonymous` is set.
    pub listen: String,
    /// Largest request body in bytes, after decompression. A larger one is answered 413.
    pub max_body_bytes: usize,
    /// Serve callers without a key on an address that others can reach.
    pub allow_anonymous: bool,
    /// Names by which callers without a key may call azgate, such as `azgate` in a network of containers. Without keys
    /// azgate answers 403 to a `Host` that is neither one of these, nor `localhost`, nor its own IP address.
    pub hosts: Vec<String>,
    /// Origins of web pages that may call azgate from a browser, such as `https://chat.example.com`, or `*` for all.
    pub cors_origins: Vec<String>,
    /// Most connections of clients at a time. Further ones are answered 503. Default: half of the limit on open files.
    pub max_connections: Option<u32>,
    /// How many seconds running calls may take to end after a signal to stop.
    pub drain_seconds: u32,
    /// How many seconds a client may take to send the head of a request. azgate closes an idle connection after the
    /// same time, so the time should be longer than clients keep theirs.
    pub header_timeout_seconds: u32,
}

impl Default for ServerConfig {
    fn default() -> Self {
        ServerConfig {
            listen: "127.0.0.1:8080".to_owned(),
            max_body_bytes: 32 * 1024 * 1024,
            allow_anonymous: false,
            hosts: Vec::new(),
            cors_origins: Vec::new(),
            max_connections: None,
            drain_seconds: 25,
            header_timeout_seconds: 75,
        }
    }
}

/// The listener for health, readiness and metrics.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Admin")]
pub struct AdminConfig {
    /// Address and port. This listener asks for no key: keep it inside your network.
    pub listen: String,
}

impl Default for AdminConfig {
    fn default() -> Self {
        AdminConfig { listen: "127.0.0.1:9090".to_owned() }
    }
}
