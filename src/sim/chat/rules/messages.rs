//! Checks of the messages: roles, contents, and tool results that match the calls before them.

use serde_json::Value;

use crate::sim::{
    checks::one_instruction_role,
    errors::{CheckResult, SimError, engine, invalid_value, missing, unknown_parameter, unsupported_value},
    models::{Feature, ModelClass, ToolSupport},
    request::ApiRequest,
    value_type::{max_length, wrong_type},
};

const ROLES: &str = "'system', 'assistant', 'user', 'function', and 'tool'";
const ROLES_WITH_DEVELOPER: &str = "'system', 'assistant', 'user', 'function', 'tool', and 'developer'";

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    let messages = request.list("messages");
    for (at, message) in messages.iter().enumerate() {
        if !message.is_object() {
            return Err(wrong_type(&format!("messages[{at}]"), "an object", message));
        }
        role(request, at, message)?;
        content(request, at, message)?;
        images_of_users(at, message)?;
        no_empty_calls(at, message)?;
        complete_calls(at, message)?;
        short_ids(at, message)?;
    }
    // What a model-router takes depends on the model it routes to.
    if request.model.class != ModelClass::Routed {
        one_instruction_role("messages", |role| {
            messages.iter().position(|message| role_of(message) == role)
        })?;
    }
    answered(messages)
}

fn role_of(message: &Value) -> &str {
    message.get("role").and_then(Value::as_str).unwrap_or_default()
}

fn role(request: &ApiRequest<'_>, at: usize, message: &Value) -> CheckResult {
    let param = format!("messages[{at}].role");
    let role = message.get("role").ok_or_else(|| missing(&param))?;
    let role = role.as_str().ok_or_else(|| wrong_type(&param, "a string", role))?;
    // The role came with o1 (llama_index#17748). Older api-versions and the o1 previews do not know it.
    let developer = request.since("2024-12-01-preview") && request.model.class != ModelClass::Gen0;
    let refused = match role {
        "developer" if !developer => return Err(invalid_value(&param, role, ROLES)),
        "user" | "assistant" | "developer" => false,
        "system" => request.model.class == ModelClass::Gen0,
        // Models that refuse tools or functions refuse their results too. This is the stricter reading.
        "tool" => request.model.tools == ToolSupport::Refused,
        "function" => !request.has(Feature::Functions),
        other => {
            let known = if developer { ROLES_WITH_DEVELOPER } else { ROLES };
            return Err(invalid_value(&param, other, known));
        }
    };
    if refused { Err(unsupported_value(&param, &format!("'{role}'"), "")) } else { Ok(()) }
}

fn content(request: &ApiRequest<'_>, at: usize, message: &Value) -> CheckResult {
    match message.get("content") {
        Some(Value::String(_)) => Ok(()),
        Some(Value::Array(parts)) => {
            parts.iter().enumerate().try_for_each(|(place, part)| self::part(request, at, place, part))
        }
        None | Some(Value::Null) if calls_something(message) => Ok(()),
        None | Some(Value::Null) => {
            let param = format!("messages.[{at}].content");
            Err(engine("Invalid value for 'content': expected a string, got null.", Some(&param), None))
        }
        Some(other) => {
            let param = format!("messages[{at}].content");
            Err(wrong_type(&param, "one of a string or array of objects", other))
        }
    }
}

/// Returns whether an assistant message has calls, a refusal or audio, and so needs no text.
fn calls_something(message: &Value) -> bool {
    let given = |key: &str| message.get(key).is_some_and(|value| !value.is_null());
    role_of(message) == "assistant"
        && ["tool_calls", "function_call", "refusal", "audio"].into_iter().any(given)
}

fn part(request: &ApiRequest<'_>, at: usize, place: usize, part: &Value) -> CheckResult {
    let param = format!("messages.[{at}].content.[{place}].type");
    let kind = part.get("type").and_then(Value::as_str).ok_or_else(|| missing(&param))?;
    match kind {
        "text" if part.get("text").is_some_and(Value::is_string) => {
            only_known(&format!("messages[{at}].content[{place}]"), part)
        }
        "text" => Err(missing(&format!("messages[{at}].content[{place}].text"))),
        "image_url" if !request.has(Feature::Images) => Err(not_taken(&param, kind)),
        "image_url" if part.get("image_url").and_then(|image| image.get("url")).is_none() => {
            Err(missing(&format!("messages[{at}].content[{place}].image_url.url")))
        }
        "input_audio" if !request.has(Feature::Audio) => Err(not_taken(&param, kind)),
        "refusal" | "audio" | "image_url" | "input_audio" => Ok(()),
        other => {
            let message = format!(
                "Invalid Value: '{other}'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', \
                 and 'audio'."
            );
            Err(engine(&message, Some(&param), Some("invalid_value")))
        }
    }
}

