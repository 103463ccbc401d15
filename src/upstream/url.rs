//! The URLs of calls: reads an Azure resource's address as operators write it, and adds the paths of the two surfaces.
//! A client's name always becomes exactly one path segment, and cannot lead to another path.

use http::Uri;
use http::uri::{Authority, Scheme};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::call::{Operation, name::is_segment_encoded};

/// The characters that RFC 3986 does not call unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The address of an Azure resource, or of a gateway in front of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: Scheme,
    authority: Authority,
    /// The path before `/openai`: empty, or a path such as `/my/api`.
    prefix: String,
}

/// Why azgate cannot make a URL of an address or a name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UrlError {
    /// The address is not a URL.
    #[error("it is not a URL; write it like https://my-resource.openai.azure.com")]
    NotAUrl,
    /// The address does not begin with `http://` or `https://`.
    #[error("it must begin with https:// (or http:// for a local test)")]
    Scheme,
    /// The address contains a user name or a password before the host.
    #[error("it contains a user name or a password; the key has its own setting")]
    UserInfo,
    /// The address contains a query, such as a pasted `?api-version=…`.
    #[error(
        "it contains a query; leave out everything from the `?` on, because the api-version has its own setting"
    )]
    Query,
    /// The address contains a fragment (`#…`).
    #[error("it contains a fragment; leave out everything from the `#` on")]
    Fragment,
    /// A segment of the address's path is `.` or `..`.
    #[error("its path contains a `.` or `..` segment")]
    DotSegment,
    /// The deployment's name is empty, `.` or `..`, so it cannot be a path segment.
    #[error("a deployment cannot be named {0:?}")]
    Deployment(String),
    /// The object's id is empty, `.` or `..`, so it cannot be a path segment.
    #[error("an object cannot have the id {0:?}")]
    Id(String),
    /// The URL is too long.
    #[error("the URL would be too long")]
    TooLong,
}

impl Endpoint {
    /// Reads an address. Removes the paths that users paste from a portal or an SDK (`/openai`, `/openai/v1`,
    /// `/openai/deployments/…`), and keeps any other path as a prefix.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim();
        if text.contains('#') {
            return Err(UrlError::Fragment);
        }
        if !text.contains("://") {
            return Err(UrlError::Scheme);
        }
        let parts = text.parse::<Uri>().map_err(|_| UrlError::NotAUrl)?.into_parts();
        let scheme = parts.scheme.filter(is_http).ok_or(UrlError::Scheme)?;
        let authority = parts.authority.ok_or(UrlError::NotAUrl)?;
        if authority.as_str().contains('@') {
            return Err(UrlError::UserInfo);
        }
        let path = parts.path_and_query.ok_or(UrlError::NotAUrl)?;
        if path.query().is_some() {
            return Err(UrlError::Query);
        }
        Ok(Self { scheme, authority, prefix: prefix(path.path())? })
    }

    /// Returns the URL of an operation: on a dated surface with `api_version`, on v1 without. `name` is the
    /// deployment's name or the object's id. `query` is the client's query, which the URL repeats without an
    /// api-version.
    ///
    /// On v1 the body names the deployment, and Azure refuses an api-version. On a dated surface the URL contains the
    /// version, and for most operations the deployment. Without the version Azure answers 404 (pydantic-ai#5066,
    /// azure-docs#114602).
    ///
    /// # Errors
    /// When the name cannot be a path segment, or the URL would be too long.
    pub fn operation(
        &self,
        api_version: Option<&str>,
        operation: &Operation,
        name: &str,
        query: &str,
    ) -> Result<Uri, UrlError> {
        let path = operation.path;
        let is_named = operation.is_by_model() || path.contains("{}");
        if is_named && !is_segment_encoded(name) {
            let error = if operation.is_by_model() { UrlError::Deployment } else { UrlError::Id };
            return Err(error(name.to_owned()));
        }
        let encoded = utf8_percent_encode(name, ENCODED);
        let target = match api_version {
            Some(_) if operation.has_deployment_in_path() => format!("/deployments/{encoded}{path}"),
            _ => path.replace("{}", &encoded.to_string()),
        };
        self.on_surface(api_version, &target, query)
    }

    /// Returns the URL of a path on v1 or a dated surface, with the client's query.
    fn on_surface(&self, api_version: Option<&str>, path: &str, query: &str) -> Result<Uri, UrlError> {
        let version =
            api_version.map(|version| format!("api-version={}", utf8_percent_encode(version, ENCODED)));
        let others = query.split('&').filter(|param| !param.is_empty() && !is_api_version(param));
        let query: Vec<&str> = version.as_deref().into_iter().chain(others).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let surface = if version.is_some() { "" } else { "/v1" };
        self.at(format!("{}/openai{surface}{path}{mark}{}", self.prefix, query.join("&")))
    }

    /// Returns the URL of the list of deployments, with the only api-version known to answer (openai-python#447).
    pub fn deployments(&self) -> Result<Uri, UrlError> {
        self.at(format!("{}/openai/deployments?api-version=2023-03-15-preview", self.prefix))
    }

    fn at(&self, target: String) -> Result<Uri, UrlError> {
        Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(target)
            .build()
            .map_err(|_| UrlError::TooLong)
    }
}

