//! The parameters that a probe asks about, one row each: the value that asks, and what stands beside it.
//!
//! Absent are the parameters that would leave something on the resource (`store`, `background`, `conversation`), that
//! need something there (`data_sources`, `previous_response_id`, `prompt`), or whose answer has no bounded cost
//! (`audio`).

use super::context::Classes;
use crate::call::Dialect::{self, Chat, Responses};

/// A parameter, or one value of it.
#[derive(Debug, PartialEq)]
pub(super) struct Param {
    pub(super) dialect: Dialect,
    /// The name in the catalog: a key, a path, or one text of a list.
    pub(super) name: &'static str,
    /// What tells the values of one parameter apart in the ids of questions.
    pub(super) tag: &'static str,
    /// The value, as JSON.
    pub(super) value: &'static str,
    /// The members that stand beside it, as a JSON object.
    pub(super) beside: &'static str,
    pub(super) shape: Shape,
    pub(super) classes: Classes,
    pub(super) needs: Need,
    /// Whether a call without the parameter asks for something else, so that it is refused and not dropped.
    pub(super) is_vital: bool,
}

/// How the answers about one parameter become rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// The parameter is taken or not.
    Plain,
    /// One value, its default, may be taken where others are refused.
    Unless,
    /// Only some values may be taken.
    Allow,
    /// Only some types may be taken.
    Types,
    /// The cap of an answer, which has two names in a chat call.
    Cap,
}

/// What a question needs to make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Need {
    Nothing,
    /// Function tools are taken.
    Tools,
    /// Azure streams.
    Stream,
    /// It is known whether the model takes the old cap, which this parameter needs beside it (Microsoft's page on
    /// predicted outputs).
    OldCap,
}

const fn param(dialect: Dialect, name: &'static str, value: &'static str) -> Param {
    Param {
        dialect,
        name,
        tag: "",
        value,
        beside: "{}",
        shape: Shape::Plain,
        classes: Classes::One,
        needs: Need::Nothing,
        is_vital: false,
    }
}

const fn sampling(dialect: Dialect, name: &'static str, value: &'static str) -> Param {
    Param { classes: Classes::Switch, ..param(dialect, name, value) }
}

const fn temperature(dialect: Dialect, tag: &'static str, value: &'static str) -> Param {
    Param { tag, shape: Shape::Unless, ..sampling(dialect, "temperature", value) }
}

const fn level(dialect: Dialect, name: &'static str, tag: &'static str, value: &'static str) -> Param {
    Param { tag, shape: Shape::Allow, ..param(dialect, name, value) }
}

const fn format(dialect: Dialect, name: &'static str, tag: &'static str, value: &'static str) -> Param {
    Param { tag, shape: Shape::Types, is_vital: true, ..param(dialect, name, value) }
}

const fn with_tools(
    dialect: Dialect,
    name: &'static str,
    value: &'static str,
    beside: &'static str,
) -> Param {
    Param { beside, needs: Need::Tools, classes: Classes::All, ..param(dialect, name, value) }
}

