//! Azure's headers: the limit on a request's own, and those of an answer.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use uuid::Uuid;

/// More custom headers than this are a 431 (Microsoft's quotas page).
const CUSTOM: usize = 10;

/// Headers that are nobody's own: HTTP's, and those of Azure's data plane.
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

/// Whether a request has more custom headers than Azure takes.
pub(super) fn too_many(headers: &HeaderMap) -> bool {
    headers.keys().filter(|name| !STANDARD.contains(&name.as_str())).count() > CUSTOM
}

/// The same on every answer of a deployment.
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

/// Names the request, on every answer; a caller's own id is echoed.
pub(super) fn identify(headers: &mut HeaderMap, request: &HeaderMap) {
    let id = Uuid::new_v4().to_string();
    if let Ok(id) = HeaderValue::try_from(id) {
        let echoed = request.get(CLIENT_REQUEST_ID).unwrap_or(&id).clone();
        headers.insert(CLIENT_REQUEST_ID, echoed);
        headers.insert(HeaderName::from_static("x-request-id"), id.clone());
        headers.insert(HeaderName::from_static("apim-request-id"), id);
    }
}

/// What a deployment adds to its answers.
pub(super) fn describe(headers: &mut HeaderMap, deployment: &str, left: u64, is_stream: bool) {
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
