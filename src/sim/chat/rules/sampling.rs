//! Sampling parameters: what each class of model takes, and what effort `none` gives back.

use serde_json::Value;

use crate::sim::{
    chat::read::effort,
    errors::{SimError, Verdict, engine, unsupported_parameter, unsupported_value},
    models::Class,
    request::Ask,
};

/// Refused by every reasoning model, whatever the effort and the value. Microsoft's list has no `stop`, but o3 and
/// o4-mini refuse it (OpenAI's specification, BERTopic#2423); for the others the stricter reading is taken.
const NEVER: &[&str] = &["presence_penalty", "frequency_penalty", "logit_bias", "stop"];

/// Refused while the model reasons.
const WHILE_REASONING: &[&str] = &["top_p", "logprobs", "top_logprobs"];

pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    if !ask.model.is_strict() {
        return logprobs(ask);
    }
    for name in NEVER {
        if let Some(value) = ask.get(name) {
            return Err(refused(ask, name, value));
        }
    }
    if !ask.model.is_reasoning_at(effort(ask)) {
        return logprobs(ask);
    }
    temperature(ask)?;
    match WHILE_REASONING.iter().find(|name| ask.get(name).is_some()) {
        Some(name) => Err(unsupported_parameter(name)),
        None => Ok(()),
    }
}

/// The models of 2024-09 worded the penalties as values with a fixed default.
fn refused(ask: &Ask<'_>, name: &str, value: &Value) -> SimError {
    let is_default = value.as_f64().is_none_or(|number| number == 0.0);
    if ask.model.class == Class::Gen0 && name.ends_with("_penalty") && !is_default {
        return unsupported_value(name, &value.to_string(), " Only the default (0) value is supported.");
    }
    unsupported_parameter(name)
}

fn temperature(ask: &Ask<'_>) -> Verdict {
    let name = "temperature";
    let Some(value) = ask.get(name) else { return Ok(()) };
    if ask.model.class == Class::O1 {
        return Err(unsupported_parameter(name));
    }
    if value.as_f64() == Some(1.0) {
        return Ok(());
    }
    Err(unsupported_value(name, &value.to_string(), " Only the default (1) value is supported."))
}

/// OpenAI's specification: `top_logprobs` needs `logprobs`.
fn logprobs(ask: &Ask<'_>) -> Verdict {
    if ask.get("top_logprobs").is_some() && !ask.is_true("logprobs") {
        let message = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.";
        return Err(engine(message, Some("top_logprobs"), None));
    }
    Ok(())
}
