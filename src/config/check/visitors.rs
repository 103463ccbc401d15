//! `[server]` again: the names by which azgate may be called, and the web pages that may call it.

use http::{Uri, uri::Authority};

use super::checker::Checker;
use crate::config::{KeyPath, schema::Config};

impl Checker<'_> {
    /// Returns the names by which callers without a key may call azgate, in lower case.
    pub(super) fn hosts(&mut self, config: &Config) -> Vec<String> {
        let at = KeyPath::new(["server", "hosts"]);
        let mut hosts = Vec::new();
        for name in &config.server.hosts {
            let name = name.strip_suffix('.').unwrap_or(name);
            let host = name.parse::<Authority>().ok();
            if host.is_none_or(|host| host.host() != name || name.is_empty() || name.contains('*')) {
                let remedy = "write names without scheme, port and path, such as \"azgate\"";
                self.findings.value_error(&at, "not the name of a host", remedy);
                continue;
            }
            hosts.push(name.to_ascii_lowercase());
        }
        hosts
    }

    /// Returns the origins of web pages that may call azgate, as browsers write them.
    pub(super) fn cors_origins(&mut self, config: &Config) -> Vec<String> {
        let at = KeyPath::new(["server", "cors_origins"]);
        let mut origins = Vec::new();
        for written in &config.server.cors_origins {
            if written == "*" && !self.has_keys {
                let remedy = "list the origins, or add [keys.NAME]";
                self.findings.value_error(&at, "without keys every web page could call", remedy);
            }
            let origin = origin(written);
            if origin.is_none() {
                let remedy = "write scheme, host and port, such as \"https://chat.example.com\"";
                self.findings.value_error(&at, "not the origin of a web page", remedy);
            }
            origins.extend(origin);
        }
        origins
    }
}

/// Returns an origin as browsers write it: in lower case, and without a slash at the end and the default port.
fn origin(written: &str) -> Option<String> {
    if written == "*" {
        return Some(written.to_owned());
    }
    let uri: Uri = written.parse().ok()?;
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?);
    let is_plain = uri.path() == "/" && uri.query().is_none() && !authority.as_str().contains(['@', '*']);
    if !is_plain || authority.host().is_empty() {
        return None;
    }
    let host = authority.host();
    let origin = match (scheme, authority.port_u16()) {
        ("https", Some(443)) | ("http", Some(80)) | (_, None) => format!("{scheme}://{host}"),
        (_, Some(port)) => format!("{scheme}://{host}:{port}"),
    };
    Some(origin.to_ascii_lowercase())
}
