//! Azure's limit on custom request headers, and the headers of its answers.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

/// The most custom headers of a request. More are a 431 (Microsoft's quotas page).
const CUSTOM: usize = 10;

/// Headers that do not count as custom: those of HTTP and of Azure's data plane.
const STANDARD: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "api-key",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-language",
    "content-length",
    "content-type",
    "cookie",
    "date",
    "expect",
    "host",
    "keep-alive",
    "origin",
    "pragma",
    "referer",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-ms-client-request-id",
];

/// Returns whether a request has more custom headers than Azure takes.
pub(super) fn exceed_limit(headers: &HeaderMap) -> bool {
    headers.keys().filter(|name| !STANDARD.contains(&name.as_str())).count() > CUSTOM
}

/// Headers that are the same on every answer of a deployment.
const FIXED: &[(&str, &str)] = &[
    ("strict-transport-security", "max-age=31536000; includeSubDomains; preload"),
    ("x-content-type-options", "nosniff"),
    ("x-ms-region", "East US 2"),
    ("x-ms-rai-invoked", "true"),
    ("azureml-model-session", "d001-20261121000000"),
    ("x-ratelimit-limit-requests", "1000"),
    ("x-ratelimit-limit-tokens", "1000000"),
    ("x-ratelimit-reset-requests", "1"),
    ("x-ratelimit-reset-tokens", "1"),
    ("x-envoy-upstream-service-time", "12"),
];

const NO_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

/// Adds the request's ids to an answer. A client request id is echoed.
pub(super) fn add_request_ids(headers: &mut HeaderMap, request: &HeaderMap) {
    let id = Uuid::new_v4().to_string();
    if let Ok(id) = HeaderValue::try_from(id) {
        let echoed = request.get(CLIENT_REQUEST_ID).unwrap_or(&id).clone();
        headers.insert(CLIENT_REQUEST_ID, echoed);
        headers.insert(HeaderName::from_static("x-request-id"), id.clone());
        headers.insert(HeaderName::from_static("apim-request-id"), id);
    }
}

/// Adds the headers of a deployment's answer. `left` is the number of requests that remain.
pub(super) fn add_deployment_headers(headers: &mut HeaderMap, deployment: &str, left: u64, is_stream: bool) {
    for (name, value) in FIXED {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(name) = HeaderValue::from_str(deployment) {
        headers.insert(HeaderName::from_static("x-ms-deployment-name"), name);
    }
    headers.insert(HeaderName::from_static("x-ratelimit-remaining-requests"), HeaderValue::from(left));
    headers.insert(HeaderName::from_static("x-ratelimit-remaining-tokens"), HeaderValue::from(left * 1_000));
    let kind = if is_stream { "text/event-stream; charset=utf-8" } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if is_stream {
        headers.insert(NO_BUFFERING, HeaderValue::from_static("no"));
        headers.insert(HeaderName::from_static("azureai-fe-is-streaming"), HeaderValue::from_static("true"));
    }
}
