//! `[server]` and `[admin]`.

use std::net::SocketAddr;

use super::checker::Checker;
use crate::config::{KeyPath, schema::Config, suggest::shortened};

impl Checker<'_> {
    /// Returns the address that clients call.
    pub(super) fn server(&mut self, config: &Config) -> Option<SocketAddr> {
        let server = &config.server;
        let key = |name: &str| KeyPath::new(["server", name]);
        self.require_nonzero(&key("max_body_bytes"), server.max_body_bytes as u64);
        self.require_nonzero(&key("max_connections"), server.max_connections.unwrap_or(1).into());
        self.require_nonzero(&key("header_timeout_seconds"), server.header_timeout_seconds.into());
        let listen = self.address(&key("listen"), &server.listen)?;
        let is_decided =
            [KeyPath::new(["keys"]), key("allow_anonymous")].iter().all(|at| self.is_as_written(at));
        if is_decided
            && !self.has_keys
            && !listen.ip().to_canonical().is_loopback()
            && !server.allow_anonymous
        {
            let remedy = "add [keys.NAME], or listen on 127.0.0.1, or set server.allow_anonymous = true";
            self.findings.value_error(
                &key("listen"),
                "there are no keys and others can reach this address",
                remedy,
            );
        }
        if self.has_keys && server.allow_anonymous {
            let remedy = "remove it; callers need one of the keys";
            self.findings.value_warning(&key("allow_anonymous"), "has no effect beside [keys]", remedy);
        }
        Some(listen)
    }

    /// Returns the address of the admin listener, if there is one.
    pub(super) fn admin(&mut self, config: &Config, server: Option<SocketAddr>) -> Option<SocketAddr> {
        let admin = config.admin.as_ref()?;
        let at = KeyPath::new(["admin", "listen"]);
        let listen = self.address(&at, &admin.listen)?;
        let is_written = self.is_as_written(&KeyPath::new(["server", "listen"]));
        if listen.port() != 0 && Some(listen) == server && is_written {
            self.findings.value_error(&at, "server.listen has the same address", "choose another port");
        } else if !listen.ip().to_canonical().is_loopback() {
            let remedy = "write 127.0.0.1, or keep the address inside your network";
            self.findings.value_warning(&at, "anyone who can reach this address reads the metrics", remedy);
        }
        Some(listen)
    }

    fn address(&mut self, at: &KeyPath, text: &str) -> Option<SocketAddr> {
        let address: Option<SocketAddr> = text.parse().ok();
        if address.is_none() {
            let remedy = "write an IP address and a port, such as 127.0.0.1:8080 or 0.0.0.0:8080";
            let message = format!("not an address to listen on: `{}`", shortened(text));
            self.findings.value_error(at, message, remedy);
        }
        address
    }
}
