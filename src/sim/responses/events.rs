//! Writes a response as a stream of events. They are made from the object alone, so that a stored response can be
//! streamed again.

use bytes::Bytes;
use serde_json::{Value, json};

use super::object;
use crate::sim::{
    json::{extend, list, set, text},
    obfuscation::padding,
    usage,
};

/// The form of a stream.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct EventStyle {
    pub(super) obfuscation: bool,
    /// Whether the deltas of several tool calls alternate.
    pub(super) interleave: bool,
    /// Whether the stream has events of unknown types.
    pub(super) odd_events: bool,
}

/// Returns the events of a response. Each is a whole event. If the response failed, `items` are the items that it had
/// begun.
pub(super) fn events(response: &Value, items: &[Value], style: EventStyle) -> Vec<Bytes> {
    let mut events = Vec::new();
    let status = text(response, "status");
    events.push(json!({"type": "response.created", "response": object::unfinished(response, "in_progress")}));
    events.push(
        json!({"type": "response.in_progress", "response": object::unfinished(response, "in_progress")}),
    );
    let mut middle = middle(items, style);
    if status == "failed" {
        middle.truncate(middle.len().div_ceil(2));
    }
    if style.odd_events {
        let half = middle.len() / 2;
        middle.insert(half, json!({"type": "keepalive"}));
        middle
            .insert(0, json!({"type": "response.sim_novelty.delta", "output_index": 0, "delta": {"x": [1]}}));
    }
    events.append(&mut middle);
    let end = match status {
        "failed" => "response.failed",
        "incomplete" => "response.incomplete",
        _ => "response.completed",
    };
    events.push(json!({"type": end, "response": response}));
    events.into_iter().enumerate().map(|(number, event)| frame(event, number, style)).collect()
}

fn frame(mut event: Value, number: usize, style: EventStyle) -> Bytes {
    set(&mut event, "sequence_number", number);
    if style.obfuscation && event.get("delta").is_some_and(Value::is_string) {
        set(&mut event, "obfuscation", padding(number));
    }
    Bytes::from(format!("event: {}\ndata: {event}\n\n", text(&event, "type")))
}

/// The events of one item: the event that adds it, its deltas, and the events that end it.
struct ItemEvents {
    begin: Value,
    deltas: Vec<Value>,
    done: Vec<Value>,
}

fn middle(items: &[Value], style: EventStyle) -> Vec<Value> {
    let mut events = Vec::new();
    let mut calls = Vec::new();
    for (item, index) in items.iter().zip(0..) {
        let item_events = item_events(item, index);
        if style.interleave && text(item, "type").ends_with("_call") && item.get("call_id").is_some() {
            calls.push(item_events);
            continue;
        }
        events.push(item_events.begin);
        events.extend(item_events.deltas);
        events.extend(item_events.done);
    }
    events.extend(in_turn(calls));
    events
}

/// Interleaves tool calls: all of them begin, then their deltas alternate, then all of them end.
fn in_turn(calls: Vec<ItemEvents>) -> Vec<Value> {
    let mut events = Vec::new();
    let mut growing = Vec::new();
    let mut ends = Vec::new();
    for call in calls {
        events.push(call.begin);
        growing.push(call.deltas.into_iter());
        ends.extend(call.done);
    }
    loop {
        let before = events.len();
        events.extend(growing.iter_mut().filter_map(Iterator::next));
        if events.len() == before {
            break;
        }
    }
    events.extend(ends);
    events
}

