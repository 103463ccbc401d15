//! Writes errors inside a stream, in the client's dialect.

use std::borrow::Cow;

use bytes::{Bytes, BytesMut};
use http::StatusCode;

use super::envelope;
use crate::{
    bridge,
    call::Dialect,
    deadline::Overdue,
    json::{Document, Kind, View, write::ObjectWriter},
    sse,
};

/// The fault of a stream that broke off.
pub(super) const INTERRUPTED: Fault =
    Fault { code: bridge::INTERRUPTED.0, message: Cow::Borrowed(bridge::INTERRUPTED.1) };

/// Code and message of a call that azgate ends because it stops.
pub const CUT_OFF: (&str, &str) =
    ("shutting_down", "azgate was stopped before the answer had come to its end. Send the call again.");

/// Why a stream failed, as the client reads it.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: &'static str,
    message: Cow<'static, str>,
}

impl Fault {
    /// Returns the fault of a stream whose time limit ran out.
    pub(super) fn overdue(overdue: Overdue) -> Fault {
        let message = format!("The stream from Azure OpenAI did not come to its end: {overdue}.");
        Fault { code: "upstream_timeout", message: message.into() }
    }

    /// Returns the fault of a stream that has a larger event than azgate buffers.
    pub(super) fn too_large(error: sse::TooLarge) -> Fault {
        let message = format!("The stream from Azure OpenAI cannot be passed on: {error}.");
        Fault { code: INTERRUPTED.code, message: message.into() }
    }

    /// Returns the fault of a stream that azgate ends because it stops.
    pub(super) fn cut_off() -> Fault {
        Fault { code: CUT_OFF.0, message: CUT_OFF.1.into() }
    }

    /// Returns the fault as the body of an error answer.
    pub(super) fn body(&self) -> Bytes {
        envelope::error_body(StatusCode::BAD_GATEWAY, self.code, &self.message)
    }
}

/// Writes the event that reports an error to a client of `dialect`. `body` is the body of an error answer, and `number`
/// is the event's sequence number, which only events of the Responses API have.
///
/// The SDKs raise an exception if an event has a member `error`. The documented `error` event of the Responses API is
/// flat and lacks it, and openai-python passes a flat event to its caller like any other event (openai-python#2487).
/// Servers send the member. So azgate writes both forms in one event.
pub(super) fn event(dialect: Dialect, number: u64, body: &Bytes) -> Bytes {
    let mut out = BytesMut::new();
    match (dialect, Document::parse(body.clone(), 2)) {
        (Dialect::Responses, Ok(body)) => {
            out.extend_from_slice(b"event: error\n");
            sse::data(&mut out, [flattened(body.root(), number).as_slice()]);
        }
        (Dialect::Chat, _) | (_, Err(_)) => sse::data(&mut out, [&**body]),
    }
    out.freeze()
}

fn flattened(body: View<'_>, number: u64) -> Vec<u8> {
    let of = |key| body.get("error").and_then(|error| error.get(key));
    let text = |key| of(key).filter(|value: &View<'_>| value.kind() == Kind::String).map(View::raw);
    // Azure's codes are sometimes numbers, and the code of an event is a string.
    let code =
        of("code").filter(|code| code.kind() == Kind::Number).map(|code| [b"\"", code.raw(), b"\""].concat());
    let members: [(&str, &[u8]); 5] = [
        ("type", b"\"error\""),
        ("code", code.as_deref().or(text("code")).unwrap_or(b"null")),
        ("message", text("message").unwrap_or(b"\"\"")),
        ("param", text("param").unwrap_or(b"null")),
        ("sequence_number", &number.to_string().into_bytes()),
    ];
    let mut out = ObjectWriter::default();
    for (key, value) in members {
        out.member(key, value);
    }
    out.copy_rest(body, &[]);
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(dialect: Dialect, body: &str) -> String {
        String::from_utf8(event(dialect, 7, &Bytes::copy_from_slice(body.as_bytes())).to_vec()).unwrap()
    }

    #[test]
    fn a_chat_client_reads_the_body_as_it_is() {
        assert_eq!(written(Dialect::Chat, "{\"error\":\n{}}"), "data: {\"error\": {}}\n\n");
    }

    #[test]
    fn a_client_of_responses_reads_an_error_event_that_has_both_forms() {
        let error =
            r#"{"message":"no \u00e9","type":"server_error","param":null,"code":"x","innererror":{}}"#;
        assert_eq!(
            written(Dialect::Responses, &format!(r#"{{"error":{error},"requestid":"r"}}"#)),
            format!(
                "event: error\ndata: {}{error}{}\n\n",
                r#"{"type":"error","code":"x","message":"no \u00e9","param":null,"sequence_number":7,"error":"#,
                r#","requestid":"r"}"#
            )
        );
    }

    #[test]
    fn missing_members_get_defaults_and_a_numeric_code_becomes_a_string() {
        let event = written(Dialect::Responses, r#"{"type":"x","message":"out","error":{"code":429}}"#);
        assert_eq!(
            event,
            "event: error\ndata: {\"type\":\"error\",\"code\":\"429\",\"message\":\"\",\"param\":null,\"sequence_number\":7,\"error\":{\"code\":429}}\n\n"
        );
    }

    #[test]
    fn a_fault_is_an_error_answer() {
        let body: serde_json::Value = serde_json::from_slice(&INTERRUPTED.body()).unwrap();
        assert_eq!(body["error"]["code"], "upstream_stream_interrupted");
        assert_eq!(body["error"]["type"], "server_error");
        assert!(body["error"]["message"].is_string() && body["error"]["param"].is_null());
    }
}
