//! Checks of what a request takes from earlier ones: the response that it continues, the items that it references, and
//! the reasoning that it sends back. Also checks that calls and results match.

use serde_json::Value;

use crate::sim::{
    errors::{CheckResult, SimError, engine, missing, not_found},
    json::text,
    request::ApiRequest,
    responses::{read::item_type, seal, store::ResponseStore},
};

/// Returns the conversation of a request, the oldest item first.
///
/// Without a store, a response that the request continues counts as stored, with every call whose result the request
/// has.
pub(super) fn resolve_input(
    request: &ApiRequest<'_>,
    store: Option<&ResponseStore>,
    resource: &str,
) -> Result<Vec<Value>, SimError> {
    refuse_id("conversation", request.get("conversation"), "Conversation")?;
    refuse_id("prompt", request.get("prompt"), "Prompt")?;
    let previous = request.text("previous_response_id");
    let before = match (previous, store) {
        (Some(id), Some(store)) => store.conversation(id).ok_or_else(|| previous_not_found(id))?,
        (Some(_), None) | (None, _) => Vec::new(),
    };
    if previous.is_none() && is_empty(request.body.get("input")) {
        let message =
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.";
        return Err(engine(message, None, Some("missing_required_parameter")));
    }
    let own_items = own_items(request, store, resource)?;
    reasoning_is_followed(&own_items)?;
    if let Some(store) = store {
        has_its_reasoning(&own_items, &before, store)?;
    }
    let knows_all = previous.is_none() || store.is_some();
    let items: Vec<Value> = before.into_iter().chain(own_items).collect();
    calls_match_results(&items, knows_all)?;
    Ok(items)
}

fn is_empty(input: Option<&Value>) -> bool {
    match input {
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        Some(_) | None => true,
    }
}

/// Refuses every id of a conversation or a reusable prompt. Conversations are not documented for a resource, and the
/// end of reusable prompts is announced.
fn refuse_id(name: &str, value: Option<&Value>, what: &str) -> CheckResult {
    let Some(value) = value else { return Ok(()) };
    let id = value.as_str().unwrap_or_else(|| text(value, "id"));
    if id.is_empty() {
        return Err(missing(&format!("{name}.id")));
    }
    let message = format!("{what} with id '{id}' not found.");
    Err(not_found(&message, None))
}

/// bifrost#2441.
fn previous_not_found(id: &str) -> SimError {
    let message = format!("Previous response with id '{id}' not found.");
    engine(&message, Some("previous_response_id"), Some("previous_response_not_found"))
}

/// Returns the request's own items. References are replaced by the stored items.
fn own_items(
    request: &ApiRequest<'_>,
    store: Option<&ResponseStore>,
    resource: &str,
) -> Result<Vec<Value>, SimError> {
    if let Some(input) = request.text("input") {
        return Ok(vec![serde_json::json!({"type": "message", "role": "user", "content": input})]);
    }
    let mut items = Vec::new();
    for (at, item) in request.list("input").iter().enumerate() {
        match item_type(item) {
            "item_reference" => match store {
                Some(store) => {
                    let id = text(item, "id");
                    items.push(store.item(id).ok_or_else(|| item_not_found(id))?.clone());
                }
                None => items.push(item.clone()),
            },
            "reasoning" => {
                reasoning(at, item, store, resource)?;
                items.push(item.clone());
            }
            "compaction" => {
                seal::verify(resource, text(item, "encrypted_content"))?;
                items.push(item.clone());
            }
            _ => items.push(item.clone()),
        }
    }
    Ok(items)
}

/// Checks a reasoning item, which is encrypted or has the id of a stored item.
fn reasoning(at: usize, item: &Value, store: Option<&ResponseStore>, resource: &str) -> CheckResult {
    if let Some(content) = item.get("encrypted_content").and_then(Value::as_str) {
        return seal::verify(resource, content);
    }
    let id = text(item, "id");
    if id.is_empty() {
        return Err(missing(&format!("input[{at}].encrypted_content")));
    }
    if store.is_some_and(|store| store.item(id).is_some()) { Ok(()) } else { Err(item_not_found(id)) }
}

/// OpenAI's wording.
fn item_not_found(id: &str) -> SimError {
    let message = format!(
        "Item with id '{id}' not found. Items are not persisted when `store` is set to false. Try again with `store` \
         set to true, or remove this item from your input."
    );
    not_found(&message, Some("input"))
}

/// Returns whether an item is output of a model.
fn is_model_output(item: &Value) -> bool {
    match item_type(item) {
        "message" => text(item, "role") == "assistant",
        "function_call_output"
        | "custom_tool_call_output"
        | "computer_call_output"
        | "additional_tools"
        | "compaction_trigger" => false,
        _ => true,
    }
}

/// Checks that model output follows every reasoning item (continue#8933, vercel/ai#7099).
fn reasoning_is_followed(items: &[Value]) -> CheckResult {
    let mut behind = items.iter().skip(1);
    for item in items {
        let next = behind.next();
        if item_type(item) == "reasoning" && !next.is_some_and(is_model_output) {
            let message = format!(
                "Item '{}' of type 'reasoning' was provided without its required following item.",
                text(item, "id")
            );
            return Err(engine(&message, Some("input"), None));
        }
    }
    Ok(())
}

/// Checks that an output item with the id of a stored item comes with its reasoning item (continue#11994,
/// vercel/ai#7099).
fn has_its_reasoning(own_items: &[Value], before: &[Value], store: &ResponseStore) -> CheckResult {
    let is_here = |id: &str| own_items.iter().chain(before).any(|item| text(item, "id") == id);
    for item in own_items.iter().filter(|item| is_model_output(item)) {
        let id = text(item, "id");
        let Some(stored) = store.producer(id).filter(|_| !id.is_empty()) else { continue };
        let thought = stored.output().iter().take_while(|one| text(one, "id") != id);
        let thought = thought.filter(|one| item_type(one) == "reasoning").last();
        if let Some(needed) = thought.map(|one| text(one, "id")).filter(|needed| !is_here(needed)) {
            let message = format!(
                "Item '{id}' of type '{}' was provided without its required 'reasoning' item: '{needed}'.",
                item_type(item)
            );
            return Err(engine(&message, Some("input"), None));
        }
    }
    Ok(())
}

/// Checks that every call has a result after it and every result a call before it.
fn calls_match_results(items: &[Value], knows_all: bool) -> CheckResult {
    let mut open: Vec<(&str, &str)> = Vec::new();
    for item in items {
        let id = text(item, "call_id");
        match item_type(item) {
            call @ ("function_call" | "custom_tool_call") => open.push((call, id)),
            output @ ("function_call_output" | "custom_tool_call_output") => {
                let call = output.trim_end_matches("_output");
                match open.iter().position(|one| *one == (call, id)) {
                    Some(at) => {
                        open.remove(at);
                    }
                    None if knows_all => return Err(no_call(call, id)),
                    None => {}
                }
            }
            _ => {}
        }
    }
    match open.first() {
        Some((call, id)) => {
            let message = format!("No tool output found for {} {id}.", call.replace('_', " "));
            Err(engine(&message, Some("input"), None))
        }
        None => Ok(()),
    }
}

fn no_call(call: &str, id: &str) -> SimError {
    let message = format!("No tool call found for {} output with call_id {id}.", call.replace('_', " "));
    engine(&message, Some("input"), None)
}
