//! The chunks of any response add up to its whole answer, however the stream is split and whichever of its events come.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{
    bridge::over_responses::{ANSWER_DEPTH, Reply, answer},
    json::Document,
    sse,
};

fn words() -> impl Strategy<Value = String> {
    "([a-c<>é😀\"\\\\\n ]|END){0,12}"
}

fn part() -> impl Strategy<Value = Value> {
    let page = (0u64..9).prop_map(|at| {
        json!({"type": "url_citation", "url": format!("u{}", at % 2), "title": "t", "start_index": at, "end_index": at + 1})
    });
    let file = (0u64..9)
        .prop_map(|at| json!({"type": "file_citation", "file_id": "f", "filename": "n", "index": at}));
    let annotations = prop::collection::vec(prop_oneof![page, file], 0..3);
    prop_oneof![
        3 => (words(), annotations).prop_map(|(text, annotations)| {
            json!({"type": "output_text", "text": text, "annotations": annotations, "logprobs": []})
        }),
        1 => words().prop_map(|text| json!({"type": "refusal", "refusal": text})),
        1 => words().prop_map(|text| json!({"type": "new", "text": text})),
    ]
}

/// Generates an item without its id.
fn item() -> impl Strategy<Value = Value> {
    let summary =
        prop::collection::vec(words().prop_map(|text| json!({"type": "summary_text", "text": text})), 0..3);
    prop_oneof![
        (prop::collection::vec(part(), 0..3), prop::option::of("[a-z]{3}"))
            .prop_map(|(content, phase)| json!({"type": "message", "role": "assistant", "status": "completed", "content": content, "phase": phase})),
        words().prop_map(|text| json!({"type": "function_call", "name": "f", "arguments": text})),
        words().prop_map(|text| json!({"type": "custom_tool_call", "name": "g", "input": text})),
        (prop::option::of("[a-z]{3}"), summary)
            .prop_map(|(encrypted, summary)| json!({"type": "reasoning", "encrypted_content": encrypted, "summary": summary})),
        words().prop_map(|query| json!({"type": "web_search_call", "action": {"query": query}})),
    ]
}

fn response() -> impl Strategy<Value = Value> {
    let end = prop_oneof![
        Just(("completed", Value::Null)),
        Just(("incomplete", json!({"reason": "max_output_tokens"}))),
        Just(("incomplete", json!({"reason": "content_filter"}))),
    ];
    (prop::collection::vec(item(), 0..5), end).prop_map(|(mut output, (status, details))| {
        for (at, item) in output.iter_mut().enumerate() {
            item["id"] = json!(format!("id_{at}"));
            if item["type"].as_str().unwrap().ends_with("_call") {
                item["call_id"] = json!(format!("call_{at}"));
            }
        }
        json!({"id": "resp_1", "created_at": 1, "model": "m", "status": status, "incomplete_details": details,
            "error": null, "output": output, "usage": {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}})
    })
}

/// Which events come: pieces, whole texts, items. The last event always comes. An upstream that does not follow the
/// specification may also leave out the last piece of a text that comes whole, and the positions of items.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is left out by itself")]
struct Shown {
    pieces: bool,
    texts: bool,
    items: bool,
    ends: bool,
    places: bool,
}

impl Shown {
    fn new(pieces: bool, texts: bool, items: bool) -> Shown {
        Shown { pieces, texts, items, ends: true, places: true }
    }
}

/// Returns the events of a response as the specification has them (`ResponseStreamEvent`), with pieces of `size`
/// characters.
fn events(response: &Value, shown: Shown, size: usize) -> Vec<Value> {
    let created =
        json!({"id": "resp_1", "created_at": 1, "model": "m", "status": "in_progress", "output": []});
    let mut events = vec![json!({"type": "response.created", "response": created})];
    for (output, item) in response["output"].as_array().unwrap().iter().enumerate() {
        let at = |event: Value| {
            let mut all = json!({"item_id": item["id"]});
            if shown.places {
                all["output_index"] = json!(output);
            }
            all.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
            all
        };
        let mut added = item.clone();
        for empty in ["arguments", "input"].into_iter().filter(|key| item.get(*key).is_some()) {
            added[empty] = json!("");
        }
        for empty in ["content", "summary"].into_iter().filter(|key| item.get(*key).is_some()) {
            added[empty] = json!([]);
        }
        if shown.items || shown.pieces {
            events.push(at(json!({"type": "response.output_item.added", "item": added})));
        }
        for (name, index, member, text) in texts(item) {
            let characters: Vec<char> = text.chars().collect();
            let count = characters.len().div_ceil(size);
            let count = if shown.ends || !shown.texts { count } else { count.saturating_sub(1) };
            for piece in characters.chunks(size).take(count).filter(|_| shown.pieces) {
                let delta: String = piece.iter().collect();
                let kind = format!("response.{name}.delta");
                events.push(at(
                    json!({"type": kind, "content_index": index, "summary_index": index, "delta": delta}),
                ));
            }
            if shown.texts {
                let kind = format!("response.{name}.done");
                events.push(at(
                    json!({"type": kind, "content_index": index, "summary_index": index, member: text}),
                ));
            }
        }
        if shown.items {
            events.push(at(json!({"type": "response.output_item.done", "item": item})));
        }
    }
    let status = response["status"].as_str().unwrap();
    events.push(json!({"type": format!("response.{status}"), "response": response}));
    events
}

