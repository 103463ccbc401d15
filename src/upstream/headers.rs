//! The headers that pass between client and Azure, each with its reason. Both tables list the headers that may pass,
//! so azgate drops every other header. Azure answers 431 to more than ten custom headers (Azure quotas-limits.md), and
//! SDKs alone send nine.

use http::header::{ACCEPT_ENCODING, CONNECTION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};

/// A header that may pass, and the reason. A name that ends in `*` stands for all names with this beginning.
#[derive(Debug)]
pub struct PassedHeader {
    /// The name, in lower case.
    pub name: &'static str,
    /// The use of the header on the other side.
    pub why: &'static str,
    /// The name without a final `*`.
    stem: &'static str,
    /// Whether `stem` is only the beginning of the names.
    is_prefix: bool,
}

const fn pass(name: &'static str, why: &'static str) -> PassedHeader {
    match name.as_bytes() {
        [stem @ .., b'*'] => PassedHeader { name, why, stem: name.split_at(stem.len()).0, is_prefix: true },
        _ => PassedHeader { name, why, stem: name, is_prefix: false },
    }
}

/// The headers that pass from the client to Azure.
pub const UP: &[PassedHeader] = &[
    pass("content-type", "the body's type"),
    pass("accept", "JSON or an event stream"),
    pass("user-agent", "names the caller in Azure's own records"),
    pass("x-ms-client-request-id", "correlation: Azure echoes it"),
    pass("openai-beta", "gates of vector stores and older previews"),
    pass("aoai-evals", "preview gate of evals (Azure OpenAPI v1)"),
    pass("aoai-copy-ft-checkpoints", "preview gate of checkpoint copies (Azure OpenAPI v1)"),
    pass("idempotency-key", "the caller's own protection against repeating a call"),
];

/// The headers that pass from the client to Azure only if the config allows them for the caller's key. They choose
/// another deployment than that of the called model, or another content filter.
pub const UP_BY_KEY: &[PassedHeader] = &[
    pass("x-ms-spillover-deployment", "spill over from a provisioned deployment, per request"),
    pass("x-ms-oai-image-generation-deployment", "the deployment of the Responses image tool"),
    pass("x-policy-id", "selects a content-filter policy, per request"),
];

/// The headers that pass from Azure to the client.
pub const DOWN: &[PassedHeader] = &[
    pass("content-type", "the body's type"),
    pass("cache-control", "answers are not to be stored"),
    pass("retry-after", "SDKs wait as long"),
    pass("retry-after-ms", "SDKs prefer it to retry-after"),
    pass("x-should-retry", "SDKs obey it"),
    pass("x-ratelimit-*", "what is left of the quota"),
    pass("apim-request-id", "what Azure's support asks for"),
    pass("x-request-id", "SDKs show it as the request's id"),
    pass("x-ms-client-request-id", "the caller's own correlation id, echoed"),
    pass("x-ms-region", "where it was served"),
    pass("x-ms-deployment-name", "what served it"),
    pass("x-ms-served-model", "what served it, behind a model router"),
    pass("x-ms-rai-invoked", "whether the content filter ran"),
    pass("x-ms-is-spilled-over", "whether a provisioned deployment was full"),
    pass("x-ms-spillover-*", "from where it spilled over, or why it could not"),
    pass("azureml-model-session", "names the model's host in a support case"),
    pass("openai-processing-ms", "time spent in the model"),
    pass("openai-version", "the API's version, which some clients record"),
    pass("azure-openai-deployment-utilization", "load of a provisioned deployment"),
    pass("x-accel-buffering", "keeps a proxy in front of azgate from holding back a stream"),
    pass("ms-azureml-model-error-*", "the model's own status and reason"),
];

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const APIM_REQUEST_ID: HeaderName = HeaderName::from_static("apim-request-id");
const OWN_USER_AGENT: &str = concat!("azgate/", env!("CARGO_PKG_VERSION"));

/// Returns the headers of a call to Azure, without azgate's credential: the credential is added when the call is sent.
/// `allowed` are the headers of [`UP_BY_KEY`] that the caller may send.
pub fn up(client: &HeaderMap, allowed: &[HeaderName]) -> HeaderMap {
    let mut headers = passing(client, UP, allowed);
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(OWN_USER_AGENT));
    // azgate reads the answer, so Azure must not compress it.
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}

/// Returns the headers of Azure's answer that pass to the client.
pub fn down(upstream: &HeaderMap) -> HeaderMap {
    let mut headers = passing(upstream, DOWN, &[]);
    if let Some(id) = upstream.get(APIM_REQUEST_ID) {
        headers.entry(REQUEST_ID).or_insert_with(|| id.clone());
    }
    headers
}

fn passing(all: &HeaderMap, list: &[PassedHeader], allowed: &[HeaderName]) -> HeaderMap {
    // Leave room for the headers that azgate adds later.
    let mut kept = HeaderMap::with_capacity(all.len().min(list.len()) + 8);
    let named = all.contains_key(CONNECTION);
    for (name, value) in all {
        let passes = list.iter().any(|pass| pass.covers(name.as_str())) || allowed.contains(name);
        if passes && !(named && hop_by_hop(all, name)) {
            kept.append(name, value.clone());
        }
    }
    kept
}