const fn with_stream(dialect: Dialect, value: &'static str) -> Param {
    Param { beside: r#"{"stream":true}"#, needs: Need::Stream, ..param(dialect, "stream_options", value) }
}

const fn tools(dialect: Dialect, value: &'static str) -> Param {
    Param { is_vital: true, classes: Classes::Switch, ..param(dialect, "tools", value) }
}

/// A function tool of a chat call.
const CHAT_TOOLS: &str =
    r#"[{"type":"function","function":{"name":"a","parameters":{"type":"object","properties":{}}}}]"#;
const BESIDE_CHAT_TOOLS: &str = r#"{"tools":[{"type":"function","function":{"name":"a","parameters":{"type":"object","properties":{}}}}]}"#;
const TOOLS: &str = r#"[{"type":"function","name":"a","parameters":{"type":"object","properties":{}}}]"#;
const BESIDE_TOOLS: &str =
    r#"{"tools":[{"type":"function","name":"a","parameters":{"type":"object","properties":{}}}]}"#;

/// Every parameter of both operations.
pub(super) static PARAMS: &[Param] = &[
    Param { shape: Shape::Cap, is_vital: true, ..param(Chat, "max_completion_tokens", "16") },
    Param { shape: Shape::Cap, is_vital: true, ..param(Chat, "max_tokens", "16") },
    temperature(Chat, "=0.5", "0.5"),
    temperature(Chat, "=1", "1"),
    sampling(Chat, "top_p", "0.5"),
    sampling(Chat, "presence_penalty", "0.5"),
    sampling(Chat, "frequency_penalty", "0.5"),
    sampling(Chat, "logprobs", "true"),
    Param { beside: r#"{"logprobs":true}"#, ..sampling(Chat, "top_logprobs", "1") },
    sampling(Chat, "logit_bias", r#"{"1734":-1}"#),
    sampling(Chat, "stop", r#"["zq"]"#),
    param(Chat, "seed", "1"),
    param(Chat, "user", r#""probe""#),
    param(Chat, "metadata", r#"{"a":"b"}"#),
    param(Chat, "prompt_cache_key", r#""probe""#),
    param(Chat, "safety_identifier", r#""probe""#),
    param(Chat, "service_tier", r#""default""#),
    Param { is_vital: true, ..param(Chat, "n", "2") },
    level(Chat, "verbosity", "=low", r#""low""#),
    level(Chat, "verbosity", "=medium", r#""medium""#),
    level(Chat, "verbosity", "=high", r#""high""#),
    format(Chat, "response_format", "=json_object", r#"{"type":"json_object"}"#),
    format(
        Chat,
        "response_format",
        "=json_schema",
        r#"{"type":"json_schema","json_schema":{"name":"a","strict":true,"schema":{"type":"object","properties":{},"required":[],"additionalProperties":false}}}"#,
    ),
    Param { needs: Need::OldCap, ..param(Chat, "prediction", r#"{"type":"content","content":"ok"}"#) },
    Param { is_vital: true, ..param(Chat, "web_search_options", "{}") },
    with_stream(Chat, r#"{"include_usage":true}"#),
    tools(Chat, CHAT_TOOLS),
    with_tools(Chat, "tool_choice", r#""auto""#, BESIDE_CHAT_TOOLS),
    with_tools(Chat, "parallel_tool_calls", "true", BESIDE_CHAT_TOOLS),
    temperature(Responses, "=0.5", "0.5"),
    temperature(Responses, "=1", "1"),
    sampling(Responses, "top_p", "0.5"),
    sampling(Responses, "top_logprobs", "1"),
    sampling(Responses, "include[message.output_text.logprobs]", "true"),
    param(Responses, "include[reasoning.encrypted_content]", "true"),
    param(Responses, "reasoning.summary", r#""auto""#),
    param(Responses, "user", r#""probe""#),
    param(Responses, "metadata", r#"{"a":"b"}"#),
    param(Responses, "truncation", r#""auto""#),
    param(Responses, "prompt_cache_key", r#""probe""#),
    param(Responses, "safety_identifier", r#""probe""#),
    param(Responses, "service_tier", r#""default""#),
    level(Responses, "text.verbosity", "=low", r#""low""#),
    level(Responses, "text.verbosity", "=medium", r#""medium""#),
    level(Responses, "text.verbosity", "=high", r#""high""#),
    format(Responses, "text.format", "=json_object", r#"{"type":"json_object"}"#),
    format(
        Responses,
        "text.format",
        "=json_schema",
        r#"{"type":"json_schema","name":"a","strict":true,"schema":{"type":"object","properties":{},"required":[],"additionalProperties":false}}"#,
    ),
    with_stream(Responses, r#"{"include_obfuscation":false}"#),
    tools(Responses, TOOLS),
    with_tools(Responses, "tool_choice", r#""auto""#, BESIDE_TOOLS),
    with_tools(Responses, "parallel_tool_calls", "true", BESIDE_TOOLS),
];