/// Returns the texts of an item, each with the name of its events, its index, and the member for the whole text.
fn texts(item: &Value) -> Vec<(&'static str, usize, &'static str, &str)> {
    let mut texts = Vec::new();
    for (at, part) in item["content"].as_array().into_iter().flatten().enumerate() {
        match part["type"].as_str().unwrap() {
            "refusal" => texts.push(("refusal", at, "refusal", part["refusal"].as_str().unwrap())),
            "output_text" => texts.push(("output_text", at, "text", part["text"].as_str().unwrap())),
            _ => {}
        }
    }
    for (at, part) in item["summary"].as_array().into_iter().flatten().enumerate() {
        texts.push(("reasoning_summary_text", at, "text", part["text"].as_str().unwrap()));
    }
    texts.extend(item["arguments"].as_str().map(|text| ("function_call_arguments", 0, "arguments", text)));
    texts.extend(item["input"].as_str().map(|text| ("custom_tool_call_input", 0, "input", text)));
    texts
}

/// Streams `events`, split into pieces of `cut` bytes.
fn streamed(events: &[Value], reply: &Reply, cut: usize) -> Vec<u8> {
    let bytes =
        events.iter().map(|event| format!("event: x\ndata: {event}\n\n")).collect::<Vec<_>>().concat();
    let (mut decoder, mut chunks) =
        (sse::Decoder::new(sse::EVENT_LIMIT), Chunks::new(Arc::new(reply.clone()), true));
    let mut out = BytesMut::new();
    for bytes in bytes.as_bytes().chunks(cut) {
        decoder.push(Bytes::copy_from_slice(bytes));
        while let Some(event) = decoder.event().unwrap() {
            chunks.event(&event.data().unwrap(), &mut out);
        }
    }
    chunks.end(&mut out);
    assert!(chunks.is_done());
    out.to_vec()
}

/// Assembles the chunks as a client does. Checks that a member that is not text comes once.
fn collected(stream: &[u8]) -> Value {
    let mut message = serde_json::Map::new();
    let (mut reason, mut usage, mut calls) = (Value::Null, Value::Null, Vec::<Value>::new());
    let stream = String::from_utf8(stream.to_vec()).unwrap();
    let (chunks, end) = stream.split_at(stream.len() - sse::DONE.len());
    assert_eq!(end.as_bytes(), sse::DONE);
    for data in chunks.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap()) {
        let chunk: Value = serde_json::from_str(data).unwrap();
        assert_eq!(
            (&chunk["id"], &chunk["model"], &chunk["created"]),
            (&json!("chatcmpl-1"), &json!("m"), &json!(1))
        );
        if !chunk["usage"].is_null() {
            usage = chunk["usage"].clone();
        }
        let Some(choice) = chunk["choices"].get(0) else { continue };
        assert!(reason.is_null(), "a choice behind its end");
        reason = choice["finish_reason"].clone();
        for (key, value) in choice["delta"].as_object().unwrap() {
            match (message.get_mut(key), value) {
                (_, Value::Array(more)) if key == "tool_calls" => {
                    for more in more {
                        call(&mut calls, more);
                    }
                }
                (Some(Value::String(text)), Value::String(more)) => text.push_str(more),
                (None | Some(Value::Null), value) => drop(message.insert(key.clone(), value.clone())),
                (Some(_), _) => panic!("`{key}` came twice"),
            }
        }
    }
    message.entry("annotations").or_insert(json!([]));
    if !calls.is_empty() {
        message.insert("tool_calls".into(), calls.into());
    }
    json!({"message": message, "finish_reason": reason, "usage": usage})
}

