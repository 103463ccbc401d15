//! Who calls, by the names in a request: the `Host` that azgate was called by, and the `Origin` of a web page.
//!
//! A browser calls azgate for any page that its user opens. Without keys such a call must not be served, not even on
//! loopback: a page can send a POST of `text/plain` without asking, and with a name of its own that resolves to
//! 127.0.0.1 (DNS rebinding) it can read the answers as well. With keys a page needs a key, and the browser lets it
//! read answers only where the config lists the page's origin (CORS: fetch.spec.whatwg.org, "HTTP CORS protocol").

use std::net::IpAddr;

use http::{
    HeaderMap, HeaderValue, Method, Version,
    header::{
        ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN, VARY,
    },
    request::Parts,
    uri::{Authority, Uri},
};

use crate::connections::Ends;

/// The names by which azgate may be called, and the web pages that may call it.
#[derive(Clone, Debug, Default)]
pub struct Visitors {
    /// Further names of this machine, in lower case, without ports.
    pub hosts: Vec<String>,
    /// The origins of web pages that may call, such as `https://chat.example.com`; `*` for all.
    pub origins: Vec<String>,
}

/// Why azgate does not serve a request, whatever it asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unwelcome {
    /// An HTTP/1.1 request has no `Host`, several, or one that is not a host (RFC 9112 §3.2).
    #[error("a request needs exactly one valid Host header")]
    NoHost,
    /// azgate has no keys, and the request names another host.
    #[error("the host '{0}' is not this machine, and azgate has no keys")]
    Host(String),
    /// azgate has no keys, and the request comes from a web page.
    #[error("the call comes from the web page '{0}', and azgate has no keys")]
    Page(String),
    /// A page asks whether it may call, and the config does not list its origin.
    #[error("pages of '{0}' may not call azgate")]
    Origin(String),
}

/// Whether the request of a welcome visitor is to be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Welcome {
    /// The request is to be served.
    Call,
    /// The request is a browser's question whether a page may call. The answer is yes.
    Preflight,
}

impl Visitors {
    /// Checks who sent a request. `has_keys` is whether callers need a key.
    ///
    /// # Errors
    /// When azgate must not serve the request.
    pub fn check(&self, head: &Parts, has_keys: bool) -> Result<Welcome, Unwelcome> {
        let named = named_host(head)?;
        let mut origins = head.headers.get_all(ORIGIN).iter();
        let origin = origins.next();
        // A browser sends one origin. Which of several a proxy judges is not known.
        if let Some(second) = origins.next() {
            return Err(Unwelcome::Page(text(second)));
        }
        let is_listed = origin.is_some_and(|origin| self.lists(origin));
        if !has_keys {
            let here = head.extensions.get::<Ends>().map(|ends| ends.server.ip());
            let is_own = |host: &str| self.is_own(host, here);
            for host in named.into_iter().chain(head.uri.host().map(str::to_owned)) {
                if !is_own(&host) {
                    return Err(Unwelcome::Host(host));
                }
            }
            if let Some(page) = page(&head.headers)
                && !is_listed
                && !page_host(&page).is_some_and(|host| is_own(&host))
            {
                return Err(Unwelcome::Page(page));
            }
        }
        match origin.filter(|_| is_preflight(head)) {
            None => Ok(Welcome::Call),
            Some(_) if is_listed => Ok(Welcome::Preflight),
            Some(origin) => Err(Unwelcome::Origin(text(origin))),
        }
    }

    /// Returns the `Origin` of a request if its pages may read the answer.
    pub fn reader(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        headers.get(ORIGIN).filter(|origin| self.lists(origin)).cloned()
    }

    fn lists(&self, origin: &HeaderValue) -> bool {
        self.origins.iter().any(|listed| listed == "*" || listed.as_bytes() == origin.as_bytes())
    }

    /// Returns whether a host is this machine. `here` is the address that the client has connected to. On an address
    /// that others can reach, every IP address is this machine, since only a name can be rebound.
    fn is_own(&self, host: &str, here: Option<IpAddr>) -> bool {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&host);
        match bare.parse::<IpAddr>() {
            Ok(ip) => {
                let here = here.map(|here| here.to_canonical());
                let ip = ip.to_canonical();
                ip.is_loopback() || here.is_some_and(|here| here == ip || !here.is_loopback())
            }
            Err(_) => host == "localhost" || self.hosts.contains(&host),
        }
    }
}

/// Adds what a browser needs to let a page of `origin` read an answer.
pub fn share(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    headers.append(VARY, HeaderValue::from_static("origin"));
}

