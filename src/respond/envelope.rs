//! Completes Azure's error answers for OpenAI clients. Six shapes are known. The SDKs understand those that have an
//! `error` object; azgate adds one to the others, such as an API gateway's JSON or a proxy's page.

use bytes::Bytes;
use http::StatusCode;

use super::{edited, retry_after};
use crate::{
    bridge::over_responses,
    json::{Change, Document, Kind, Pointer, Raw, View, text},
};

/// How many characters of an answer that is not JSON are quoted.
const QUOTED: usize = 2000;

/// Returns OpenAI's `error.type` for a status.
pub fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

/// Returns the client's body for Azure's error answer, and its `error.code` for the log.
pub(super) fn envelope(status: StatusCode, body: &Bytes) -> (Bytes, Option<String>) {
    let document = Document::parse(body.clone(), 2).ok().filter(|body| body.root().kind() == Kind::Object);
    let Some(document) = document else {
        let shown = excerpt(body);
        let message = match &*shown {
            "" => format!("Azure answered {status}"),
            shown => format!("Azure answered {status} without JSON: {shown}"),
        };
        let error = error(status, None, &text::quote(&message));
        return (Bytes::from(format!(r#"{{"error":{error}}}"#)), None);
    };
    let root = document.root();
    if let Some(error) = root.get("error").filter(|error| error.kind() == Kind::Object) {
        let code = error_code(error);
        return (whole_error(&document, error, status, code.as_deref()), code);
    }
    let text = |key| root.get(key).filter(|value| value.kind() == Kind::String);
    let message = text("message").or_else(|| text("Message")).or_else(|| text("error"));
    let message = message.map_or_else(
        || text::quote(&format!("Azure answered {status}")),
        |message| String::from_utf8_lossy(message.raw()).into_owned(),
    );
    let code = root.get("code").and_then(code).or_else(|| root.get("statusCode").and_then(code));
    let error = error(status, code.as_deref(), &message);
    let set = Change::Set { at: Pointer::key("error"), value: Raw::json(error) };
    (edited(&document, &[set]), code)
}

/// Adds the members `type` and `param` that Azure's front door leaves out of an error.
fn whole_error(document: &Document, error: View<'_>, status: StatusCode, code: Option<&str>) -> Bytes {
    // OpenAI's error for an unknown model names the parameter.
    let param = if code == Some("DeploymentNotFound") { "\"model\"" } else { "null" };
    let members = [("type", text::quote(kind(status))), ("param", param.to_owned())];
    let lacks = members.into_iter().filter(|(key, _)| error.get(key).is_none());
    let added: Vec<Change> = lacks
        .map(|(key, value)| Change::Set { at: Pointer::key("error").then(key), value: Raw::json(value) })
        .collect();
    if added.is_empty() { document.source().clone() } else { edited(document, &added) }
}

/// Returns the status for an error that Azure sent within a stream or a 200: by its `status`, its code, its type, or
/// its text. An error with a name that is not known gets 500; one without a name gets `None`.
pub(super) fn status_of(body: &Bytes) -> Option<StatusCode> {
    let document = Document::parse(body.clone(), 2).ok()?;
    let error = document.root().get("error")?;
    let number = error.get("status").and_then(View::whole).map(|status| status.to_string());
    let names = [number, error.get("code").and_then(code), error.get("type").and_then(code)];
    let said = error.get("message").and_then(View::text).map(std::borrow::Cow::into_owned);
    let limited = said.filter(|said| retry_after::seconds(said).is_some()).map(|_| 429);
    let is_named = names.iter().any(Option::is_some);
    let known = names.into_iter().flatten().find_map(|name| over_responses::known_status(&name)).or(limited);
    known.or(is_named.then_some(500)).and_then(|status| StatusCode::from_u16(status).ok())
}

/// Returns the status for an error's code.
pub(super) fn status_of_code(code: &str) -> StatusCode {
    StatusCode::from_u16(over_responses::status(code)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Returns the error of an event as a body without the event's other members, which belong to the other dialect.
pub(super) fn alone(event: &Bytes) -> Bytes {
    let document = Document::parse(event.clone(), 2).ok();
    let error = document.as_ref().and_then(|event| event.root().get("error"));
    error.map_or_else(|| event.clone(), |error| [b"{\"error\":", error.raw(), b"}"].concat().into())
}

/// Returns the body of an error answer with this code and message.
pub(super) fn error_body(status: StatusCode, code: &str, message: &str) -> Bytes {
    Bytes::from(format!(r#"{{"error":{}}}"#, error(status, Some(code), &text::quote(message))))
}

/// Writes an `error` object. Its code is the status if Azure gives no code.
pub(super) fn error(status: StatusCode, code: Option<&str>, message: &str) -> String {
    let code = text::quote(code.unwrap_or(status.as_str()));
    format!(r#"{{"message":{message},"type":"{}","param":null,"code":{code}}}"#, kind(status))
}

/// Returns the name of an `error` object for the log: its code, or else its type.
pub(super) fn error_code(error: View<'_>) -> Option<String> {
    error.get("code").and_then(code).or_else(|| error.get("type").and_then(code))
}

/// Returns the beginning of a malformed body, for a message.
pub(super) fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).trim().chars().take(QUOTED).collect()
}

/// Reads a code, which is a string, an integer, or null.
fn code(code: View<'_>) -> Option<String> {
    match code.kind() {
        Kind::Number => Some(String::from_utf8_lossy(code.raw()).into_owned()),
        _ => code.text().map(std::borrow::Cow::into_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enveloped(body: &str) -> (String, Option<String>) {
        let (body, code) = envelope(StatusCode::UNAUTHORIZED, &Bytes::copy_from_slice(body.as_bytes()));
        (String::from_utf8(body.to_vec()).unwrap(), code)
    }

    #[test]
    fn a_whole_error_object_passes_as_it_is() {
        let body = r#" {"error": {"code":"429","message":"x","type":null,"param":null,"innererror":{}}}"#;
        assert_eq!(enveloped(body), (body.to_owned(), Some("429".to_owned())));
    }

    #[test]
    fn an_error_of_azures_front_door_gets_a_type_and_a_param() {
        for (code, param) in [("429", "null"), ("DeploymentNotFound", "\"model\"")] {
            let body = format!(r#"{{"error":{{"code":"{code}","message":"x"}}}}"#);
            let added = format!(r#"x","type":"authentication_error","param":{param}}}}}"#);
            assert_eq!(enveloped(&body).0, body.replace(r#"x"}}"#, &added));
        }
    }

    #[test]
    fn a_body_without_an_error_object_gets_one_and_keeps_the_rest() {
        let (body, code) = enveloped(r#"{"statusCode":401,"message":"Unauthorized. \"x\""}"#);
        assert_eq!(
            body,
            r#"{"statusCode":401,"message":"Unauthorized. \"x\"","error":{"message":"Unauthorized. \"x\"","type":"authentication_error","param":null,"code":"401"}}"#
        );
        assert_eq!(code.as_deref(), Some("401"));
    }

    #[test]
    fn an_error_that_is_only_a_text_becomes_the_message() {
        let (body, _) = enveloped(r#"{"error":"no \u00e9","more":1}"#);
        assert_eq!(
            body,
            r#"{"error":{"message":"no \u00e9","type":"authentication_error","param":null,"code":"401"},"more":1}"#
        );
    }

    #[test]
    fn a_code_beside_the_message_is_kept_as_a_string() {
        for (code, expected) in
            [("\"BadRequest\"", "BadRequest"), ("400", "400"), ("null", "401"), ("{}", "401")]
        {
            let (body, _) = enveloped(&format!(r#"{{"requestid":"r","code":{code},"message":"no"}}"#));
            let body: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(body["error"]["code"], expected);
            assert_eq!(body["requestid"], "r");
        }
    }

    #[test]
    fn an_empty_object_gets_an_error() {
        let (body, code) = enveloped("{}");
        assert_eq!(
            body,
            r#"{"error":{"message":"Azure answered 401 Unauthorized","type":"authentication_error","param":null,"code":"401"}}"#
        );
        assert_eq!(code, None);
    }

    #[test]
    fn an_error_within_a_stream_has_the_status_of_its_code() {
        for (code, status) in [
            ("\"429\"", 429),
            ("503", 503),
            ("\"RateLimitReached\"", 429),
            ("\"content_filter\"", 400),
            ("\"context_length_exceeded\"", 400),
            ("\"insufficient_quota\"", 429),
            ("\"too_many_requests\"", 429),
            ("\"invalid_prompt\"", 400),
            ("\"failed_to_download_image\"", 400),
            ("\"vector_store_timeout\"", 504),
            ("\"200\"", 500),
            ("\"server_error\"", 500),
            ("\"new\"", 500),
            (r#"null,"status":503"#, 503),
            (r#"null,"type":"rate_limit_error""#, 429),
            (r#""new_code","type":"invalid_request_error""#, 400),
            (r#"null,"message":"Please retry after 7 seconds.""#, 429),
        ] {
            let body = Bytes::from(format!(r#"{{"error":{{"message":"no","code":{code}}}}}"#));
            assert_eq!(status_of(&body).unwrap(), status, "{code}");
        }
    }

    #[test]
    fn an_error_without_a_name_has_no_status() {
        assert_eq!(status_of(&Bytes::from_static(br#"{"error":{"code":null,"message":"no"}}"#)), None);
        assert_eq!(status_of(&Bytes::from_static(br#"{"error":"no"}"#)), None);
    }

    #[test]
    fn a_page_is_quoted() {
        let (body, code) = enveloped("<html>\"Bad\" gateway</html>");
        let parsed: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            parsed["error"]["message"],
            "Azure answered 401 Unauthorized without JSON: <html>\"Bad\" gateway</html>"
        );
        assert_eq!(code, None);
    }
}