fn call(calls: &mut Vec<Value>, more: &Value) {
    let at = usize::try_from(more["index"].as_u64().unwrap()).unwrap();
    if at == calls.len() {
        let mut call = more.clone();
        call.as_object_mut().unwrap().remove("index");
        return calls.push(call);
    }
    let (kind, slot) =
        if more.get("custom").is_some() { ("custom", "input") } else { ("function", "arguments") };
    let joined = calls[at][kind][slot].as_str().unwrap().to_owned() + more[kind][slot].as_str().unwrap();
    calls[at][kind][slot] = joined.into();
}

/// Returns the whole answer in the same form. A stream's text and refusal begin empty, so it cannot show that they are
/// absent.
fn whole(response: &Value, reply: &Reply) -> Value {
    let response = Document::parse(response.to_string().into(), ANSWER_DEPTH).unwrap();
    let answer: Value = serde_json::from_slice(&answer(&response, reply).unwrap()).unwrap();
    let mut message = answer["choices"][0]["message"].clone();
    if message["content"].is_null() {
        message["content"] = json!("");
    }
    if message["refusal"] == "" {
        message["refusal"] = Value::Null;
    }
    json!({"message": message, "finish_reason": answer["choices"][0]["finish_reason"], "usage": answer["usage"]})
}

fn reply(stop: &[&str]) -> Reply {
    Reply { resource: "east".into(), stop: stop.iter().map(|stop| (*stop).to_owned()).collect() }
}

proptest! {
    #[test]
    fn the_chunks_add_up_to_the_whole_answer(
        response in response(),
        (pieces, texts, items) in any::<(bool, bool, bool)>(),
        (ends, places) in any::<(bool, bool)>(),
        size in 1usize..6,
        cut in 1usize..500,
    ) {
        let events = events(&response, Shown { pieces, texts, items, ends, places }, size);
        let stream = streamed(&events, &reply(&[]), cut);
        let mut whole = whole(&response, &reply(&[]));
        let mut collected = collected(&stream);
        // Citations of pages follow the text, so a stream may have them only in its last chunks.
        whole["message"].as_object_mut().unwrap().remove("context");
        collected["message"].as_object_mut().unwrap().remove("context");
        prop_assert_eq!(collected, whole);
        prop_assert_eq!(stream, streamed(&events, &reply(&[]), usize::MAX));
    }

    #[test]
    fn a_stop_sequence_cuts_the_stream_where_it_cuts_the_answer(
        response in response(),
        (pieces, items) in any::<(bool, bool)>(),
        size in 1usize..6,
    ) {
        let reply = reply(&["END", "a<", "é"]);
        let events = events(&response, Shown::new(pieces, true, items), size);
        let (collected, whole) = (collected(&streamed(&events, &reply, 64)), whole(&response, &reply));
        prop_assert_eq!(&collected["message"]["content"], &whole["message"]["content"]);
        prop_assert_eq!(&collected["finish_reason"], &whole["finish_reason"]);
    }

    #[test]
    fn any_data_is_accepted(data in prop::collection::vec(prop_oneof![any::<Vec<u8>>(), odd_event()], 0..12)) {
        let mut chunks = Chunks::new(Arc::new(reply(&["END"])), true);
        let mut out = BytesMut::new();
        for data in data {
            chunks.event(&Bytes::from(data), &mut out);
        }
        chunks.end(&mut out);
        prop_assert!(chunks.is_done());
        for data in String::from_utf8(out.to_vec()).unwrap().split_terminator("\n\n") {
            let data = data.strip_prefix("data: ").unwrap();
            prop_assert!(data == "[DONE]" || serde_json::from_str::<Value>(data).is_ok(), "{}", data);
        }
    }
}

/// Generates an event of a known type with any members.
fn odd_event() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(vec![
        "output_text.delta",
        "output_text.done",
        "refusal.delta",
        "reasoning_summary_text.delta",
        "output_item.added",
        "output_item.done",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "created",
        "completed",
        "incomplete",
        "failed",
    ]);
    let value = || {
        let text = words().prop_map(Value::String);
        let item =
            item().prop_map(|item| json!({ "output": [item, 1, {"type": 2}], "status": item["type"] }));
        prop_oneof![
            text,
            item,
            item_or_part(),
            Just(json!(null)),
            Just(json!([[]])),
            any::<i32>().prop_map(Value::from)
        ]
    };
    (kind, value(), value(), value()).prop_map(|(kind, one, two, three)| {
        json!({"type": format!("response.{kind}"), "item": one, "response": two, "delta": three, "text": three,
            "output_index": two, "item_id": one, "content_index": three, "arguments": one, "logprobs": two})
        .to_string()
        .into_bytes()
    })
}

fn item_or_part() -> impl Strategy<Value = Value> {
    prop_oneof![
        item(),
        part(),
        item().prop_map(|item| json!({"type": "message", "content": item, "call_id": item}))
    ]
}
