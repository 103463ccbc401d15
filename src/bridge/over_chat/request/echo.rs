//! What a response repeats of its request.

use bytes::Bytes;

use super::row::Row;
use crate::json::{Document, Kind, Raw, View};

/// The members, and what a response says where the call did not (OpenAI's specification of 2026-08-21, its defaults and the
/// examples of a response). The service tier is not among them: a response tells the one that served it. Neither is anything
/// stored, whatever was asked.
const MEMBERS: &[(&str, Option<&str>)] = &[
    ("background", Some("false")),
    ("instructions", Some("null")),
    ("max_output_tokens", Some("null")),
    ("max_tool_calls", Some("null")),
    ("metadata", Some("{}")),
    ("parallel_tool_calls", Some("true")),
    ("previous_response_id", Some("null")),
    ("prompt_cache_key", Some("null")),
    ("prompt_cache_options", None),
    ("prompt_cache_retention", None),
    ("safety_identifier", Some("null")),
    ("temperature", Some("1.0")),
    ("tool_choice", Some("\"auto\"")),
    ("tools", Some("[]")),
    ("top_logprobs", None),
    ("top_p", Some("1.0")),
    ("truncation", Some("\"disabled\"")),
    ("user", Some("null")),
];

/// The members without braces.
pub(super) fn echo(responses: &Document) -> Bytes {
    let root = responses.root();
    let sent = |key: &str| root.get(key).filter(|value| !value.is_null());
    let mut echo = Row::members();
    for (key, default) in MEMBERS {
        match (sent(key), default) {
            (Some(value), _) => echo.copy(key, value),
            (None, Some(default)) => echo.member(key, Raw::json(*default)),
            (None, None) => {}
        }
    }
    echo.member("store", Raw::json("false"));
    echo.member("reasoning", filled(sent("reasoning"), &[("effort", "null"), ("summary", "null")]));
    echo.member("text", filled(sent("text"), &[("format", r#"{"type":"text"}"#)]));
    echo.done().render(responses.source()).into()
}

/// An object with the members that it must have.
fn filled(object: Option<View<'_>>, defaults: &[(&str, &'static str)]) -> Raw {
    let mut out = Row::object();
    let object = object.filter(|object| object.kind() == Kind::Object);
    if let Some(object) = object {
        out.copy_rest(object, &[]);
    }
    for (key, default) in defaults {
        let sent = object.and_then(|object| object.get(key)).is_some_and(|value| !value.is_null());
        if !sent {
            out.member(key, Raw::json(*default));
        }
    }
    out.done()
}
