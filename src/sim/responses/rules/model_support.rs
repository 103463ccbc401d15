//! Checks of what the model takes: streams, efforts, sampling, caps, tools, formats, images.

use serde_json::Value;

use super::output::unsupported;
use crate::sim::{
    checks::output_limit,
    errors::{CheckResult, engine, invalid_value, unsupported_parameter, unsupported_value},
    json::text,
    models::{Feature, ModelClass, ToolSupport},
    request::ApiRequest,
    responses::read::{self, effort, given_effort, includes},
};

pub(super) fn streaming(request: &ApiRequest<'_>) -> CheckResult {
    if request.is_true("stream") && !request.has(Feature::Stream) {
        return Err(unsupported_value("stream", "true", " Supported values are: false."));
    }
    Ok(())
}

fn effort_values<'a>(request: &ApiRequest<'a>) -> Vec<&'a str> {
    let most = request.has(Feature::MaxEffort).then_some("max");
    request.model.efforts.iter().copied().chain(most).collect()
}

/// Checks efforts and summaries, which need a model that reasons. Only this operation takes `max` (Microsoft's
/// `reasoning.md`).
pub(super) fn efforts(request: &ApiRequest<'_>) -> CheckResult {
    let summary = request.get("reasoning").and_then(|reasoning| reasoning.get("summary"));
    if summary.is_some_and(|summary| !summary.is_null()) && !request.model.reasons() {
        return Err(unsupported_parameter("reasoning.summary"));
    }
    let Some(value) = given_effort(request) else { return Ok(()) };
    let values = effort_values(request);
    if values.is_empty() {
        return Err(unsupported_parameter("reasoning.effort"));
    }
    if values.contains(&value) {
        return Ok(());
    }
    Err(unsupported("reasoning.effort", value, request.model.name, &values))
}

/// Refuses a second reasoning item (hermes-agent#101243, dyad#4549).
pub(super) fn reasoning_items(request: &ApiRequest<'_>) -> CheckResult {
    let reasoning_items =
        request.list("input").iter().filter(|item| read::item_type(item) == "reasoning").count();
    if reasoning_items > 1 && request.has(Feature::OneReasoningItem) {
        let message = "Conflicting authenticated continuation identities.";
        return Err(engine(message, Some("input"), Some("invalid_value")));
    }
    Ok(())
}