fn is_api_version(param: &str) -> bool {
    let name = param.split('=').next().unwrap_or_default();
    percent_decode_str(name).decode_utf8_lossy().eq_ignore_ascii_case("api-version")
}

fn is_http(scheme: &Scheme) -> bool {
    *scheme == Scheme::HTTP || *scheme == Scheme::HTTPS
}

/// Returns the path without the ending that an SDK or the portal adds.
fn prefix(path: &str) -> Result<String, UrlError> {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    // A server may decode `%2e` before it resolves the path.
    let dots_decoded = |segment: &str| segment.to_ascii_lowercase().replace("%2e", ".");
    if segments.iter().any(|segment| !is_segment_encoded(&dots_decoded(segment))) {
        return Err(UrlError::DotSegment);
    }
    // Search `/openai/v1` and `/openai/deployments` from the left, because a deployment can itself be named `openai`.
    let known = |pair: &[&str]| matches!(pair, ["openai", "v1" | "deployments"]);
    let kept = match segments.windows(2).position(known) {
        Some(start) => start,
        None if segments.last() == Some(&"openai") => segments.len() - 1,
        None => segments.len(),
    };
    Ok(segments.iter().take(kept).fold(String::new(), |mut prefix, segment| {
        prefix.push('/');
        prefix.push_str(segment);
        prefix
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Dialect;

    fn chat() -> &'static Operation {
        Operation::of(Dialect::Chat)
    }

    fn named(name: &str) -> &'static Operation {
        Operation::named(name).unwrap()
    }

    fn v1(endpoint: &str) -> String {
        let endpoint = Endpoint::parse(endpoint).unwrap();
        endpoint.operation(None, chat(), "gpt-5", "").unwrap().to_string()
    }

    fn dated(deployment: &str) -> Result<String, UrlError> {
        let endpoint = Endpoint::parse("https://res.openai.azure.com").unwrap();
        Ok(endpoint.operation(Some("2024-10-21"), chat(), deployment, "")?.to_string())
    }

    #[test]
    fn every_pasted_address_of_a_resource_gives_the_same_url() {
        for pasted in [
            "https://res.openai.azure.com",
            "https://res.openai.azure.com/",
            "  https://res.openai.azure.com//\n",
            "https://res.openai.azure.com/openai",
            "https://res.openai.azure.com/openai/",
            "https://res.openai.azure.com/openai/v1",
            "https://res.openai.azure.com/openai/v1/",
            "https://res.openai.azure.com/openai/v1/chat/completions",
            "https://res.openai.azure.com/openai/deployments/gpt-4o",
            "https://res.openai.azure.com/openai/deployments/openai",
            "https://res.openai.azure.com/openai/deployments/gpt-4o/chat/completions",
        ] {
            assert_eq!(v1(pasted), "https://res.openai.azure.com/openai/v1/chat/completions", "{pasted:?}");
        }
    }

    #[test]
    fn any_other_path_is_kept_as_a_prefix() {
        let url = "https://apim.example:8443/my/api/openai/v1/chat/completions";
        for pasted in
            ["https://apim.example:8443/my/api", "https://apim.example:8443/my/api/openai/deployments/x"]
        {
            assert_eq!(v1(pasted), url, "{pasted:?}");
        }
        assert_eq!(v1("http://[::1]:9/openai/openai"), "http://[::1]:9/openai/openai/v1/chat/completions");
    }

    #[test]
    fn an_invalid_address_is_refused_with_its_reason() {
        for (text, error) in [
            ("", UrlError::Scheme),
            ("res.openai.azure.com", UrlError::Scheme),
            ("ftp://res.openai.azure.com", UrlError::Scheme),
            ("https://", UrlError::NotAUrl),
            ("https://my resource", UrlError::NotAUrl),
            ("https://me:secret@res.openai.azure.com", UrlError::UserInfo),
            ("https://res.openai.azure.com/openai?api-version=2024-10-21", UrlError::Query),
            ("https://res.openai.azure.com/#x", UrlError::Fragment),
            ("https://apim.example/a/../b", UrlError::DotSegment),
            ("https://apim.example/a/%2E./b", UrlError::DotSegment),
        ] {
            assert_eq!(Endpoint::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn a_dated_url_contains_the_deployment_as_one_segment() {
        assert_eq!(
            dated("gpt 4o/x").unwrap(),
            "https://res.openai.azure.com/openai/deployments/gpt%204o%2Fx/chat/completions?api-version=2024-10-21"
        );
        for (name, segment) in
            [("a?b#c%d", "a%3Fb%23c%25d"), ("é", "%C3%A9"), ("a-b._~Z9", "a-b._~Z9"), ("..%2f", "..%252f")]
        {
            assert!(dated(name).unwrap().contains(&format!("/deployments/{segment}/chat")), "{name:?}");
        }
    }

    #[test]
    fn the_url_of_a_responses_call_does_not_contain_the_deployment() {
        let endpoint = Endpoint::parse("https://apim.example/team/openai/v1").unwrap();
        for (version, expected) in [
            (None, "https://apim.example/team/openai/v1/responses"),
            (
                Some("2025-04-01-preview"),
                "https://apim.example/team/openai/responses?api-version=2025-04-01-preview",
            ),
        ] {
            assert_eq!(
                endpoint.operation(version, Operation::of(Dialect::Responses), "gpt-5", "").unwrap(),
                expected
            );
        }
    }

    #[test]
    fn the_url_of_an_object_keeps_the_query_without_the_version() {
        let endpoint = Endpoint::parse("https://res.openai.azure.com").unwrap();
        let url = |version, operation, id, query| {
            endpoint
                .operation(version, named(operation), id, query)
                .unwrap()
                .path_and_query()
                .unwrap()
                .to_string()
        };
        assert_eq!(url(None, "responses.retrieve", "resp_1", ""), "/openai/v1/responses/resp_1");
        assert_eq!(
            url(
                None,
                "responses.input_items",
                "resp_1",
                "limit=2&&api-version=x&include[]=a%26b&Api%2DVersion=y&order"
            ),
            "/openai/v1/responses/resp_1/input_items?limit=2&include[]=a%26b&order"
        );
        assert_eq!(
            url(Some("2025-04-01-preview"), "responses.cancel", "a/b c?", "api-version=2024-10-21&after=x"),
            "/openai/responses/a%2Fb%20c%3F/cancel?api-version=2025-04-01-preview&after=x"
        );
    }

    #[test]
    fn a_version_cannot_add_to_the_query() {
        let endpoint = Endpoint::parse("https://res.openai.azure.com").unwrap();
        let url = endpoint.operation(Some("1&a=b"), chat(), "d", "").unwrap();
        assert_eq!(url.query(), Some("api-version=1%26a%3Db"));
    }

    #[test]
    fn a_name_that_cannot_be_a_segment_is_refused_on_both_surfaces() {
        let endpoint = Endpoint::parse("https://res.openai.azure.com").unwrap();
        for name in ["", ".", ".."] {
            let refused = Err(UrlError::Deployment(name.to_owned()));
            assert_eq!(endpoint.operation(Some("2024-10-21"), chat(), name, ""), refused);
            assert_eq!(endpoint.operation(None, Operation::of(Dialect::Responses), name, ""), refused);
            assert_eq!(
                endpoint.operation(None, named("responses.retrieve"), name, ""),
                Err(UrlError::Id(name.to_owned()))
            );
        }
        assert_eq!(dated(&"x".repeat(70_000)), Err(UrlError::TooLong));
    }
}