fn item_events(item: &Value, index: u64) -> ItemEvents {
    let at = ItemEventBuilder { item: text(item, "id").to_owned(), index };
    let (empty, deltas) = match text(item, "type") {
        "message" => (json!({"content": [], "status": "in_progress"}), at.contents(item)),
        "reasoning" => (json!({"summary": []}), at.summary(item)),
        "function_call" => {
            let (deltas, name) = (at.input(item, "arguments", "function_call_arguments"), text(item, "name"));
            (json!({"arguments": "", "status": "in_progress"}), named(deltas, name))
        }
        "custom_tool_call" => {
            (json!({"input": "", "status": "in_progress"}), at.input(item, "input", "custom_tool_call_input"))
        }
        "file_search_call" => {
            let steps = at.steps("file_search_call", &["in_progress", "searching", "completed"]);
            (json!({"status": "in_progress", "queries": [], "results": null}), steps)
        }
        "web_search_call" => {
            let steps = at.steps("web_search_call", &["in_progress", "searching", "completed"]);
            (json!({"status": "in_progress", "action": {"type": "search", "query": ""}}), steps)
        }
        "image_generation_call" => {
            let steps = at.steps("image_generation_call", &["in_progress", "generating", "completed"]);
            (json!({"status": "in_progress", "result": null}), steps)
        }
        "code_interpreter_call" => {
            let mut steps = at.steps("code_interpreter_call", &["in_progress"]);
            steps.extend(at.input(item, "code", "code_interpreter_call_code"));
            steps.extend(at.steps("code_interpreter_call", &["interpreting", "completed"]));
            (json!({"status": "in_progress", "code": "", "outputs": null}), steps)
        }
        _ => (json!({}), Vec::new()),
    };
    let mut begin = item.clone();
    extend(&mut begin, empty);
    // The event that completes a call's arguments belongs to its end.
    let mut done: Vec<Value> = Vec::new();
    let mut deltas = deltas;
    if text(item, "type").ends_with("_call") && item.get("call_id").is_some() {
        done.extend(deltas.pop());
    }
    done.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
    ItemEvents {
        begin: json!({"type": "response.output_item.added", "output_index": index, "item": begin}),
        deltas,
        done,
    }
}

/// Adds the function's name to the event that completes its arguments (OpenAI's specification).
fn named(mut events: Vec<Value>, name: &str) -> Vec<Value> {
    if let Some(last) = events.last_mut() {
        set(last, "name", name);
    }
    events
}

/// Builds the events of one item.
struct ItemEventBuilder {
    item: String,
    index: u64,
}

impl ItemEventBuilder {
    fn event(&self, kind: &str, more: Value) -> Value {
        let mut event =
            json!({"type": format!("response.{kind}"), "item_id": self.item, "output_index": self.index});
        extend(&mut event, more);
        event
    }

    fn steps(&self, kind: &str, steps: &[&str]) -> Vec<Value> {
        steps.iter().map(|step| self.event(&format!("{kind}.{step}"), json!({}))).collect()
    }

    /// Returns the deltas of a text member, and the event with the whole text.
    fn input(&self, item: &Value, member: &str, kind: &str) -> Vec<Value> {
        let all = text(item, member);
        let delta = |piece: &str| self.event(&format!("{kind}.delta"), json!({"delta": piece}));
        let done = self.event(&format!("{kind}.done"), json!({member: all}));
        usage::pieces(all).map(delta).chain([done]).collect()
    }

    fn summary(&self, item: &Value) -> Vec<Value> {
        let mut events = Vec::new();
        for (part, at) in list(item, "summary").iter().zip(0_u64..) {
            let all = text(part, "text");
            let event = |kind: &str, name: &str, value: Value| {
                self.event(&format!("reasoning_summary_{kind}"), json!({"summary_index": at, name: value}))
            };
            events.push(event("part.added", "part", json!({"type": "summary_text", "text": ""})));
            events.extend(usage::pieces(all).map(|piece| event("text.delta", "delta", json!(piece))));
            events.push(event("text.done", "text", json!(all)));
            events.push(event("part.done", "part", part.clone()));
        }
        events
    }

    fn contents(&self, item: &Value) -> Vec<Value> {
        let mut events = Vec::new();
        for (part, at) in list(item, "content").iter().zip(0_u64..) {
            let mut event = |kind: &str, mut more: Value| {
                set(&mut more, "content_index", at);
                events.push(self.event(kind, more));
            };
            if text(part, "type") == "refusal" {
                let all = text(part, "refusal");
                event("content_part.added", json!({"part": {"type": "refusal", "refusal": ""}}));
                usage::pieces(all).for_each(|piece| event("refusal.delta", json!({"delta": piece})));
                event("refusal.done", json!({"refusal": all}));
            } else {
                let all = text(part, "text");
                let empty = json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []});
                event("content_part.added", json!({"part": empty}));
                let mut logprobs = list(part, "logprobs").iter();
                for piece in usage::pieces(all) {
                    let logprobs: Vec<&Value> = logprobs.next().into_iter().collect();
                    event("output_text.delta", json!({"delta": piece, "logprobs": logprobs}));
                }
                for (annotation, number) in list(part, "annotations").iter().zip(0_u64..) {
                    let more = json!({"annotation_index": number, "annotation": annotation});
                    event("output_text.annotation.added", more);
                }
                let logprobs: Vec<&Value> = list(part, "logprobs").iter().collect();
                event("output_text.done", json!({"text": all, "logprobs": logprobs}));
            }
            event("content_part.done", json!({"part": part}));
        }
        events
    }
}
