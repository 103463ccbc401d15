//! The forward proxies from the environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either
//! case and with curl's rules. Loopback is never proxied, so that a simulator on this machine works without `NO_PROXY`.

use std::net::IpAddr;
use std::sync::Arc;

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Finds the proxy for a target.
#[derive(Clone, Debug)]
pub struct Proxies(Arc<Matcher>);

impl Proxies {
    /// Reads the proxies from the environment.
    pub fn from_env() -> Self {
        Matcher::from_env().into()
    }

    /// Uses no proxy for any target.
    pub fn none() -> Self {
        Matcher::builder().build().into()
    }

    /// Returns the proxy for this target.
    pub fn before(&self, target: &Uri) -> Option<Intercept> {
        if is_loopback(target.host()?) { None } else { self.0.intercept(target) }
    }

    /// Returns the credentials that each request to this target carries for the proxy. Requests through a tunnel carry
    /// none.
    pub fn authorization(&self, target: &Uri) -> Option<HeaderValue> {
        if target.scheme() != Some(&Scheme::HTTP) {
            return None;
        }
        self.before(target)?.basic_auth().cloned()
    }
}

impl From<Matcher> for Proxies {
    fn from(matcher: Matcher) -> Self {
        Self(Arc::new(matcher))
    }
}

/// Removes the brackets around the IPv6 address of a URL.
pub(super) fn without_brackets(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || without_brackets(host).parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before(target: &'static str) -> Option<String> {
        let matcher = Matcher::builder().all("http://me:secret@proxy:3128").no("inside.example").build();
        let proxies = Proxies::from(matcher);
        proxies.before(&Uri::from_static(target)).map(|proxy| proxy.uri().to_string())
    }

    #[test]
    fn loopback_and_no_proxy_hosts_are_reached_directly() {
        assert_eq!(before("https://res.openai.azure.com/x").as_deref(), Some("http://proxy:3128/"));
        for target in
            ["http://127.0.0.1:1/", "http://[::1]:1/", "http://localhost/", "https://a.inside.example/"]
        {
            assert_eq!(before(target), None, "{target}");
        }
    }

    #[test]
    fn the_proxys_password_is_not_shown() {
        let proxies = Proxies::from(Matcher::builder().all("http://me:secret@proxy:3128").build());
        assert!(!format!("{proxies:?}").contains("secret"));
    }

    #[test]
    fn only_a_forwarded_request_carries_the_proxys_credentials() {
        let proxies = Proxies::from(Matcher::builder().all("http://me:secret@proxy:3128").build());
        let header = proxies.authorization(&Uri::from_static("http://azure.test/")).unwrap();
        assert_eq!(header, "Basic bWU6c2VjcmV0");
        assert!(header.is_sensitive());
        assert_eq!(proxies.authorization(&Uri::from_static("https://azure.test/")), None);
    }
}
