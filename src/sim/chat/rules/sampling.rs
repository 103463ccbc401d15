//! Checks of the sampling parameters that each class of model takes. Effort `none` allows more of them.

use serde_json::Value;

use crate::sim::{
    chat::read::effort,
    errors::{CheckResult, SimError, only_when_enabled, unsupported_parameter, unsupported_value},
    models::ModelClass,
    request::ApiRequest,
};

/// Parameters that every reasoning model refuses, at any effort and with any value. Microsoft's list does not have
/// `stop`, but o3 and o4-mini refuse it (OpenAI's specification, BERTopic#2423). For the others this is the stricter
/// reading.
const NEVER: &[&str] = &["presence_penalty", "frequency_penalty", "logit_bias", "stop"];

/// Parameters refused while the model reasons.
const WHILE_REASONING: &[&str] = &["top_p", "logprobs", "top_logprobs"];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    if !request.model.is_strict() {
        return logprobs(request);
    }
    for name in NEVER {
        if let Some(value) = request.get(name) {
            return Err(refused(request, name, value));
        }
    }
    if !request.model.is_reasoning_at(effort(request)) {
        return logprobs(request);
    }
    temperature(request)?;
    match WHILE_REASONING.iter().find(|name| request.get(name).is_some()) {
        Some(name) => Err(unsupported_parameter(name)),
        None => Ok(()),
    }
}

/// Returns the refusal of a parameter. The models of 2024-09 word the penalties as values with a fixed default.
fn refused(request: &ApiRequest<'_>, name: &str, value: &Value) -> SimError {
    let is_default = value.as_f64().is_none_or(|number| number == 0.0);
    if request.model.class == ModelClass::Gen0 && name.ends_with("_penalty") && !is_default {
        return unsupported_value(name, &value.to_string(), " Only the default (0) value is supported.");
    }
    unsupported_parameter(name)
}

fn temperature(request: &ApiRequest<'_>) -> CheckResult {
    let name = "temperature";
    let Some(value) = request.get(name) else { return Ok(()) };
    if request.model.class == ModelClass::O1 {
        return Err(unsupported_parameter(name));
    }
    if value.as_f64() == Some(1.0) {
        return Ok(());
    }
    Err(unsupported_value(name, &value.to_string(), " Only the default (1) value is supported."))
}

/// Checks that `top_logprobs` comes with `logprobs` (OpenAI's specification).
fn logprobs(request: &ApiRequest<'_>) -> CheckResult {
    if request.get("top_logprobs").is_some() && !request.is_true("logprobs") {
        return Err(only_when_enabled("top_logprobs", "logprobs"));
    }
    Ok(())
}