/// Returns the headers of the answer to a preflight, without those of [`share`].
pub fn preflight(asked: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, DELETE"));
    // SDKs send headers of their own. azgate passes on only those that it knows.
    if let Some(names) = asked.get(ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    headers
}

fn is_preflight(head: &Parts) -> bool {
    head.method == Method::OPTIONS && head.headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Returns the host that a request names in its `Host`, without the port.
fn named_host(head: &Parts) -> Result<Option<String>, Unwelcome> {
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version == Version::HTTP_11 => Err(Unwelcome::NoHost),
        (None, _) if head.version == Version::HTTP_2 && head.uri.host().is_none() => Err(Unwelcome::NoHost),
        (None, _) => Ok(None),
        (Some(host), None) => {
            let host = Authority::try_from(host.as_bytes()).map_err(|_| Unwelcome::NoHost)?;
            let is_plain = !host.as_str().contains('@') && !host.host().is_empty();
            if is_plain { Ok(Some(host.host().to_owned())) } else { Err(Unwelcome::NoHost) }
        }
        (Some(_), Some(_)) => Err(Unwelcome::NoHost),
    }
}

/// Returns the page that a browser sends a request for. Browsers leave out `Origin` for images and links, and newer
/// ones say there whether the page is of another site.
fn page(headers: &HeaderMap) -> Option<String> {
    let origin = headers.get(ORIGIN).map(text);
    let is_cross_site = || headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    origin.or_else(|| is_cross_site().then(|| "another site".to_owned()))
}

/// Returns the host of a page. An origin has no user (RFC 6454 §7).
fn page_host(origin: &str) -> Option<String> {
    let authority = origin.parse::<Uri>().ok()?.into_parts().authority?;
    (!authority.as_str().contains('@')).then(|| authority.host().to_owned())
}

/// Returns at most 200 characters of a header.
fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn head(lines: &[(&str, &str)], server: &str) -> Parts {
        let mut request = Request::options("/v1/models");
        for (name, value) in lines {
            request = request.header(*name, *value);
        }
        let ends = Ends { client: "127.0.0.1:9".parse().unwrap(), server: server.parse().unwrap() };
        request.extension(ends).body(()).unwrap().into_parts().0
    }

    fn check(visitors: &Visitors, lines: &[(&str, &str)], server: &str) -> Result<Welcome, Unwelcome> {
        visitors.check(&head(lines, server), false)
    }

    #[test]
    fn without_keys_only_names_of_this_machine_are_served() {
        let visitors = Visitors { hosts: vec!["azgate".to_owned()], origins: Vec::new() };
        for own in [
            "localhost",
            "LOCALHOST:8080",
            "localhost.",
            "127.0.0.1:1",
            "127.1.2.3",
            "[::1]:80",
            "azgate:8080",
        ] {
            assert_eq!(check(&visitors, &[("host", own)], "127.0.0.1:80"), Ok(Welcome::Call), "{own}");
        }
        for foreign in
            ["evil.example", "127.0.0.1.nip.io", "localhost.evil.example", "10.0.0.1", "2130706433", "[::2]"]
        {
            let error = check(&visitors, &[("host", foreign)], "127.0.0.1:80").unwrap_err();
            assert!(matches!(error, Unwelcome::Host(_)), "{foreign}: {error}");
        }
        assert_eq!(check(&visitors, &[("host", "10.0.0.1:80")], "10.0.0.1:80"), Ok(Welcome::Call));
        assert!(check(&visitors, &[("host", "evil.example")], "10.0.0.1:80").is_err());
    }

    #[test]
    fn without_keys_no_foreign_page_is_served() {
        let visitors = Visitors { hosts: Vec::new(), origins: vec!["https://chat.example".to_owned()] };
        let from = |origin| check(&visitors, &[("host", "localhost"), ("origin", origin)], "127.0.0.1:80");
        for own in ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]", "https://chat.example"]
        {
            assert_eq!(from(own), Ok(Welcome::Call), "{own}");
        }
        for foreign in
            ["null", "https://evil.example", "http://localhost.evil.example", "https://chat.example:81", ""]
        {
            assert!(matches!(from(foreign), Err(Unwelcome::Page(_))), "{foreign}");
        }
        for pair in
            [["http://localhost", "https://evil.example"], ["https://chat.example", "http://localhost"]]
        {
            let lines = [("host", "localhost"), ("origin", pair[0]), ("origin", pair[1])];
            assert!(matches!(check(&visitors, &lines, "127.0.0.1:80"), Err(Unwelcome::Page(_))), "{pair:?}");
        }
        assert!(matches!(from("http://evil.example@localhost"), Err(Unwelcome::Page(_))));
        let image = [("host", "localhost"), ("sec-fetch-site", "cross-site")];
        assert!(matches!(check(&visitors, &image, "127.0.0.1:80"), Err(Unwelcome::Page(_))));
    }

    #[test]
    fn an_http_1_1_request_has_one_valid_host() {
        let visitors = Visitors::default();
        for lines in [
            &[][..],
            &[("host", "a"), ("host", "a")],
            &[("host", "")],
            &[("host", "me@localhost")],
            &[("host", "a/b")],
            &[("host", "a b")],
        ] {
            for has_keys in [true, false] {
                let checked = visitors.check(&head(lines, "127.0.0.1:80"), has_keys);
                assert_eq!(checked, Err(Unwelcome::NoHost), "{lines:?}");
            }
        }
    }

    #[test]
    fn a_preflight_is_answered_by_the_list_of_origins() {
        let visitors = Visitors { hosts: Vec::new(), origins: vec!["https://chat.example".to_owned()] };
        let ask = |origin| {
            let asked = [("host", "gateway"), ("origin", origin), ("access-control-request-method", "POST")];
            visitors.check(&head(&asked, "127.0.0.1:80"), true)
        };
        assert_eq!(ask("https://chat.example"), Ok(Welcome::Preflight));
        assert_eq!(ask("https://evil.example"), Err(Unwelcome::Origin("https://evil.example".to_owned())));
        assert_eq!(ask("null"), Err(Unwelcome::Origin("null".to_owned())));
    }
}