/// Refuses a call with an id without the reasoning that led to it (continue#12113, laravel/ai#1052). Azure reads in the
/// id which reasoning that was. That every call of a model that reasons has some is the stricter reading.
pub(super) fn calls_without_reasoning(request: &ApiRequest<'_>) -> CheckResult {
    let stored = ["previous_response_id", "conversation"].iter().any(|name| request.get(name).is_some());
    if stored || !request.model.reasons() {
        return Ok(());
    }
    let mut reasoned = false;
    for item in request.list("input") {
        match (read::item_type(item), text(item, "role"), text(item, "id")) {
            ("reasoning" | "item_reference", ..) => reasoned = true,
            ("message", "assistant", _) => {}
            ("message", ..) => reasoned = false,
            (output, ..) if output.ends_with("_call_output") => reasoned = false,
            ("function_call", _, id) if id.starts_with("fc_") && !reasoned => {
                let reasoning = id.replacen("fc", "rs", 1);
                let message = format!(
                    "Item '{id}' of type 'function_call' was provided without its required 'reasoning' item: \
                     '{reasoning}'."
                );
                return Err(engine(&message, Some("input"), None));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Refuses sampling parameters while the model reasons, with any value. OpenAI's wording has no code here.
pub(super) fn sampling(request: &ApiRequest<'_>) -> CheckResult {
    if !request.model.is_reasoning_at(effort(request)) {
        return Ok(());
    }
    if let Some(name) = ["temperature", "top_p"].into_iter().find(|name| request.get(name).is_some()) {
        let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
        return Err(engine(&message, Some(name), None));
    }
    let logprobs = includes(request, "message.output_text.logprobs").then_some("include");
    match request.get("top_logprobs").map(|_| "top_logprobs").or(logprobs) {
        Some(param) => {
            let message = "logprobs are not supported with reasoning models.";
            Err(engine(message, Some(param), Some("unsupported_parameter")))
        }
        None => Ok(()),
    }
}

/// Refuses encrypted reasoning of a model that does not reason (seen with gpt-4o-mini, gpt-4.1-mini and others).
pub(super) fn include(request: &ApiRequest<'_>) -> CheckResult {
    if !includes(request, "reasoning.encrypted_content") || request.model.reasons() {
        return Ok(());
    }
    Err(engine("Encrypted content is not supported with this model.", Some("include"), None))
}

pub(super) fn cap(request: &ApiRequest<'_>) -> CheckResult {
    output_limit(request, "max_output_tokens")
}

/// Checks `parallel_tool_calls` as chat does. The o-series refuses both values, the gpt-5 models while the effort is
/// `minimal`.
pub(super) fn parallel(request: &ApiRequest<'_>) -> CheckResult {
    let name = "parallel_tool_calls";
    if request.get(name).is_none() {
        return Ok(());
    }
    let refused = match request.model.tools {
        ToolSupport::Refused => true,
        ToolSupport::Sequential => request.model.class != ModelClass::Classic,
        ToolSupport::ParallelUnlessMinimal => {
            effort(request) == "minimal" && !request.list("tools").is_empty()
        }
        ToolSupport::Parallel | ToolSupport::WithoutEffort | ToolSupport::Elsewhere => false,
    };
    if refused { Err(unsupported_parameter(name)) } else { Ok(()) }
}

/// Refuses calls and results if the model refuses tools, as chat does and in the same words. The wording is unverified.
pub(super) fn history(request: &ApiRequest<'_>) -> CheckResult {
    if request.model.tools != ToolSupport::Refused {
        return Ok(());
    }
    for (at, item) in request.list("input").iter().enumerate() {
        let kind = read::item_type(item);
        if matches!(kind.trim_end_matches("_output"), "function_call" | "custom_tool_call") {
            return Err(unsupported_value(&format!("input[{at}].type"), &format!("'{kind}'"), ""));
        }
    }
    Ok(())
}

/// Checks that the model takes tools. This operation serves function tools with every effort, and custom tools from
/// gpt-5 on ("only supported with GPT-5 series models": Databricks' page on the Responses API).
pub(super) fn tools(request: &ApiRequest<'_>) -> CheckResult {
    let tools = request.list("tools");
    if tools.is_empty() {
        return Ok(());
    }
    if request.model.tools == ToolSupport::Refused {
        return Err(unsupported_parameter("tools"));
    }
    let custom = tools.iter().position(|tool| text(tool, "type") == "custom");
    match custom {
        Some(at) if !request.has(Feature::CustomTools) => {
            let known = "'file_search', 'function', 'web_search_preview', 'mcp', 'code_interpreter', and \
                         'image_generation'";
            Err(invalid_value(&format!("tools[{at}].type"), "custom", known))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn text_options(request: &ApiRequest<'_>) -> CheckResult {
    let Some(options) = request.get("text") else { return Ok(()) };
    if let Some(value) = options.get("verbosity").and_then(Value::as_str) {
        let supported = request.model.verbosity.values();
        if supported.is_empty() {
            return Err(unsupported_parameter("text.verbosity"));
        }
        if !supported.contains(&value) {
            return Err(unsupported("text.verbosity", value, request.model.name, supported));
        }
    }
    let kind = options.get("format").map_or("text", |format| text(format, "type"));
    let feature = match kind {
        "json_object" => Feature::JsonObject,
        "json_schema" => Feature::JsonSchema,
        _ => return Ok(()),
    };
    if request.has(feature) {
        return Ok(());
    }
    let message =
        format!("Invalid parameter: 'text.format' of type '{kind}' is not supported with this model.");
    Err(engine(&message, Some("text.format"), None))
}

/// Refuses images if the model does not take them, in the words of chat.
pub(super) fn images(request: &ApiRequest<'_>) -> CheckResult {
    if request.has(Feature::Images) {
        return Ok(());
    }
    for (at, item) in request.list("input").iter().enumerate() {
        let parts = item.get("content").and_then(Value::as_array).into_iter().flatten();
        if let Some(place) = parts.into_iter().position(|part| text(part, "type") == "input_image") {
            let message = "Invalid content type. image_url is only supported by certain models.";
            let param = format!("input[{at}].content[{place}]");
            return Err(engine(message, Some(&param), None));
        }
    }
    Ok(())
}
