//! Reads the endpoint of a resource, in the forms that portals and samples show.

use http::Uri;

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
    let origin = format!("{scheme}://{authority}");
    let path = uri.path().trim_end_matches('/');
    let prefix = ["/openai/v1", "/openai"].iter().find_map(|tail| path.strip_suffix(tail)).unwrap_or(path);
    let prefix = prefix.trim_end_matches('/');
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
    fn the_remedy_for_a_target_uri_is_the_resource() {
        let uri = "https://x.openai.azure.com/openai/deployments/o1/chat/completions";
        assert_eq!(parse(uri).unwrap_err().1, "write https://x.openai.azure.com");
    }
}
