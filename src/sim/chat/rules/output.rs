//! Checks of the answer's form: streaming, format, storage, prediction, modalities.

use serde_json::Value;

use crate::sim::{
    errors::{
        CheckResult, engine, invalid_value, missing, only_when_enabled, unsupported_parameter,
        unsupported_value, unsupported_value_of, value_needs_version,
    },
    models::{Feature, ModelClass},
    request::ApiRequest,
};

/// litellm#7693: o1 and its previews do not stream.
pub(super) fn streaming(request: &ApiRequest<'_>) -> CheckResult {
    if request.is_true("stream") && !request.has(Feature::Stream) {
        return Err(unsupported_value("stream", "true", " Supported values are: false."));
    }
    if request.get("stream_options").is_some() && !request.is_true("stream") {
        return Err(only_when_enabled("stream_options", "stream"));
    }
    // OpenAI's beta guide: n is fixed at 1 for o1-preview and o1-mini. The other models have no source.
    match request.get("n") {
        Some(n) if request.model.class == ModelClass::Gen0 && request.number("n") != Some(1) => {
            Err(unsupported_value("n", &n.to_string(), " Only the default (1) value is supported."))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn format(request: &ApiRequest<'_>) -> CheckResult {
    verbosity(request)?;
    let Some(format) = request.get("response_format") else { return Ok(()) };
    let kind = format.get("type").and_then(Value::as_str).ok_or_else(|| missing("response_format.type"))?;
    let feature = match kind {
        "text" => return Ok(()),
        "json_object" => Feature::JsonObject,
        "json_schema" => Feature::JsonSchema,
        other => {
            let supported = "'json_object', 'json_schema', and 'text'";
            return Err(invalid_value("response_format.type", other, supported));
        }
    };
    if kind == "json_schema" && !request.since("2024-08-01-preview") {
        return Err(value_needs_version("response_format", "json_schema", "2024-08-01-preview"));
    }
    if !request.has(feature) {
        let message = format!(
            "Invalid parameter: 'response_format' of type '{kind}' is not supported with this model."
        );
        return Err(engine(&message, Some("response_format"), None));
    }
    if kind == "json_schema" { schema(format) } else { Ok(()) }
}

/// Checks the schema's envelope, which needs a name (OpenAI's specification).
fn schema(format: &Value) -> CheckResult {
    let envelope = format.get("json_schema").ok_or_else(|| missing("response_format.json_schema"))?;
    match envelope.get("name").and_then(Value::as_str) {
        Some(_) => Ok(()),
        None => Err(missing("response_format.json_schema.name")),
    }
}

fn verbosity(request: &ApiRequest<'_>) -> CheckResult {
    let name = "verbosity";
    let Some(value) = request.text(name) else { return Ok(()) };
    let supported = request.model.verbosity.values();
    if supported.is_empty() {
        return Err(unsupported_parameter(name));
    }
    if supported.contains(&value) { Ok(()) } else { Err(unsupported_value_of(name, value, supported)) }
}

pub(super) fn storage(request: &ApiRequest<'_>) -> CheckResult {
    if request.get("metadata").is_some() && !request.is_true("store") {
        return Err(only_when_enabled("metadata", "store"));
    }
    Ok(())
}

/// Checks the model, and the parameters that a prediction excludes (Microsoft's predicted-outputs page).
pub(super) fn prediction(request: &ApiRequest<'_>) -> CheckResult {
    if request.get("prediction").is_none() {
        return Ok(());
    }
    if !request.has(Feature::Prediction) {
        return Err(unsupported_parameter("prediction"));
    }
    let positive = |name: &str| request.get(name).and_then(Value::as_f64).is_some_and(|number| number > 0.0);
    let excluded = ["max_completion_tokens", "tools", "functions", "audio"]
        .into_iter()
        .find(|name| request.get(name).is_some())
        .or_else(|| ["presence_penalty", "frequency_penalty"].into_iter().find(|name| positive(name)))
        .or_else(|| request.is_true("logprobs").then_some("logprobs"))
        .or_else(|| request.number("n").is_some_and(|n| n > 1).then_some("n"));
    match excluded {
        Some(name) => {
            let message = format!("Unsupported parameter: '{name}' is not supported with 'prediction'.");
            Err(engine(&message, Some(name), Some("unsupported_parameter")))
        }
        None => Ok(()),
    }
}

/// Only audio models take audio. The wording is not captured.
pub(super) fn modalities(request: &ApiRequest<'_>) -> CheckResult {
    if request.has(Feature::Audio) {
        return Ok(());
    }
    if request.get("audio").is_some() {
        return Err(unsupported_parameter("audio"));
    }
    if request.list("modalities").iter().any(|kind| kind == "audio") {
        return Err(unsupported_value_of("modalities", "audio", &["text"]));
    }
    Ok(())
}
