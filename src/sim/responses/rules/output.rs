//! What the answer is to be: `text`, `reasoning`, `include` and `stream_options`, by their form.

use serde_json::Value;

use super::{known_members::only, schema};
use crate::sim::{
    errors::{SimError, Verdict, engine, invalid_value, listed, missing},
    request::Ask,
    value_type::{Kind, wrong_type},
};

/// OpenAI's enum; Azure's v1 specification has all but the two of web search.
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

pub(super) fn include(ask: &Ask<'_>) -> Verdict {
    let mut known = ask.list("include").iter().enumerate();
    known.try_for_each(|(at, one)| Kind::OneOf(INCLUDES).check(&format!("include[{at}]"), one))
}

/// A member of a member, if it is given.
fn member<'a>(ask: &Ask<'a>, key: &str, name: &str) -> Option<&'a Value> {
    ask.get(key)?.get(name).filter(|value| !value.is_null())
}

pub(super) fn text(ask: &Ask<'_>) -> Verdict {
    let Some(text) = ask.get("text") else { return Ok(()) };
    only("text", text, &["format", "verbosity"])?;
    if let Some(verbosity) = member(ask, "text", "verbosity") {
        Kind::OneOf(&["low", "medium", "high"]).check("text.verbosity", verbosity)?;
    }
    let Some(format) = member(ask, "text", "format") else { return Ok(()) };
    if !format.is_object() {
        return Err(wrong_type("text.format", "an object", format));
    }
    match format.get("type").and_then(Value::as_str) {
        None => Err(missing("text.format.type")),
        Some("text" | "json_object") => only("text.format", format, &["type"]),
        Some("json_schema") => json_schema(format),
        Some(other) => {
            Err(invalid_value("text.format.type", other, "'json_object', 'text', and 'json_schema'"))
        }
    }
}

fn json_schema(format: &Value) -> Verdict {
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
    only("text.format", format, &["type", "name", "schema", "description", "strict"])?;
    // OpenAI's specification: not strict unless it says so.
    if format.get("strict") != Some(&Value::Bool(true)) {
        return Ok(());
    }
    schema::strict(schema).map_err(|problem| {
        let message = format!("Invalid schema for response_format '{name}': {problem}");
        engine(&message, Some("text.format.schema"), Some("invalid_json_schema"))
    })
}

/// OpenAI's specification has `mode` and `context` too; no document of Azure's has them, so they are refused.
pub(super) fn reasoning(ask: &Ask<'_>) -> Verdict {
    let Some(reasoning) = ask.get("reasoning") else { return Ok(()) };
    only("reasoning", reasoning, &["effort", "summary"])?;
    if let Some(effort) = member(ask, "reasoning", "effort") {
        Kind::OneOf(EFFORTS).check("reasoning.effort", effort)?;
    }
    match member(ask, "reasoning", "summary") {
        Some(summary) => Kind::OneOf(&["concise", "detailed", "auto"]).check("reasoning.summary", summary),
        None => Ok(()),
    }
}

/// litellm#28553, on Azure: `include_usage` is no member here.
pub(super) fn stream_options(ask: &Ask<'_>) -> Verdict {
    let Some(options) = ask.get("stream_options") else { return Ok(()) };
    only("stream_options", options, &["include_obfuscation"])?;
    if let Some(flag) = member(ask, "stream_options", "include_obfuscation") {
        Kind::Flag.check("stream_options.include_obfuscation", flag)?;
    }
    if ask.is_true("stream") {
        return Ok(());
    }
    let message = "The 'stream_options' parameter is only allowed when 'stream' is enabled.";
    Err(engine(message, Some("stream_options"), None))
}

/// `Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. …`, as Azure words it here.
pub(super) fn unsupported(path: &str, value: &str, model: &str, supported: &[&str]) -> SimError {
    let message = format!(
        "Unsupported value: '{value}' is not supported with the '{model}' model. Supported values are: {}.",
        listed(supported)
    );
    engine(&message, Some(path), Some("unsupported_value"))
}
