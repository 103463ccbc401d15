//! Checks of the form of `text`, `reasoning`, `include` and `stream_options`.

use serde_json::Value;

use super::{known_members::only_known, schema};
use crate::sim::{
    errors::{CheckResult, SimError, engine, invalid_value, missing, only_when_enabled, quoted_list},
    request::ApiRequest,
    value_type::{ValueType, wrong_type},
};

/// OpenAI's enum. Azure's v1 specification has all of it but the two web search entries.
const INCLUDES: &[&str] = &[
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    "message.output_text.logprobs",
];

const EFFORTS: &[&str] = &["none", "minimal", "low", "medium", "high", "xhigh", "max"];

pub(super) fn include(request: &ApiRequest<'_>) -> CheckResult {
    let mut known = request.list("include").iter().enumerate();
    known.try_for_each(|(at, one)| ValueType::OneOf(INCLUDES).check(&format!("include[{at}]"), one))
}

/// Returns a member of an object member, if it is given.
fn member<'a>(request: &ApiRequest<'a>, key: &str, name: &str) -> Option<&'a Value> {
    request.get(key)?.get(name).filter(|value| !value.is_null())
}

pub(super) fn text_options(request: &ApiRequest<'_>) -> CheckResult {
    let Some(text) = request.get("text") else { return Ok(()) };
    only_known("text", text, &["format", "verbosity"])?;
    if let Some(verbosity) = member(request, "text", "verbosity") {
        ValueType::OneOf(&["low", "medium", "high"]).check("text.verbosity", verbosity)?;
    }
    let Some(format) = member(request, "text", "format") else { return Ok(()) };
    if !format.is_object() {
        return Err(wrong_type("text.format", "an object", format));
    }
    match format.get("type").and_then(Value::as_str) {
        None => Err(missing("text.format.type")),
        Some("text" | "json_object") => only_known("text.format", format, &["type"]),
        Some("json_schema") => json_schema(format),
        Some(other) => {
            Err(invalid_value("text.format.type", other, "'json_object', 'text', and 'json_schema'"))
        }
    }
}

fn json_schema(format: &Value) -> CheckResult {
    let name = match format.get("name") {
        Some(Value::String(name)) => name,
        Some(other) => return Err(wrong_type("text.format.name", "a string", other)),
        None => return Err(missing("text.format.name")),
    };
    let schema = match format.get("schema") {
        Some(schema) if schema.is_object() => schema,
        Some(other) => return Err(wrong_type("text.format.schema", "an object", other)),
        None => return Err(missing("text.format.schema")),
    };
    only_known("text.format", format, &["type", "name", "schema", "description", "strict"])?;
    // A schema is strict only if `strict` is true (OpenAI's specification).
    if format.get("strict") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    schema::strict(schema).map_err(|problem| {
        let message = format!("Invalid schema for response_format '{name}': {problem}");
        engine(&message, Some("text.format.schema"), Some("invalid_json_schema"))
    })
}

/// Checks `reasoning`. OpenAI's specification also has `mode` and `context`. No document of Azure's has them, so they
/// are refused.
pub(super) fn reasoning(request: &ApiRequest<'_>) -> CheckResult {
    let Some(reasoning) = request.get("reasoning") else { return Ok(()) };
    // Codex sends `context` with gpt-5.6, and no refusal of it is known.
    only_known("reasoning", reasoning, &["effort", "summary", "context"])?;
    if let Some(effort) = member(request, "reasoning", "effort") {
        ValueType::OneOf(EFFORTS).check("reasoning.effort", effort)?;
    }
    match member(request, "reasoning", "summary") {
        Some(summary) => {
            ValueType::OneOf(&["concise", "detailed", "auto"]).check("reasoning.summary", summary)
        }
        None => Ok(()),
    }
}

/// Checks `stream_options`. Azure refuses `include_usage` on this operation (litellm#28553).
pub(super) fn stream_options(request: &ApiRequest<'_>) -> CheckResult {
    let Some(options) = request.get("stream_options") else { return Ok(()) };
    only_known("stream_options", options, &["include_obfuscation"])?;
    if let Some(flag) = member(request, "stream_options", "include_obfuscation") {
        ValueType::Flag.check("stream_options.include_obfuscation", flag)?;
    }
    if request.is_true("stream") {
        return Ok(());
    }
    Err(only_when_enabled("stream_options", "stream"))
}

/// Returns Azure's error on this operation: `Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model.
/// …`.
pub(super) fn unsupported(path: &str, value: &str, model: &str, supported: &[&str]) -> SimError {
    let message = format!(
        "Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {}.",
        quoted_list(supported)
    );
    engine(&message, Some(path), Some("unsupported_value"))
}
