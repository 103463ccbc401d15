//! How a response ended: with a finish reason, or with an error and the HTTP status that the error would have had.

use std::borrow::Cow;

use super::filters::innererror;
use crate::{
    bridge::{INTERRUPTED, UNREADABLE, values::text_of},
    json::{Kind, View, text, write::next_member},
};

/// A response that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) code: String,
    pub(super) message: String,
    pub(super) status: u16,
    /// The verdicts of the content filter, as members that each follow a comma.
    filters: Vec<u8>,
}

/// Returns the finish reason of a response whose `status` is not a failure.
pub(super) fn reason(status: &str, response: View<'_>, calls: bool) -> &'static str {
    let incomplete = status == "incomplete";
    let why = response.get("incomplete_details").and_then(|details| text_of(details, "reason"));
    match why.as_deref() {
        Some("content_filter") if incomplete => "content_filter",
        // The reason is `max_output_tokens`, or a new one. Either way the client should know that the answer was cut.
        _ if incomplete => "length",
        _ if calls => "tool_calls",
        _ => "stop",
    }
}

impl Failure {
    /// Returns the failure of a response that has an `error`, or a `status` that is not a success.
    pub(super) fn of(status: &str, response: View<'_>) -> Option<Failure> {
        match response.non_null("error") {
            Some(error) => Some(Failure::read(error)),
            None if status == "cancelled" => {
                Some(Failure::new("response_cancelled", "Azure OpenAI cancelled the response."))
            }
            None if status == "failed" => {
                Some(Failure::new("server_error", "Azure OpenAI did not say why the response failed."))
            }
            None => None,
        }
    }

    /// Reads an error object. Its code may be a number (litellm's stream errors).
    pub(super) fn read(error: View<'_>) -> Failure {
        let string_or_number = |key| {
            let value = error.get(key)?;
            let number = || (value.kind() == Kind::Number).then(|| String::from_utf8_lossy(value.raw()));
            value.text().or_else(number).map(Cow::into_owned)
        };
        let code =
            string_or_number("code").or_else(|| string_or_number("type").filter(|kind| kind != "error"));
        let message = string_or_number("message").or_else(|| error.text().map(Cow::into_owned));
        let failure = Failure::new(
            &code.unwrap_or_else(|| "server_error".to_owned()),
            &message.unwrap_or_else(|| "Azure OpenAI reported an error without a message.".to_owned()),
        );
        Failure { filters: filters(error), ..failure }
    }

    /// Returns the failure of a stream with an event that is not JSON.
    pub(super) fn unreadable() -> Failure {
        let (code, message) = UNREADABLE;
        Failure::new(code, message)
    }

    /// Returns the failure of a stream that ended without its last event.
    pub(super) fn interrupted() -> Failure {
        let (code, message) = INTERRUPTED;
        Failure { status: 502, ..Failure::new(code, message) }
    }

    pub(super) fn new(code: &str, message: &str) -> Failure {
        let (code, message, status) = (code.to_owned(), message.to_owned(), status(code));
        Failure { code, message, status, filters: Vec::new() }
    }

    /// Returns the `error` object as OpenAI has it.
    pub(super) fn object(&self) -> Vec<u8> {
        let (message, code) = (text::quote(&self.message), text::quote(&self.code));
        let kind = match self.status {
            401 => "authentication_error",
            403 => "permission_error",
            429 => "rate_limit_error",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        let object = format!(r#"{{"message":{message},"type":"{kind}","param":null,"code":{code}"#);
        [object.as_bytes(), &self.filters, b"}"].concat()
    }
}

/// Returns the verdicts of the content filter in an error, under the names of both dialects.
fn filters(error: View<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let inner = innererror(error);
    let raw = |key| error.non_null(key).map(View::raw);
    for (key, value) in
        [("content_filters", raw("content_filters")), ("innererror", inner.as_deref().or(raw("innererror")))]
    {
        if let Some(value) = value {
            next_member(&mut out, key, value);
        }
    }
    out
}

/// Returns the HTTP status of an error code: the codes of a response (OpenAI's specification, `ResponseErrorCode`), and
/// some codes of a refused call that also occur in streams. An unknown code gets 500, so that clients try again.
pub fn status(code: &str) -> u16 {
    known_status(code).unwrap_or(500)
}

/// Returns the HTTP status of an error code or an error type; `None` if it is not known.
pub fn known_status(code: &str) -> Option<u16> {
    Some(match code {
        "rate_limit_exceeded"
        | "rate_limit_error"
        | "RateLimitReached"
        | "insufficient_quota"
        | "too_many_requests"
        | "tokens"
        | "requests" => 429,
        "invalid_api_key" | "authentication_error" | "Unauthorized" => 401,
        "permission_error" | "permission_denied" | "PermissionDenied" => 403,
        "not_found_error" | "model_not_found" | "DeploymentNotFound" | "NotFound" => 404,
        "vector_store_timeout" | "timeout" | "Timeout" => 504,
        "service_unavailable"
        | "ServiceUnavailable"
        | "server_overloaded"
        | "overloaded_error"
        | "engine_overloaded" => 503,
        "server_error" | "internal_error" | "internal_server_error" | "InternalServerError" => 500,
        "context_length_exceeded"
        | "content_filter"
        | "ResponsibleAIPolicyViolation"
        | "bio_policy"
        | "data_residency_mismatch"
        | "string_above_max_length"
        | "unsupported_parameter"
        | "unsupported_value"
        | "missing_required_parameter"
        | "BadRequest" => 400,
        // Every error about images is about images in the call.
        call if call.contains("image") || call.starts_with("invalid_") => 400,
        number => return number.parse().ok().filter(|number| (400..600).contains(number)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn parse(json: &str) -> Document {
        Document::parse(bytes::Bytes::copy_from_slice(json.as_bytes()), 2).unwrap()
    }

    fn status_of(response: &Document) -> String {
        text_of(response.root(), "status").unwrap_or_default().into_owned()
    }

    #[test]
    fn every_status_has_its_finish_reason() {
        for (response, calls, expected) in [
            (r#"{"status":"completed"}"#, false, "stop"),
            (r#"{"status":"completed","incomplete_details":null}"#, true, "tool_calls"),
            (
                r#"{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}"#,
                true,
                "length",
            ),
            (
                r#"{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}"#,
                false,
                "content_filter",
            ),
            (r#"{"status":"incomplete","incomplete_details":null}"#, false, "length"),
            ("{}", false, "stop"),
        ] {
            let response = parse(response);
            assert_eq!(reason(&status_of(&response), response.root(), calls), expected, "{response:?}");
        }
    }

    #[test]
    fn every_code_of_the_specification_has_a_status() {
        for (status, codes) in [
            (500, "server_error something_new"),
            (504, "vector_store_timeout"),
            (429, "rate_limit_exceeded too_many_requests 429"),
            (401, "401"),
            (
                400,
                "invalid_prompt data_residency_mismatch bio_policy invalid_image invalid_image_format \
                 invalid_base64_image invalid_image_url image_too_large image_too_small image_parse_error \
                 image_content_policy_violation invalid_image_mode image_file_too_large \
                 unsupported_image_media_type empty_image_file failed_to_download_image image_file_not_found \
                 content_filter",
            ),
        ] {
            for code in codes.split(' ') {
                assert_eq!(super::status(code), status, "{code}");
            }
        }
    }

    #[test]
    fn a_failure_has_an_error_or_a_status() {
        let of = |json: &str| Failure::of(&status_of(&parse(json)), parse(json).root());
        let failure =
            of(r#"{"status":"failed","error":{"code":"server_error","message":"A \"b\""}}"#).unwrap();
        assert_eq!((failure.code.as_str(), failure.message.as_str()), ("server_error", "A \"b\""));
        assert_eq!(
            failure.object(),
            br#"{"message":"A \"b\"","type":"server_error","param":null,"code":"server_error"}"#
        );
        assert_eq!(of(r#"{"status":"failed","error":null}"#).unwrap().code, "server_error");
        assert_eq!(of(r#"{"status":"cancelled"}"#).unwrap().code, "response_cancelled");
        assert_eq!(of(r#"{"error":"why"}"#).unwrap().message, "why");
        assert_eq!(of(r#"{"error":{"code":429,"message":"x"}}"#).unwrap().status, 429);
        assert_eq!(of(r#"{"status":"completed","error":null}"#), None);
    }
}
