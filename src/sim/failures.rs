//! The responses of ordered failures: for each status, the body that Azure has for it.

use std::time::Duration;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    directive::{Directive, OrderedFailure},
    errors::{self, SERVER_ERROR, SimError, engine_with, front_door, gateway},
    json_response,
    surface::Operation,
};

/// A gateway's HTML page.
const PAGE: &str = "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body>\r\n<center><h1>Bad Gateway</h1>\
                    </center>\r\n<hr><center>Microsoft-Azure-Application-Gateway/v2</center>\r\n</body>\r\n</html>\r\n";

/// Answers with a failure.
pub(super) fn respond(failure: OrderedFailure, directive: &Directive, operation: Operation) -> Response {
    let wait = directive.retry_after.unwrap_or(Duration::from_secs(1));
    let (status, mut response) = match failure {
        OrderedFailure::Html(status) => (status, html(status)),
        OrderedFailure::Gateway(429) => {
            let message = format!("Rate limit is exceeded. Try again in {} seconds.", seconds(wait));
            (429, json_response::error(&gateway(429, &message)))
        }
        OrderedFailure::Gateway(401) => (401, json_response::error(&errors::wrong_token())),
        OrderedFailure::Gateway(status) => (status, json_response::error(&gateway(status, reason(status)))),
        OrderedFailure::Filter if operation == Operation::Responses => {
            (400, json_response::error(&errors::filtered_input()))
        }
        OrderedFailure::Filter => (400, json_response::error(&errors::filtered_prompt())),
        OrderedFailure::Status(status) => (status, json_response::error(&error(status, wait))),
    };
    if status == 429 || directive.retry_after.is_some() {
        let headers = response.headers_mut();
        headers.insert("retry-after", HeaderValue::from(seconds(wait)));
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        headers.insert("retry-after-ms", HeaderValue::from(millis));
    }
    response
}

fn html(status: u16) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    (status, [(header::CONTENT_TYPE, "text/html")], PAGE).into_response()
}

/// Rounds up to whole seconds, the unit of `retry-after`.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

/// Returns the error for a status. The text of 429 is captured. For 403, 408 and the gateway's own 5xx only the form is
/// captured.
fn error(status: u16, wait: Duration) -> SimError {
    match status {
        401 => errors::wrong_key(),
        403 => front_door(403, "403", "Access denied due to Virtual Network/Firewall rules."),
        404 => errors::deployment_not_found(),
        408 => front_door(408, "Timeout", "The operation was timeout."),
        429 => front_door(
            429,
            "RateLimitReached",
            &format!(
                "Your requests to this model in East US 2 have exceeded the token rate limit for your current OpenAI \
                 S0 pricing tier. This request was for ChatCompletions_Create. Please retry after {} seconds. To \
                 increase your default rate limit, visit: https://aka.ms/oai/quotaincrease.",
                seconds(wait)
            ),
        ),
        500 => engine_with(500, SERVER_ERROR, None, None),
        _ => front_door(status, &status.to_string(), reason(status)),
    }
}

fn reason(status: u16) -> &'static str {
    StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error")
}
