//! The paths of stored responses: retrieve, stream again, cancel, delete, and list input items.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    events::{self, EventStyle},
    object,
    read::item_type,
    rules,
};
use crate::sim::{
    errors::{SimError, engine, not_found},
    incoming::IncomingRequest,
    json::{list, set, text},
    json_response::json_or_error,
    request::ApiRequest,
    simulator::{Simulator, lock},
};

/// Returns the items of a request's own input, each with an id.
pub(super) fn items_with_ids(request: &ApiRequest<'_>, items: &[Value], serial: u64) -> Vec<Value> {
    let own = request.body.get("input").and_then(Value::as_array).map_or(1, Vec::len);
    let own = items.iter().skip(items.len().saturating_sub(own)).cloned();
    own.enumerate().map(|(at, item)| with_id(item, serial, at)).collect()
}

fn with_id(mut item: Value, serial: u64, at: usize) -> Value {
    let head = match item_type(&item) {
        "message" => "msg",
        "function_call" | "function_call_output" => "fc",
        "custom_tool_call" | "custom_tool_call_output" => "ctc",
        "reasoning" => "rs",
        _ => "item",
    };
    if let Some(members) = item.as_object_mut() {
        members.entry("type").or_insert_with(|| json!("message"));
        members.entry("id").or_insert_with(|| json!(format!("{head}_in{serial:024}{at}")));
    }
    item
}

/// Checks the surface and the key.
fn admit(simulator: &Simulator, incoming: &IncomingRequest) -> Result<(), SimError> {
    let surface = incoming.surface()?;
    incoming.authorize(simulator, &surface)?;
    rules::has_operation(&surface)
}

fn unknown(id: &str) -> SimError {
    not_found(&format!("Response with id '{id}' not found."), None)
}

/// Returns a response. A background response finishes when it is first retrieved.
pub(super) async fn retrieve(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    incoming: IncomingRequest,
) -> Response {
    let found = admit(&simulator, &incoming).and_then(|()| {
        let mut store = lock(&simulator.state.responses);
        let stored = store.find_mut(&id).ok_or_else(|| unknown(&id))?;
        stored.is_waiting = false;
        Ok(stored.object.clone())
    });
    match found {
        Ok(response) if incoming.query("stream") == Some("true") => {
            let obfuscation = incoming.query("include_obfuscation") != Some("false");
            let after = incoming.query("starting_after").and_then(|number| number.parse().ok());
            replay(&response, EventStyle { obfuscation, ..EventStyle::default() }, after)
        }
        other => json_or_error(other),
    }
}

/// Streams the events again, or those after a number.
fn replay(response: &Value, style: EventStyle, after: Option<usize>) -> Response {
    let events = events::events(response, list(response, "output"), style);
    let events: Vec<_> = events.into_iter().skip(after.map_or(0, |number| number + 1)).collect();
    let kind = [("content-type", "text/event-stream; charset=utf-8")];
    (StatusCode::OK, kind, events.concat()).into_response()
}

pub(super) async fn delete(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    incoming: IncomingRequest,
) -> Response {
    json_or_error(admit(&simulator, &incoming).and_then(|()| {
        if lock(&simulator.state.responses).remove(&id) {
            return Ok(json!({"id": id, "object": "response.deleted", "deleted": true}));
        }
        Err(unknown(&id))
    }))
}

/// Cancels a background response that is not finished.
pub(super) async fn cancel(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    incoming: IncomingRequest,
) -> Response {
    json_or_error(admit(&simulator, &incoming).and_then(|()| {
        let mut store = lock(&simulator.state.responses);
        let stored = store.find_mut(&id).ok_or_else(|| unknown(&id))?;
        if stored.object.get("background") != Some(&Value::Bool(true)) {
            return Err(engine("Cannot cancel a synchronous response.", None, None));
        }
        let status = text(&stored.object, "status");
        if !stored.is_waiting && status != "cancelled" {
            return Err(engine(&format!("Cannot cancel a {status} response."), None, None));
        }
        stored.is_waiting = false;
        stored.object = object::cancelled(&stored.object);
        Ok(stored.object.clone())
    }))
}

/// Lists the input items: the newest first unless `order=asc`, and 20 unless `limit` is given.
pub(super) async fn input_items(
    State(simulator): State<Simulator>,
    Path(id): Path<String>,
    incoming: IncomingRequest,
) -> Response {
    json_or_error(admit(&simulator, &incoming).and_then(|()| {
        let store = lock(&simulator.state.responses);
        let stored = store.find(&id).ok_or_else(|| unknown(&id))?;
        let limit = incoming.query("limit").map_or(Some(20), |limit| limit.parse().ok());
        let limit = limit.filter(|limit| (1..=100).contains(limit)).ok_or_else(|| {
            let message = "Invalid 'limit': expected an integer between 1 and 100.";
            engine(message, Some("limit"), Some("invalid_value"))
        })?;
        let mut items: Vec<Value> = stored.input.iter().map(as_listed).collect();
        if incoming.query("order") != Some("asc") {
            items.reverse();
        }
        if let Some(after) = incoming.query("after") {
            let behind = items.iter().position(|item| text(item, "id") == after).map_or(0, |at| at + 1);
            items.drain(..behind);
        }
        let has_more = items.len() > limit;
        items.truncate(limit);
        let id_of = |item: Option<&Value>| item.and_then(|item| item.get("id").cloned());
        Ok(json!({"object": "list", "first_id": id_of(items.first()), "last_id": id_of(items.last()),
                  "has_more": has_more, "data": items}))
    }))
}

/// Returns an item as it is listed: a message is completed, and its content is a list of parts.
fn as_listed(item: &Value) -> Value {
    let mut listed = item.clone();
    if text(item, "type") == "message" {
        set(&mut listed, "status", "completed");
        if let Some(Value::String(content)) = item.get("content") {
            let kind = if text(item, "role") == "assistant" { "output_text" } else { "input_text" };
            set(&mut listed, "content", json!([{"type": kind, "text": content}]));
        }
    }
    listed
}
