//! Azure's error answers: they pass as they are, plus what OpenAI clients need. Six shapes are known; those with an
//! `error` object are understood by the SDKs, the others (an API gateway's, a proxy's page) get one.

use bytes::Bytes;
use http::StatusCode;

use crate::json::{self, Change, Document, Kind, Pointer, Raw, View, text};

/// At most this much of an answer that is no JSON is quoted.
const QUOTED: usize = 2000;

/// OpenAI's `error.type` for a status.
pub fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}

/// The body that goes to the client for Azure's error answer, and its `error.code` for the log.
pub(super) fn envelope(status: StatusCode, body: &Bytes) -> (Bytes, Option<String>) {
    let document = Document::parse(body.clone(), 2).ok().filter(|body| body.root().kind() == Kind::Object);
    let Some(document) = document else {
        let shown: String = String::from_utf8_lossy(body).trim().chars().take(QUOTED).collect();
        let message = format!("Azure answered {status} without JSON: {shown}");
        return (Bytes::from(format!(r#"{{"error":{}}}"#, error(status, &text::quote(&message)))), None);
    };
    let root = document.root();
    if let Some(error) = root.get("error").filter(|error| error.kind() == Kind::Object) {
        return (body.clone(), error.get("code").and_then(code));
    }
    let message =
        root.get("message").or_else(|| root.get("Message")).filter(|message| message.kind() == Kind::String);
    let message = message.map_or_else(
        || text::quote(&format!("Azure answered {status}")),
        |message| String::from_utf8_lossy(message.raw()).into_owned(),
    );
    let set = Change::Set { at: Pointer::key("error"), value: Raw::json(error(status, &message)) };
    let code = root.get("code").or_else(|| root.get("statusCode")).and_then(code);
    (Bytes::from(json::apply(&document, [&set]).concat()), code)
}

fn error(status: StatusCode, message: &str) -> String {
    format!(r#"{{"message":{message},"type":"{}","param":null,"code":"{}"}}"#, kind(status), status.as_u16())
}

/// A code is a string, an integer, or null.
fn code(code: View<'_>) -> Option<String> {
    match code.kind() {
        Kind::Number => Some(String::from_utf8_lossy(code.raw()).into_owned()),
        _ => code.text().map(std::borrow::Cow::into_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enveloped(body: &'static str) -> (String, Option<String>) {
        let (body, code) = envelope(StatusCode::UNAUTHORIZED, &Bytes::from_static(body.as_bytes()));
        (String::from_utf8(body.to_vec()).unwrap(), code)
    }

    #[test]
    fn an_error_object_passes_as_it_is() {
        let body = r#" {"error": {"code":"429","message":"x","innererror":{}}}"#;
        assert_eq!(enveloped(body), (body.to_owned(), Some("429".to_owned())));
    }

    #[test]
    fn a_body_without_one_gets_one_and_keeps_the_rest() {
        let (body, code) = enveloped(r#"{"statusCode":401,"message":"Unauthorized. \"x\""}"#);
        assert_eq!(
            body,
            r#"{"statusCode":401,"message":"Unauthorized. \"x\"","error":{"message":"Unauthorized. \"x\"","type":"authentication_error","param":null,"code":"401"}}"#
        );
        assert_eq!(code.as_deref(), Some("401"));
        let (body, _) = enveloped(r#"{"error":"nope"}"#);
        assert!(body.starts_with(r#"{"error":{"message":"Azure answered 401"#), "{body}");
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