/// Refuses other members of a text, in the words of the newer engine ("Unknown parameter").
fn only_known(path: &str, part: &Value) -> CheckResult {
    const KNOWN: &[&str] = &["type", "text", "prompt_cache_breakpoint"];
    let mut members = part.as_object().into_iter().flat_map(|members| members.keys());
    match members.find(|name| !KNOWN.contains(&name.as_str())) {
        Some(name) => Err(unknown_parameter(&format!("{path}.{name}"))),
        None => Ok(()),
    }
}

/// OpenHands#7700, openai-node#1030.
fn images_of_users(at: usize, message: &Value) -> CheckResult {
    let parts = message.get("content").and_then(Value::as_array).into_iter().flatten();
    let is_image = |part: &Value| part.get("type").is_some_and(|kind| kind == "image_url");
    let role = role_of(message);
    if role == "user" || !parts.into_iter().any(is_image) {
        return Ok(());
    }
    let param = format!("messages[{at}]");
    let message = format!(
        "Invalid '{param}'. Image URLs are only allowed for messages with role 'user', but this message with role \
         '{role}' contains an image URL."
    );
    Err(engine(&message, Some(&param), Some("invalid_value")))
}

/// Checks that each call has a type, and a function call its arguments (Azure's specification).
fn complete_calls(at: usize, message: &Value) -> CheckResult {
    let calls = message.get("tool_calls").and_then(Value::as_array).into_iter().flatten();
    for (call, made) in calls.enumerate() {
        let path = format!("messages[{at}].tool_calls[{call}]");
        if made.get("type").is_none_or(Value::is_null) {
            return Err(missing(&format!("{path}.type")));
        }
        let Some(function) = made.get("function").filter(|function| function.is_object()) else { continue };
        match function.get("arguments") {
            Some(Value::String(_)) => {}
            None => return Err(missing(&format!("{path}.function.arguments"))),
            Some(other) => return Err(wrong_type(&format!("{path}.function.arguments"), "a string", other)),
        }
    }
    Ok(())
}

/// browser-use/web-ui#274.
fn not_taken(param: &str, kind: &str) -> SimError {
    let message = format!("Invalid content type. {kind} is only supported by certain models.");
    engine(&message, Some(param), None)
}

/// openai-python#2061.
fn no_empty_calls(at: usize, message: &Value) -> CheckResult {
    if message.get("tool_calls").and_then(Value::as_array).is_none_or(|calls| !calls.is_empty()) {
        return Ok(());
    }
    let param = format!("messages[{at}].tool_calls");
    let message = format!(
        "Invalid '{param}': empty array. Expected an array with minimum length 1, but got an empty array instead."
    );
    Err(engine(&message, Some(&param), Some("empty_array")))
}

/// Checks the length of call ids (litellm#11392, azure-dev#7324). The same limit for a result's id is the stricter
/// reading.
fn short_ids(at: usize, message: &Value) -> CheckResult {
    let ids = calls(message).into_iter().enumerate();
    let ids = ids.map(|(call, id)| (format!("messages[{at}].tool_calls[{call}].id"), id));
    let result = message.get("tool_call_id").and_then(Value::as_str);
    let result = result.map(|id| (format!("messages[{at}].tool_call_id"), id));
    ids.chain(result).try_for_each(|(path, id)| max_length(&path, id, 40))
}

/// Checks that the results of an assistant's calls follow right after them, and that every result has a call.
fn answered(messages: &[Value]) -> CheckResult {
    let mut open: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        if role_of(message) == "tool" {
            let id = message.get("tool_call_id").and_then(Value::as_str);
            let id = id.ok_or_else(|| missing(&format!("messages[{at}].tool_call_id")))?;
            let call = open.iter().position(|call| *call == id).ok_or_else(|| orphan(at))?;
            open.remove(call);
        } else {
            unanswered(at, &open)?;
            open = calls(message);
        }
    }
    unanswered(messages.len(), &open)
}

fn calls(message: &Value) -> Vec<&str> {
    let calls = message.get("tool_calls").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    calls.iter().filter_map(|call| call.get("id").and_then(Value::as_str)).collect()
}

fn orphan(at: usize) -> SimError {
    let message = "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with \
                   'tool_calls'.";
    engine(message, Some(&format!("messages.[{at}].role")), None)
}

fn unanswered(at: usize, open: &[&str]) -> CheckResult {
    if open.is_empty() {
        return Ok(());
    }
    let message = format!(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to each \
         'tool_call_id'. The following tool_call_ids did not have response messages: {}",
        open.join(", ")
    );
    Err(engine(&message, Some(&format!("messages.[{at}].role")), None))
}
