//! Reads the endpoint of a resource, in the forms that portals and samples show.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::{Uri, uri::Authority};

/// A resource's base URL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BaseUrl {
    /// Scheme, host and an optional path prefix of a gateway, without a trailing slash.
    pub(super) url: String,
    /// Whether a key would cross a network unencrypted.
    pub(super) is_exposed: bool,
}

/// Returns the base URL, or a message and a remedy. Neither text repeats more than scheme, host and prefix, because a
/// user name, a path or a query can contain a secret.
pub(super) fn parse(text: &str) -> Result<BaseUrl, (String, String)> {
    let example = || "write such as https://NAME.openai.azure.com".to_owned();
    let not_a_url = || ("not a URL of https or http".to_owned(), example());
    let uri: Uri = text.trim().parse().map_err(|_| not_a_url())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return Err(not_a_url());
    };
    if !matches!(scheme, "https" | "http") {
        return Err(not_a_url());
    }
    if authority.as_str().contains('@') {
        return Err(("contains a user name or password".to_owned(), example()));
    }
    if text.len() > LONGEST {
        return Err(("longer than any resource's URL".to_owned(), example()));
    }
    address(authority)?;
    let origin = format!("{scheme}://{authority}");
    let path = uri.path().trim_end_matches('/');
    let prefix = ["/openai/v1", "/openai"].iter().find_map(|tail| path.strip_suffix(tail)).unwrap_or(path);
    let prefix = prefix.trim_end_matches('/');
    if path.split('/').any(|segment| matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | ".."))
    {
        return Err(("its path contains a `.` or `..`".to_owned(), format!("write {origin}")));
    }
    if uri.query().is_some() || text.contains('#') {
        return Err((
            "contains a query".to_owned(),
            format!("write {origin}; an api-version goes into `surface`"),
        ));
    }
    if let Some((before, _)) = prefix.split_once("/openai") {
        return Err(("contains more than the resource's URL".to_owned(), format!("write {origin}{before}")));
    }
    if ["/v1", "/chat/completions", "/deployments"].iter().any(|tail| prefix.ends_with(tail)) {
        return Err(("contains more than the resource's URL".to_owned(), format!("write {origin}")));
    }
    Ok(BaseUrl { url: format!("{origin}{prefix}"), is_exposed: scheme == "http" && !is_loopback(&uri) })
}

/// The longest URL in bytes.
const LONGEST: usize = 2048;

/// Checks that a host and a port can be connected to.
fn address(authority: &Authority) -> Result<(), (String, String)> {
    let host = authority.host();
    let behind = authority.as_str().strip_prefix(host).unwrap_or_default();
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
    match behind.strip_prefix(':') {
        Some(port) if !is_port(port) => {
            // A text that is no number is not repeated.
            let is_number =
                !port.is_empty() && port.len() < 10 && port.bytes().all(|digit| digit.is_ascii_digit());
            let shown = if is_number { format!(": {port}") } else { String::new() };
            let remedy = "write a port from 1 to 65535, or none".to_owned();
            return Err((format!("no server can have this port{shown}"), remedy));
        }
        _ => {}
    }
    if is_host(host) {
        return Ok(());
    }
    let remedy = "write the host that Azure shows for the resource, such as NAME.openai.azure.com".to_owned();
    Err(("no server can have this host".to_owned(), remedy))
}

/// Returns whether a text is an IP address or a name of DNS (RFC 1035: labels of up to 63 letters, 253 in all).
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    // A name whose last label is a number is an IPv4 address or nothing (RFC 3696).
    let is_number =
        name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && name.split('.').all(is_label) && (!is_number || name.parse::<Ipv4Addr>().is_ok())
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_portals_and_samples_show_are_read() {
        for (written, url) in [
            ("https://x.openai.azure.com", "https://x.openai.azure.com"),
            ("https://x.openai.azure.com/", "https://x.openai.azure.com"),
            ("https://x.openai.azure.com/openai", "https://x.openai.azure.com"),
            ("https://x.openai.azure.com/openai/v1/", "https://x.openai.azure.com"),
            ("https://apim.example.com/team-a/openai/v1", "https://apim.example.com/team-a"),
            ("https://apim.example.com/team-a", "https://apim.example.com/team-a"),
            ("http://127.0.0.1:4000", "http://127.0.0.1:4000"),
            ("http://[::1]:4000", "http://[::1]:4000"),
        ] {
            let base = BaseUrl { url: url.to_owned(), is_exposed: false };
            assert_eq!(parse(written), Ok(base), "{written}");
        }
        assert!(parse("http://10.0.0.1").unwrap().is_exposed);
    }

    #[test]
    fn a_secret_in_an_endpoint_is_not_repeated() {
        for written in [
            "hunter2",
            "https://",
            "ftp://hunter2",
            "/hunter2",
            "https://me:hunter2@x.openai.azure.com",
            "https://x.openai.azure.com/openai/deployments/hunter2",
            "https://x.openai.azure.com/?code=hunter2",
            "https://x.openai.azure.com/v1",
            "https://x.openai.azure.com#hunter2",
        ] {
            let (message, remedy) = parse(written).unwrap_err();
            assert!(!format!("{message}{remedy}").contains("hunter2"), "{written}");
        }
    }

    #[test]
    fn what_no_call_could_reach_is_reported() {
        let label = "x".repeat(64);
        let (long, wide) = (format!("https://{label}.example"), format!("https://{}", "a.".repeat(130)));
        let path = format!("https://x.example/{}", "x".repeat(3000));
        for (written, why) in [
            ("https://x.openai.azure.com:99999", "port: 99999"),
            ("https://x.openai.azure.com:0", "port: 0"),
            ("https://x.openai.azure.com:", "port"),
            ("https://x.openai.azure.com:hunter2", "port"),
            ("https://[::1]:70000/", "port: 70000"),
            ("https://:443", "host"),
            ("https://-x.example", "host"),
            ("https://x..example", "host"),
            ("https://x_y%41.example", "host"),
            ("https://999.1.1.1", "host"),
            ("https://10.0.0", "host"),
            ("https://[1::2::3]", "host"),
            (&long, "host"),
            (&wide, "host"),
            (&path, "longer"),
            ("https://x.example/a/../b", "`..`"),
            ("https://x.example/%2e%2E/b", "`..`"),
        ] {
            let (message, remedy) = parse(written).unwrap_err();
            assert!(
                message.contains(why) || why == "host" && message.contains("URL"),
                "{written}: {message}"
            );
            assert!(!format!("{message}{remedy}").contains("hunter2"), "{written}");
        }
        for written in ["https://localhost:65535", "http://127.0.0.1:1", "https://a_b.example.", "https://x"]
        {
            assert!(parse(written).is_ok(), "{written}");
        }
    }

    #[test]
    fn the_remedy_for_a_target_uri_is_the_resource() {
        let uri = "https://x.openai.azure.com/openai/deployments/o1/chat/completions";
        assert_eq!(parse(uri).unwrap_err().1, "write https://x.openai.azure.com");
    }
}
