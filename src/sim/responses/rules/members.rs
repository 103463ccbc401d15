//! JSON types and ranges of the body's members, as in the specifications.

use serde_json::Value;

use crate::sim::{
    errors::{SimError, Verdict, engine},
    request::Ask,
    value_type::{ANY, Kind, no_longer, wrong_type},
};

/// In the order in which OpenAI looks at them.
const TYPES: &[(&str, Kind)] = &[
    ("model", Kind::Text),
    ("instructions", Kind::Text),
    ("previous_response_id", Kind::Text),
    ("prompt", Kind::Object),
    ("truncation", Kind::OneOf(&["auto", "disabled"])),
    ("include", Kind::List { min: 0, max: usize::MAX }),
    ("tools", Kind::List { min: 0, max: 128 }),
    ("tool_choice", Kind::Choice),
    ("metadata", Kind::Object),
    ("text", Kind::Object),
    ("temperature", Kind::Decimal { min: 0.0, max: 2.0 }),
    ("top_p", Kind::Decimal { min: 0.0, max: 1.0 }),
    ("top_logprobs", Kind::Whole { min: 0, max: 20 }),
    ("parallel_tool_calls", Kind::Flag),
    ("stream", Kind::Flag),
    ("stream_options", Kind::Object),
    ("background", Kind::Flag),
    ("max_output_tokens", Kind::Whole { min: 16, max: ANY }),
    ("max_tool_calls", Kind::Whole { min: 1, max: ANY }),
    ("reasoning", Kind::Object),
    ("safety_identifier", Kind::Text),
    ("service_tier", Kind::OneOf(&["auto", "default", "flex", "priority"])),
    ("store", Kind::Flag),
    ("user", Kind::Text),
    ("conversation", Kind::Choice),
    ("prompt_cache_key", Kind::Text),
    ("prompt_cache_retention", Kind::OneOf(&["in_memory", "24h"])),
    ("prompt_cache_options", Kind::Object),
    ("moderation", Kind::Object),
];

pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    for (name, kind) in TYPES {
        if let Some(value) = ask.get(name) {
            kind.check(name, value)?;
        }
    }
    metadata(ask)?;
    combinations(ask)
}

/// OpenAI's specification: 16 pairs, keys of 64 characters, values of 512.
fn metadata(ask: &Ask<'_>) -> Verdict {
    let Some(pairs) = ask.get("metadata").and_then(Value::as_object) else { return Ok(()) };
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
        no_longer(&path, text, 512)?;
        no_longer(&path, key, 64)?;
    }
    Ok(())
}

fn combinations(ask: &Ask<'_>) -> Verdict {
    if ask.get("previous_response_id").is_some() && ask.get("conversation").is_some() {
        return Err(exclusive("previous_response_id", "conversation"));
    }
    // Microsoft: background needs `store`. The wording is not captured.
    if ask.is_true("background") && ask.get("store") == Some(&Value::Bool(false)) {
        let message = "The 'background' parameter is only allowed when 'store' is enabled.";
        return Err(engine(message, Some("background"), None));
    }
    Ok(())
}

/// OpenAI's specification: the two exclude each other. The wording is the one of other such pairs.
fn exclusive(a: &str, b: &str) -> SimError {
    let message = format!(
        "Mutually exclusive parameters: '{a}' and '{b}'. Ensure you are only providing one of: '{a}' or '{b}'."
    );
    engine(&message, Some(a), Some("mutually_exclusive_parameters"))
}
