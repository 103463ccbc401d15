//! Forward proxies as the environment names them: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either
//! case and with curl's rules. Loopback is never proxied, so that a simulator on this machine needs no `NO_PROXY`.

use std::net::IpAddr;
use std::sync::Arc;

use http::uri::Scheme;
use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// Says which proxy, if any, stands before a target.
#[derive(Clone, Debug)]
pub struct Proxies(Arc<Matcher>);

impl Proxies {
    /// Reads the environment.
    pub fn from_env() -> Self {
        Matcher::from_env().into()
    }

    /// No proxy for anything.
    pub fn none() -> Self {
        Matcher::builder().build().into()
    }

    /// The proxy before this target.
    pub fn before(&self, target: &Uri) -> Option<Intercept> {
        if is_loopback(target.host()?) { None } else { self.0.intercept(target) }
    }

    /// What each request to this target tells a proxy that forwards it. Through a tunnel it tells it nothing.
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

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
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
