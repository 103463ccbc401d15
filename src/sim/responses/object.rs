//! The response object, with every member that Azure's captures have.

use serde_json::{Value, json};

use super::output;
use crate::sim::{
    answer::GeneratedAnswer, directive::Directive, errors::SERVER_ERROR, filters, json::set,
    request::ApiRequest,
};

/// Builds the response in its final state.
pub(super) fn response_object(
    request: &ApiRequest<'_>,
    answer: &GeneratedAnswer,
    items: Vec<Value>,
    directive: &Directive,
    id: &str,
    model: &str,
) -> Value {
    let mut response = initial(request, answer.created, id, model);
    let finish = answer.choices.first().map_or("stop", |choice| choice.finish);
    let reason = match finish {
        "length" => Some("max_output_tokens"),
        "content_filter" => Some("content_filter"),
        _ => None,
    };
    let usage = &answer.usage;
    let usage = json!({
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens()},
        "total_tokens": usage.total_tokens,
    });
    set(&mut response, "service_tier", "default");
    set(&mut response, "completed_at", answer.created);
    set(&mut response, "content_filters", content_filters(finish));
    if let Some(code) = &directive.failed {
        set(&mut response, "status", "failed");
        set(&mut response, "error", json!({"code": code, "message": SERVER_ERROR}));
        set(&mut response, "completed_at", Value::Null);
        return response;
    }
    set(&mut response, "output", Value::Array(items));
    set(&mut response, "usage", usage);
    match reason {
        Some(reason) => {
            set(&mut response, "status", "incomplete");
            set(&mut response, "incomplete_details", json!({"reason": reason}));
            set(&mut response, "completed_at", Value::Null);
        }
        None => set(&mut response, "status", "completed"),
    }
    response
}

/// Returns the response as it was before it finished.
pub(super) fn unfinished(response: &Value, status: &str) -> Value {
    let mut unfinished = response.clone();
    for name in ["completed_at", "content_filters", "error", "incomplete_details", "usage"] {
        set(&mut unfinished, name, Value::Null);
    }
    set(&mut unfinished, "output", json!([]));
    set(&mut unfinished, "service_tier", "auto");
    set(&mut unfinished, "status", status);
    unfinished
}

/// Returns a background response after it was cancelled.
pub(super) fn cancelled(response: &Value) -> Value {
    unfinished(response, "cancelled")
}

/// Builds the response before the model's answer.
fn initial(request: &ApiRequest<'_>, created: u64, id: &str, model: &str) -> Value {
    let given = |name: &str| request.get(name).cloned().unwrap_or(Value::Null);
    let or = |name: &str, value: Value| request.get(name).cloned().unwrap_or(value);
    json!({
        "id": id,
        "object": "response",
        "created_at": created,
        "status": "in_progress",
        "background": or("background", json!(false)),
        "completed_at": null,
        "content_filters": null,
        "error": null,
        "incomplete_details": null,
        "instructions": given("instructions"),
        "max_output_tokens": given("max_output_tokens"),
        "max_tool_calls": given("max_tool_calls"),
        "model": model,
        "output": [],
        "parallel_tool_calls": or("parallel_tool_calls", json!(true)),
        "previous_response_id": given("previous_response_id"),
        "prompt_cache_key": given("prompt_cache_key"),
        "prompt_cache_retention": given("prompt_cache_retention"),
        "reasoning": output::echoed_reasoning(request),
        "safety_identifier": given("safety_identifier"),
        "service_tier": "auto",
        "store": or("store", json!(true)),
        "temperature": or("temperature", json!(1.0)),
        "text": text(request),
        "tool_choice": or("tool_choice", json!("auto")),
        "tools": request.list("tools").iter().map(tool).collect::<Vec<_>>(),
        "top_logprobs": or("top_logprobs", json!(0)),
        "top_p": or("top_p", json!(1.0)),
        "truncation": or("truncation", json!("disabled")),
        "usage": null,
        "user": given("user"),
        "metadata": or("metadata", json!({})),
    })
}

fn text(request: &ApiRequest<'_>) -> Value {
    let given = |name: &str| request.get("text")?.get(name).filter(|value| !value.is_null()).cloned();
    json!({
        "format": given("format").unwrap_or_else(|| json!({"type": "text"})),
        "verbosity": given("verbosity").unwrap_or_else(|| json!("medium")),
    })
}

/// Returns a tool as Azure echoes it, with its defaults filled in.
fn tool(tool: &Value) -> Value {
    let mut echoed = tool.clone();
    if tool.get("type").is_some_and(|kind| kind == "function")
        && let Some(members) = echoed.as_object_mut()
    {
        members.entry("description").or_insert(Value::Null);
        members.entry("parameters").or_insert(Value::Null);
        let strict = members.entry("strict").or_insert(Value::Null);
        if strict.is_null() {
            *strict = Value::Bool(true);
        }
    }
    echoed
}

/// Returns Azure's filter annotations: one entry for the prompt, one for the answer.
fn content_filters(finish: &str) -> Value {
    let entry = |source: &str, results: &str, blocked: bool| {
        let results: Value = serde_json::from_str(results).unwrap_or_default();
        json!({
            "blocked": blocked,
            "source_type": source,
            "content_filter_raw": [],
            "content_filter_results": results,
            "content_filter_offsets": {"start_offset": 0, "end_offset": 1_000, "check_offset": 0},
        })
    };
    let is_blocked = finish == "content_filter";
    json!([
        entry("prompt", filters::PROMPT_RESULTS, false),
        entry("completion", filters::for_finish(finish), is_blocked)
    ])
}
