//! Shared by the tests of a response's events.

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::sse::{Decoder, EVENT_LIMIT};

/// Returns a chat answer with this message.
pub(crate) fn chat(message: &Value, reason: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 7, "model": "gpt-4-0125",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": null}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
    })
}

/// Returns the events of a stream. Checks that each event's name is its type, and that the numbers are consecutive.
pub(crate) fn events(stream: &[u8]) -> Vec<Value> {
    let mut decoder = Decoder::new(EVENT_LIMIT);
    decoder.push(Bytes::copy_from_slice(stream));
    let mut events: Vec<Value> = Vec::new();
    while let Some(event) = decoder.event().unwrap() {
        let data: Value = serde_json::from_slice(&event.data().unwrap()).unwrap();
        let name = format!("event: {}\ndata: ", data["type"].as_str().unwrap());
        assert!(event.raw().starts_with(name.as_bytes()), "{event:?}");
        assert_eq!(data["sequence_number"], events.len());
        events.push(data);
    }
    assert_eq!(decoder.finish(), None);
    events
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), "(\\PC|[😀\"\\\\\n\r]){0,60}".prop_map(Value::String)]
}

/// Generates messages of the assistant with any members that one may have.
pub(crate) fn message() -> impl Strategy<Value = Value> {
    let call = ("[a-z]{1,5}", "(\\PC|[\"\\\\\n]){0,40}", any::<bool>());
    (text(), text(), text(), prop::collection::vec(call, 0..4), 0usize..3).prop_map(
        |(content, refusal, reasoning, calls, annotations)| {
            let calls = calls.into_iter().enumerate().map(|(at, (name, text, custom))| {
                let id = format!("call_{at}");
                if custom {
                    json!({"id": id, "type": "custom", "custom": {"name": name, "input": text}})
                } else {
                    json!({"id": id, "type": "function", "function": {"name": name, "arguments": text}})
                }
            });
            let mut message = json!({"role": "assistant", "content": content, "refusal": refusal,
                                     "reasoning_content": reasoning, "tool_calls": calls.collect::<Vec<_>>()});
            if annotations > 0 {
                let citation = |at: usize| json!({"type": "url_citation", "url_citation": {"url": "u", "start_index": at}});
                message["annotations"] = (0..annotations).map(citation).collect();
            }
            message
        },
    )
}

/// Assembles a response from its events, as the SDKs do, and checks each event against those before it.
pub(crate) fn collected(events: &[Value]) -> Value {
    let mut output: Vec<Value> = Vec::new();
    for event in events {
        let kind = event["type"].as_str().unwrap().trim_start_matches("response.");
        let Some(at) = place(event, "output_index") else { continue };
        if kind == "output_item.added" {
            assert_eq!(at, output.len());
            output.push(event["item"].clone());
        } else if kind == "output_item.done" {
            // The status and the members of vendors come with the end.
            let mut begun = event["item"].clone();
            begun.as_object_mut().unwrap().extend(output[at].as_object().unwrap().clone());
            match event["item"].get("status") {
                Some(status) => begun["status"] = status.clone(),
                None => assert_eq!(begun.get("status"), None),
            }
            assert_eq!(begun, event["item"]);
            output[at] = begun;
        } else {
            assert_eq!(output[at].get("id"), event.get("item_id").filter(|id| *id != ""));
            within(kind, event, &mut output[at]);
        }
    }
    let last = &events.last().unwrap()["response"];
    assert_eq!(last["output"], json!(output));
    last.clone()
}

fn place(event: &Value, key: &str) -> Option<usize> {
    event[key].as_u64().map(|at| usize::try_from(at).unwrap())
}

/// Applies an event within an item.
fn within(kind: &str, event: &Value, item: &mut Value) {
    let part = place(event, "content_index").map(|at| ("content", at));
    let part = part.or(place(event, "summary_index").map(|at| ("summary", at)));
    let holder = match part {
        Some((list, at)) if kind.ends_with("part.added") => {
            let parts = item[list].as_array_mut().unwrap();
            assert_eq!(at, parts.len());
            return parts.push(event["part"].clone());
        }
        Some((list, at)) => &mut item[list][at],
        None => item,
    };
    if kind.ends_with("part.done") {
        return assert_eq!(*holder, event["part"]);
    }
    if kind == "output_text.annotation.added" {
        let annotations = holder["annotations"].as_array_mut().unwrap();
        assert_eq!(event["annotation_index"], annotations.len());
        return annotations.push(event["annotation"].clone());
    }
    let text = kind.split('.').next().unwrap();
    let slot =
        ["refusal", "arguments", "input", "text"].into_iter().find(|slot| text.ends_with(slot)).unwrap();
    match event["delta"].as_str() {
        Some(delta) => {
            holder[slot] = json!(holder[slot].as_str().unwrap().to_owned() + delta);
            if let Some(logprobs) = event["logprobs"].as_array().filter(|logprobs| !logprobs.is_empty()) {
                holder["logprobs"].as_array_mut().unwrap().extend(logprobs.iter().cloned());
            }
        }
        None => assert_eq!(holder[slot], event[slot]),
    }
}
