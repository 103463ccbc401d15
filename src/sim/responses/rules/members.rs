//! Checks of the JSON types and ranges of the body's members, as in the specifications.

use serde_json::Value;

use crate::sim::{
    errors::{CheckResult, SimError, engine, only_when_enabled},
    request::ApiRequest,
    value_type::{ANY, ValueType, max_length, wrong_type},
};

/// The types of the members, in OpenAI's order.
const TYPES: &[(&str, ValueType)] = &[
    ("model", ValueType::Text),
    ("instructions", ValueType::Text),
    ("previous_response_id", ValueType::Text),
    ("prompt", ValueType::Object),
    ("truncation", ValueType::OneOf(&["auto", "disabled"])),
    ("include", ValueType::List { min: 0, max: usize::MAX }),
    ("tools", ValueType::List { min: 0, max: 128 }),
    ("tool_choice", ValueType::Choice),
    ("metadata", ValueType::Object),
    ("text", ValueType::Object),
    ("temperature", ValueType::Decimal { min: 0.0, max: 2.0 }),
    ("top_p", ValueType::Decimal { min: 0.0, max: 1.0 }),
    ("top_logprobs", ValueType::Whole { min: 0, max: 20 }),
    ("parallel_tool_calls", ValueType::Flag),
    ("stream", ValueType::Flag),
    ("stream_options", ValueType::Object),
    ("background", ValueType::Flag),
    ("max_output_tokens", ValueType::Whole { min: 16, max: ANY }),
    ("max_tool_calls", ValueType::Whole { min: 1, max: ANY }),
    ("reasoning", ValueType::Object),
    ("safety_identifier", ValueType::Text),
    ("service_tier", ValueType::OneOf(&["auto", "default", "flex", "priority"])),
    ("store", ValueType::Flag),
    ("user", ValueType::Text),
    ("conversation", ValueType::Choice),
    ("prompt_cache_key", ValueType::Text),
    ("prompt_cache_retention", ValueType::OneOf(&["in_memory", "24h"])),
    ("prompt_cache_options", ValueType::Object),
    ("moderation", ValueType::Object),
    ("client_metadata", ValueType::Object),
];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    for (name, kind) in TYPES {
        if let Some(value) = request.get(name) {
            kind.check(name, value)?;
        }
    }
    metadata(request)?;
    combinations(request)
}

/// Checks the limits of OpenAI's specification: 16 pairs, keys of 64 characters, values of 512.
fn metadata(request: &ApiRequest<'_>) -> CheckResult {
    let Some(pairs) = request.get("metadata").and_then(Value::as_object) else { return Ok(()) };
    if pairs.len() > 16 {
        let message = format!(
            "Invalid 'metadata': too many properties. Expected an object with at most 16 properties, but got an \
             object with {} properties instead.",
            pairs.len()
        );
        return Err(engine(&message, Some("metadata"), Some("object_above_max_properties")));
    }
    for (key, value) in pairs {
        let path = format!("metadata.{key}");
        let text = value.as_str().ok_or_else(|| wrong_type(&path, "a string", value))?;
        max_length(&path, text, 512)?;
        max_length(&path, key, 64)?;
    }
    Ok(())
}

fn combinations(request: &ApiRequest<'_>) -> CheckResult {
    if request.get("previous_response_id").is_some() && request.get("conversation").is_some() {
        return Err(exclusive("previous_response_id", "conversation"));
    }
    // `background` needs `store` (Microsoft). The wording is not captured.
    if request.is_true("background") && request.get("store") == Some(&Value::Bool(false)) {
        return Err(only_when_enabled("background", "store"));
    }
    Ok(())
}

/// Returns the error for two parameters that exclude each other (OpenAI's specification). The wording is that of other
/// such pairs.
fn exclusive(a: &str, b: &str) -> SimError {
    let message = format!(
        "Mutually exclusive parameters: '{a}' and '{b}'. Ensure you are only providing one of: '{a}' or '{b}'."
    );
    engine(&message, Some(a), Some("mutually_exclusive_parameters"))
}
