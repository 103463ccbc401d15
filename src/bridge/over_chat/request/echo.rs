//! The members of its request that a response repeats.

use bytes::Bytes;

use crate::json::{Document, Kind, Raw, RawBuilder, View};

/// The members, and their values if the call does not have them (OpenAI's specification of 2026-08-21, its defaults
/// and the examples of a response). The service tier is not among them, since a response has the one that served it.
/// Nor is `store`, since nothing is stored, whatever the call asks for.
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

/// Returns the members without braces.
pub(super) fn echo(responses: &Document) -> Bytes {
    let root = responses.root();
    let mut echo = RawBuilder::members();
    for (key, default) in MEMBERS {
        match (root.non_null(key), default) {
            (Some(value), _) => echo.copy(key, value),
            (None, Some(default)) => echo.member(key, Raw::json(*default)),
            (None, None) => {}
        }
    }
    echo.member("store", Raw::json("false"));
    echo.member("reasoning", filled(root.non_null("reasoning"), &[("effort", "null"), ("summary", "null")]));
    echo.member("text", filled(root.non_null("text"), &[("format", r#"{"type":"text"}"#)]));
    echo.finish().render(responses.source()).into()
}

/// Returns an object with the default members added that it lacks.
fn filled(object: Option<View<'_>>, defaults: &[(&str, &'static str)]) -> Raw {
    let mut out = RawBuilder::object();
    let object = object.filter(|object| object.kind() == Kind::Object);
    if let Some(object) = object {
        out.copy_rest(object, &[]);
    }
    for (key, default) in defaults {
        if object.and_then(|object| object.non_null(key)).is_none() {
            out.member(key, Raw::json(*default));
        }
    }
    out.finish()
}