impl PassedHeader {
    fn covers(&self, header: &str) -> bool {
        if self.is_prefix { header.starts_with(self.stem) } else { header == self.stem }
    }
}

/// Returns whether `connection` names this header as meant for the next hop only (RFC 9110 §7.6.1).
fn hop_by_hop(all: &HeaderMap, name: &HeaderName) -> bool {
    all.get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|token| token.trim().eq_ignore_ascii_case(name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        lines.iter().map(pair).collect()
    }

    fn sent(client: &[(&'static str, &'static str)]) -> HeaderMap {
        up(&map(client), &[])
    }

    /// The headers that AzureOpenAI/Python 1.109.1 sends, and headers that a proxy in front of azgate adds.
    const SDK: &[(&str, &str)] = &[
        ("host", "gateway.example"),
        ("accept-encoding", "gzip, deflate"),
        ("connection", "keep-alive"),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("user-agent", "AzureOpenAI/Python 1.109.1"),
        ("x-stainless-lang", "python"),
        ("x-stainless-retry-count", "0"),
        ("x-stainless-read-timeout", "600"),
        ("authorization", "Bearer client-key"),
        ("api-key", "client-key"),
        ("content-length", "64"),
        ("openai-organization", "org-1"),
        ("cookie", "a=b"),
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=10.0.0.1"),
        ("via", "1.1 edge"),
        ("traceparent", "00-1-2-01"),
        ("transfer-encoding", "chunked"),
        ("content-encoding", "gzip"),
        ("expect", "100-continue"),
        ("x-azgate-lossy", "refuse"),
        ("x-ms-client-request-id", "c-1"),
    ];

    #[test]
    fn only_the_listed_headers_go_up_and_no_key_of_the_client() {
        let expected = map(&[
            ("accept", "application/json"),
            ("content-type", "application/json"),
            ("user-agent", "AzureOpenAI/Python 1.109.1"),
            ("x-ms-client-request-id", "c-1"),
            ("accept-encoding", "identity"),
        ]);
        assert_eq!(sent(SDK), expected);
    }

    #[test]
    fn a_client_without_a_user_agent_gets_azgates() {
        assert_eq!(sent(&[])["user-agent"], OWN_USER_AGENT);
    }

    #[test]
    fn headers_that_connection_names_do_not_go_up() {
        let headers = sent(&[
            ("connection", "close, OpenAI-Beta"),
            ("openai-beta", "assistants=v2"),
            ("aoai-evals", "preview"),
        ]);
        assert!(!headers.contains_key("openai-beta"));
        assert_eq!(headers["aoai-evals"], "preview");
    }

    #[test]
    fn headers_that_choose_a_deployment_or_a_filter_go_up_only_if_they_are_allowed() {
        let sent = map(&[("x-policy-id", "lenient"), ("x-ms-spillover-deployment", "other")]);
        assert!(!up(&sent, &[]).contains_key("x-policy-id"));
        let allowed = [HeaderName::from_static("x-policy-id")];
        let headers = up(&sent, &allowed);
        assert_eq!(headers["x-policy-id"], "lenient");
        assert!(!headers.contains_key("x-ms-spillover-deployment"));
    }

    #[test]
    fn a_call_with_every_listed_header_stays_under_azures_limit_of_ten_custom_ones() {
        let standard = ["content-type", "accept", "user-agent"];
        let custom = UP.iter().chain(UP_BY_KEY).filter(|pass| !standard.contains(&pass.name)).count();
        assert!(custom < 10, "{custom} and the key are more than ten");
    }

    #[test]
    fn only_the_listed_headers_come_down() {
        let kept = [
            ("content-type", "text/event-stream; charset=utf-8"),
            ("retry-after-ms", "1200"),
            ("x-ratelimit-remaining-tokens", "99"),
            ("x-request-id", "r-1"),
            ("apim-request-id", "a-1"),
            ("x-ms-region", "East US 2"),
            ("x-ms-spillover-from-ptu", "yes"),
            ("ms-azureml-model-error-reason", "model_error"),
        ];
        let dropped = [
            ("set-cookie", "a=b"),
            ("content-length", "12"),
            ("transfer-encoding", "chunked"),
            ("www-authenticate", "Bearer"),
            ("server", "istio-envoy"),
            ("api-key", "azure-key"),
            ("strict-transport-security", "max-age=1"),
            ("x-envoy-upstream-service-time", "3"),
            ("x-ms-unheard-of", "1"),
        ];
        assert_eq!(down(&map(&[&kept[..], &dropped[..]].concat())), map(&kept));
    }

    #[test]
    fn a_missing_request_id_is_replaced_by_azures_id() {
        let headers = down(&map(&[("apim-request-id", "a-1")]));
        assert_eq!(headers["x-request-id"], "a-1");
        assert_eq!(headers["apim-request-id"], "a-1");
        assert!(down(&HeaderMap::new()).is_empty());
    }

    #[test]
    fn every_row_is_lower_case_gives_its_reason_and_stands_once() {
        for list in [UP, UP_BY_KEY, DOWN] {
            for (at, pass) in list.iter().enumerate() {
                assert!(!pass.why.is_empty(), "{}", pass.name);
                assert_eq!(pass.name, pass.name.to_ascii_lowercase());
                assert!(list[..at].iter().all(|other| other.name != pass.name), "{} twice", pass.name);
            }
        }
    }
}
