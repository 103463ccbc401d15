#![expect(clippy::needless_pass_by_value, reason = "JSON literals read better without a borrow")]

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NotAResponse, synthesize};
use crate::{
    bridge::over_chat::{
        self, Reply,
        testing::{chat, collected, events, message},
    },
    json::Document,
    respond::answer::DEPTH,
};

fn stream_events(response: &Value) -> Vec<Value> {
    let document = Document::parse(response.to_string().into(), 2).unwrap();
    events(&synthesize(&document).unwrap())
}

fn types(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap().trim_start_matches("response.")).collect()
}

fn response(output: Value) -> Value {
    json!({
        "id": "resp_1", "object": "response", "created_at": 7, "status": "completed", "completed_at": 9, "error": null,
        "incomplete_details": null, "model": "o1-pro", "output": output, "usage": {"total_tokens": 7}, "x": [1],
    })
}

#[test]
fn a_text_is_written_in_the_order_of_the_specifications_example() {
    let logprobs = json!([{"token": "Hi"}]);
    let part = json!({"type": "output_text", "text": "Hi", "logprobs": logprobs, "x": 1,
                      "annotations": [{"type": "url_citation", "url": "u"}]});
    let item = json!({"id": "msg_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]});
    let whole = response(json!([item]));
    let events = stream_events(&whole);
    assert_eq!(
        types(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.annotation.added",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
    );
    let begun = &events[0]["response"];
    for (key, value) in [
        ("status", json!("in_progress")),
        ("output", json!([])),
        ("usage", json!(null)),
        ("completed_at", json!(null)),
        ("x", json!([1])),
    ] {
        assert_eq!(begun[key], value, "{key}");
    }
    let mut added = item.clone();
    (added["status"], added["content"]) = (json!("in_progress"), json!([]));
    assert_eq!(events[2]["item"], added);
    assert_eq!(
        events[3]["part"],
        json!({"type": "output_text", "text": "", "logprobs": [], "annotations": [], "x": 1})
    );
    assert_eq!((&events[4]["delta"], &events[4]["logprobs"]), (&json!("Hi"), &json!([])));
    assert_eq!(events[6]["logprobs"], logprobs);
    assert_eq!((&events[8]["item"], &events[9]["response"]), (&item, &whole));
}

#[test]
fn reasoning_is_written_summary_by_summary_and_keeps_encrypted_content() {
    let item = json!({
        "id": "rs_1", "type": "reasoning", "encrypted_content": "gAAA",
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
        "content": [{"type": "reasoning_text", "text": "c"}],
    });
    let events = stream_events(&response(json!([item])));
    let summary = [
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
    ];
    let content = ["content_part.added", "reasoning_text.delta", "reasoning_text.done", "content_part.done"];
    assert_eq!(types(&events[3..7]), summary);
    assert_eq!(types(&events[7..11]), summary);
    assert_eq!(types(&events[11..15]), content);
    assert_eq!((&events[8]["summary_index"], &events[8]["delta"]), (&json!(1), &json!("b")));
    assert_eq!(events[2]["item"]["encrypted_content"], "gAAA");
    collected(&events);
}

#[test]
fn calls_and_hosted_items_are_written() {
    let output = json!([
        {"id": "fc_1", "type": "function_call", "status": "completed", "call_id": "c", "name": "f", "arguments": "{}"},
        {"id": "ctc_1", "type": "custom_tool_call", "call_id": "d", "name": "g", "input": "x"},
        {"id": "ws_1", "type": "web_search_call", "status": "completed", "action": {"query": "q"}},
        {"id": "x", "type": "new", "content": [{"text": "y"}], "summary": "z"},
    ]);
    let events = stream_events(&response(output));
    assert_eq!(
        types(&events[2..14]),
        [
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "output_item.added",
            "custom_tool_call_input.delta",
            "custom_tool_call_input.done",
            "output_item.done",
            "output_item.added",
            "output_item.done",
            "output_item.added",
            "output_item.done",
        ]
    );
    assert_eq!((&events[2]["item"]["arguments"], &events[4]["name"]), (&json!(""), &json!("f")));
    assert_eq!(
        events[10]["item"],
        json!({"id": "ws_1", "type": "web_search_call", "status": "in_progress", "action": {"query": "q"}})
    );
    assert_eq!(events[12]["item"], events[13]["item"]);
    collected(&events);
}

#[test]
fn a_part_of_an_unknown_kind_and_a_refusal_are_written() {
    let content = json!([{"type": "new", "text": "x"}, {"type": "refusal", "refusal": "no"}]);
    let events = stream_events(&response(json!([{"id": "m", "type": "message", "content": content}])));
    assert_eq!(
        types(&events[3..9]),
        [
            "content_part.added",
            "content_part.done",
            "content_part.added",
            "refusal.delta",
            "refusal.done",
            "content_part.done"
        ]
    );
    collected(&events);
}

#[test]
fn the_last_event_is_the_responses_status() {
    for (status, event) in [
        ("completed", "completed"),
        ("incomplete", "incomplete"),
        ("failed", "failed"),
        ("queued", "queued"),
        ("cancelled", "completed"),
        ("in_progress", "in_progress"),
    ] {
        let mut whole = response(json!([]));
        whole["status"] = json!(status);
        assert_eq!(types(&stream_events(&whole)).last(), Some(&event));
    }
}

#[test]
fn a_body_that_is_not_a_response_is_not_made_into_a_stream() {
    for other in ["{}", "[]", r#"{"output":"x"}"#, r#"{"error":{"message":"x"}}"#] {
        let document = Document::parse(Bytes::from_static(other.as_bytes()), DEPTH).unwrap();
        assert_eq!(synthesize(&document), Err(NotAResponse));
    }
}

#[test]
fn a_long_text_comes_in_pieces_and_keeps_its_spelling() {
    let text = r"\u00e9\ud83d\ude00x".repeat(5000);
    let source = format!(
        r#"{{"output":[{{"type":"message","content":[{{"type":"output_text","text":"{text}"}}]}}]}}"#
    );
    let document = Document::parse(source.into(), DEPTH).unwrap();
    let stream = synthesize(&document).unwrap();
    assert!(String::from_utf8(stream.to_vec()).unwrap().contains(&format!(r#""text":"{text}""#)));
    let events = events(&stream);
    assert!((100..400).contains(&events.len()), "{}", events.len());
    collected(&events);
}

proptest! {
    #[test]
    fn the_stream_ends_in_the_response(message in message(), reason in "stop|length|content_filter", pretty: bool) {
        let chat = chat(&message, &reason).to_string();
        let chat = Document::parse(chat.into(), over_chat::DEPTH).unwrap();
        let response = over_chat::answer(&chat, &Reply::default()).unwrap();
        let response: Value = serde_json::from_slice(&response).unwrap();
        let source = if pretty { serde_json::to_string_pretty(&response) } else { serde_json::to_string(&response) };
        let document = Document::parse(source.unwrap().into(), DEPTH).unwrap();
        prop_assert_eq!(collected(&events(&synthesize(&document).unwrap())), response);
    }
}
