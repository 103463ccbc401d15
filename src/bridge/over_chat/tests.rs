#![expect(clippy::needless_pass_by_value, reason = "JSON literals read better without a borrow")]

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    Counts, DEPTH, Events, NotAnAnswer, Reply, Told, answer,
    testing::{chat, collected, events, message},
};
use crate::json::Document;

fn reply() -> Reply {
    Reply { echo: Bytes::from_static(br#""store":false,"tools":[],"metadata":{"a":"b"}"#) }
}

fn parsed(json: &str) -> Document {
    Document::parse(Bytes::copy_from_slice(json.as_bytes()), DEPTH).unwrap()
}

fn answered(chat: &Value) -> Value {
    serde_json::from_slice(&answer(&parsed(&chat.to_string()), &reply()).unwrap()).unwrap()
}

struct Streamed {
    events: Vec<Value>,
    told: Told,
    done: bool,
}

impl Streamed {
    fn types(&self) -> Vec<&str> {
        self.events
            .iter()
            .map(|event| event["type"].as_str().unwrap().trim_start_matches("response."))
            .collect()
    }

    fn of(&self, kind: &str) -> Vec<&Value> {
        self.events.iter().filter(|event| event["type"] == format!("response.{kind}")).collect()
    }

    fn last(&self) -> &Value {
        self.events.last().unwrap()
    }
}

/// What becomes of chunks; upstream ends behind them.
fn streamed(chunks: &[impl ToString]) -> Streamed {
    let mut events_of = Events::new(Arc::new(reply()));
    let mut out = BytesMut::new();
    for chunk in chunks {
        events_of.event(&Bytes::from(chunk.to_string()), &mut out);
    }
    events_of.end(&mut out);
    Streamed { events: events(&out), told: events_of.told().clone(), done: events_of.is_done() }
}

fn chunk(choice: Value) -> Value {
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "gpt-4-0125", "choices": [choice]})
}

fn delta(delta: Value) -> Value {
    chunk(json!({"index": 0, "delta": delta, "finish_reason": null, "logprobs": null}))
}

fn finish(reason: &str) -> Value {
    chunk(json!({"index": 0, "delta": {}, "finish_reason": reason}))
}

/// Chunks, and `[DONE]` behind them.
fn whole(chunks: &[Value]) -> Streamed {
    let text: Vec<String> = chunks.iter().map(Value::to_string).chain(["[DONE]".to_owned()]).collect();
    streamed(&text)
}

#[test]
fn a_text_answer_is_a_response() {
    let mut source = chat(&json!({"role": "assistant", "content": "Hi \"you\"", "refusal": null}), "stop");
    source["usage"]["prompt_tokens_details"] = json!({"cached_tokens": 2, "audio_tokens": 0});
    source["usage"]["completion_tokens_details"] =
        json!({"reasoning_tokens": 1, "accepted_prediction_tokens": 0});
    source["usage"]["latency"] = json!(5);
    source["service_tier"] = json!("default");
    source["system_fingerprint"] = json!("fp");
    source["metadata"] = json!({"theirs": "x"});
    assert_eq!(
        answered(&source),
        json!({
            "id": "resp_1", "object": "response", "created_at": 7, "status": "completed", "error": null,
            "incomplete_details": null, "model": "gpt-4-0125",
            "output": [{"id": "msg_1_0", "type": "message", "status": "completed", "role": "assistant", "content": [
                {"type": "output_text", "text": "Hi \"you\"", "annotations": [], "logprobs": []}]}],
            "usage": {
                "input_tokens": 3, "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0, "audio_tokens": 0},
                "output_tokens": 4, "output_tokens_details": {"reasoning_tokens": 1, "accepted_prediction_tokens": 0},
                "total_tokens": 7, "latency": 5},
            "service_tier": "default", "system_fingerprint": "fp",
            "store": false, "tools": [], "metadata": {"a": "b"},
        })
    );
}

#[test]
fn reasoning_refusals_calls_and_what_is_unknown_are_kept() {
    let message = json!({
        "role": "assistant", "content": "a", "refusal": "no", "reasoning_content": "hm",
        "annotations": [{"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 1}}],
        "context": {"intent": "x"}, "audio": null,
        "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ],
    });
    let mut source = chat(&message, "tool_calls");
    let logprobs = json!([{"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}]);
    source["choices"][0]["logprobs"] = json!({"content": logprobs, "refusal": null});
    let response = answered(&source);
    assert_eq!(
        response["output"],
        json!([
            {"id": "rs_1", "type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"id": "msg_1_0", "type": "message", "status": "completed", "role": "assistant", "context": {"intent": "x"}, "content": [
                {"type": "output_text", "text": "a", "logprobs": logprobs,
                 "annotations": [{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1}]},
                {"type": "refusal", "refusal": "no"}]},
            {"id": "fc_call_1", "type": "function_call", "status": "completed", "call_id": "call_1", "name": "f", "arguments": "{}"},
            {"id": "ctc_call_2", "type": "custom_tool_call", "status": "completed", "call_id": "call_2", "name": "g", "input": "x"},
        ])
    );
}

#[test]
fn an_answer_that_broke_off_is_incomplete_and_so_is_its_last_item() {
    let calls = json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a"}}]);
    let message = json!({"content": "a", "tool_calls": calls});
    for (finish, reason) in [("length", "max_output_tokens"), ("content_filter", "content_filter")] {
        let response = answered(&chat(&message, finish));
        assert_eq!(response["status"], "incomplete");
        assert_eq!(response["incomplete_details"], json!({"reason": reason}));
        let statuses: Vec<_> =
            response["output"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
        assert_eq!(statuses, ["completed", "incomplete"]);
    }
}

#[test]
fn the_filters_verdicts_are_one_list() {
    let safe = json!({"hate": {"filtered": false, "severity": "safe"}});
    let jailbreak = json!({"jailbreak": {"filtered": true, "detected": true}});
    let mut source = chat(&json!({"content": "a"}), "stop");
    source["prompt_filter_results"] = json!([{"prompt_index": 0, "content_filter_results": jailbreak}]);
    source["choices"][0]["content_filter_results"] = safe.clone();
    assert_eq!(
        answered(&source)["content_filters"],
        json!([
            {"blocked": true, "source_type": "prompt", "prompt_index": 0, "content_filter_results": jailbreak},
            {"blocked": false, "source_type": "completion", "content_filter_results": safe},
        ])
    );
}

#[test]
fn only_the_first_choice_counts_and_an_empty_one_says_nothing() {
    let mut source = chat(&json!({"content": ""}), "stop");
    let choices = source["choices"].as_array_mut().unwrap();
    choices.insert(0, json!({"index": 1, "message": {"content": "other"}, "finish_reason": "length"}));
    let response = answered(&source);
    assert_eq!((&response["output"], &response["status"]), (&json!([]), &json!("completed")));
    assert_eq!(answered(&json!({"choices": []}))["id"], "resp_");
}

#[test]
fn what_is_no_answer_is_not_made_into_a_response() {
    for other in ["{}", "[]", r#"{"error":{"message":"x"}}"#, r#"{"choices":{}}"#] {
        assert_eq!(answer(&parsed(other), &reply()), Err(NotAnAnswer));
    }
}

#[test]
fn values_keep_their_spelling() {
    let source =
        r#"{"id":"chatcmpl-\u0031","created":1.0,"choices":[{"message":{"content":"\u00e9\ud800/\/"}}]}"#;
    let response = answer(&parsed(source), &Reply::default()).unwrap();
    let response = String::from_utf8(response.to_vec()).unwrap();
    assert!(response.contains(r#""text":"\u00e9\ud800/\/""#), "{response}");
    assert!(response.contains(r#""id":"resp_\u0031","object":"response","created_at":1.0,"#), "{response}");
}

/// The order of the specification's example of a stream.
#[test]
fn a_text_is_told_in_the_order_of_the_specifications_example() {
    let told = whole(&[
        delta(json!({"role": "assistant", "content": "", "refusal": null})),
        delta(json!({"content": "Hi"})),
        delta(json!({"content": " there"})),
        finish("stop"),
    ]);
    assert_eq!(
        told.types(),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "completed",
        ]
    );
    let created = &told.events[0]["response"];
    assert_eq!(
        (&created["status"], &created["output"], &created["usage"]),
        (&json!("in_progress"), &json!([]), &Value::Null)
    );
    assert_eq!((&created["metadata"]["a"], &created["model"]), (&json!("b"), &json!("gpt-4-0125")));
    assert_eq!(told.events[1]["response"], *created);
    assert_eq!(
        told.events[2]["item"],
        json!({"id": "msg_1_0", "type": "message", "status": "in_progress", "content": [], "role": "assistant"})
    );
    assert_eq!(
        told.events[3]["part"],
        json!({"type": "output_text", "text": "", "annotations": [], "logprobs": []})
    );
    assert_eq!(
        told.events[5],
        json!({"type": "response.output_text.delta", "sequence_number": 5, "item_id": "msg_1_0", "output_index": 0,
               "content_index": 0, "delta": " there", "logprobs": []})
    );
    assert_eq!((&told.events[6]["text"], &told.events[6]["logprobs"]), (&json!("Hi there"), &json!([])));
    assert_eq!(told.events[7]["part"]["text"], "Hi there");
    assert_eq!(told.events[8]["item"], told.last()["response"]["output"][0]);
}

#[test]
fn items_follow_one_another_and_calls_tell_their_arguments() {
    let call = |index: u32, more: Value| {
        let mut call = json!({"index": index});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        delta(json!({ "tool_calls": [call] }))
    };
    let told = whole(&[
        delta(json!({"role": "assistant", "content": null, "reasoning_content": "hm"})),
        delta(json!({"content": "a"})),
        call(0, json!({"id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}})),
        call(0, json!({"function": {"arguments": "{\"x"}})),
        call(0, json!({"function": {"arguments": "\":1}"}})),
        call(1, json!({"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "y"}})),
        finish("tool_calls"),
    ]);
    assert_eq!(
        told.types(),
        [
            "created",
            "in_progress",
            "output_item.added",
            "content_part.added",
            "reasoning_text.delta",
            "reasoning_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "output_item.added",
            "custom_tool_call_input.delta",
            "custom_tool_call_input.done",
            "output_item.done",
            "completed",
        ]
    );
    assert_eq!(told.events[3]["part"], json!({"type": "reasoning_text", "text": ""}));
    let begun = json!({"id": "fc_call_1", "type": "function_call", "status": "in_progress", "call_id": "call_1", "name": "f", "arguments": ""});
    assert_eq!(told.events[14]["item"], begun);
    let done = &told.events[17];
    assert_eq!(
        (&done["arguments"], &done["name"], &done["item_id"]),
        (&json!("{\"x\":1}"), &json!("f"), &json!("fc_call_1"))
    );
    assert_eq!(told.events[20]["delta"], "y");
    assert_eq!(told.told.finish_reason.as_deref(), Some("tool_calls"));
}

#[test]
fn azures_odd_chunks_are_part_of_the_story() {
    let empty = |more: Value| {
        let mut chunk = json!({"choices": [], "created": 0, "id": "", "model": "", "object": ""});
        chunk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        chunk
    };
    let verdict = |severity: &str| json!({"hate": {"filtered": false, "severity": severity}});
    let annotation = |severity: &str, reason: Value| {
        empty(
            json!({"choices": [{"index": 0, "finish_reason": reason, "content_filter_results": verdict(severity),
                                  "content_filter_offsets": {"check_offset": 0, "start_offset": 0, "end_offset": 2}}]}),
        )
    };
    let mut padded = delta(json!({"content": "Hi"}));
    padded["obfuscation"] = json!("zRj");
    let usage = json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
                       "prompt_tokens_details": {"cached_tokens": 1}, "completion_tokens_details": {"reasoning_tokens": 2}});
    let mut last = chunk(json!({}));
    last["choices"] = json!([]);
    last["usage"] = usage;
    last["latency_checkpoint"] = json!({"engine_ttft_ms": 28});
    let told = whole(&[
        empty(
            json!({"prompt_filter_results": [{"prompt_index": 0, "content_filter_results": verdict("safe")}]}),
        ),
        padded,
        annotation("low", Value::Null),
        finish("stop"),
        annotation("safe", Value::Null),
        last,
    ]);
    let response = &told.last()["response"];
    assert_eq!(told.of("created")[0]["response"]["id"], "resp_1");
    assert_eq!(told.of("output_text.delta")[0]["obfuscation"], "zRj");
    assert_eq!((&response["usage"]["input_tokens"], &response["obfuscation"]), (&json!(3), &Value::Null));
    assert_eq!(response["latency_checkpoint"], json!({"engine_ttft_ms": 28}));
    assert_eq!(
        response["content_filters"],
        json!([
            {"blocked": false, "source_type": "prompt", "prompt_index": 0, "content_filter_results": verdict("safe")},
            {"blocked": false, "source_type": "completion", "content_filter_results": verdict("low")},
        ])
    );
    let counts = Counts { input: 3, cached: 1, output: 4, reasoning: 2 };
    assert_eq!(
        told.told,
        Told {
            usage: Some(counts),
            model: Some("gpt-4-0125".into()),
            finish_reason: Some("stop".into()),
            error_code: None
        }
    );
}

#[test]
fn a_block_behind_the_end_makes_the_response_incomplete() {
    let blocked = json!({"choices": [{"index": 0, "finish_reason": "content_filter", "content_filter_results": {}}], "id": ""});
    let told = whole(&[delta(json!({"content": "Hi"})), finish("stop"), blocked]);
    assert_eq!(told.last()["type"], "response.incomplete");
    assert_eq!(told.last()["response"]["incomplete_details"], json!({"reason": "content_filter"}));
}

#[test]
fn an_error_in_the_stream_is_an_error_event_and_the_last() {
    let error =
        json!({"message": "slow \"down\"", "type": "t", "param": null, "code": 429, "inner": {"a": 1}});
    let told =
        whole(&[delta(json!({"content": "Hi"})), json!({ "error": error }), delta(json!({"content": "x"}))]);
    assert_eq!(
        *told.last(),
        json!({"type": "error", "sequence_number": 5, "code": "429", "message": "slow \"down\"", "param": null, "error": error})
    );
    assert_eq!((told.told.error_code.as_deref(), told.done), (Some("429"), true));
    let bare = whole(&[json!({"error": "down"})]);
    assert_eq!((&bare.last()["message"], &bare.last()["code"]), (&json!("down"), &Value::Null));
}

#[test]
fn a_stream_that_ends_without_done_is_complete_only_behind_a_finish_reason() {
    let complete = streamed(&[delta(json!({"content": "Hi"})), finish("stop")]);
    assert_eq!((&complete.last()["type"], complete.done), (&json!("response.completed"), true));
    let cut = streamed(&[delta(json!({"content": "Hi"}))]);
    assert_eq!(
        (&cut.last()["type"], &cut.last()["code"]),
        (&json!("error"), &json!("upstream_stream_interrupted"))
    );
    assert_eq!(cut.last()["error"]["type"], "server_error");
    assert!(cut.done);
    assert_eq!(streamed(&["[DONE]"]).types(), ["error"]);
    assert_eq!(streamed(&[""; 0]).types(), ["error"]);
    assert_eq!(streamed(&["{"]).last()["code"], "upstream_stream_unreadable");
    assert_eq!(streamed(&["", "[DONE]"]).types(), ["error"]);
}

#[test]
fn an_item_that_grows_on_behind_its_end_is_told_again_whole() {
    let call = |index: u32, piece: &str| {
        delta(
            json!({"tool_calls": [{"index": index, "id": format!("c{index}"), "function": {"name": "f", "arguments": piece}}]}),
        )
    };
    let told = whole(&[call(0, "a"), call(1, "b"), call(0, "c"), finish("tool_calls")]);
    let output = &told.last()["response"]["output"];
    assert_eq!((&output[0]["arguments"], &output[1]["arguments"]), (&json!("ac"), &json!("b")));
    let done: Vec<_> = told.of("output_item.done").iter().map(|event| &event["item"]["arguments"]).collect();
    assert_eq!(done, ["a", "b", "ac"]);
}

#[test]
fn log_probabilities_come_with_their_text() {
    let token = |text: &str| json!({"token": text, "logprob": -1.0, "bytes": null, "top_logprobs": []});
    let with = |text: &str| {
        chunk(
            json!({"index": 0, "delta": {"content": text}, "logprobs": {"content": [token(text)], "refusal": null}}),
        )
    };
    let told = whole(&[with("a"), with("b"), finish("stop")]);
    assert_eq!(told.of("output_text.delta")[1]["logprobs"], json!([token("b")]));
    assert_eq!(told.of("output_text.done")[0]["logprobs"], json!([token("a"), token("b")]));
    assert_eq!(
        told.last()["response"]["output"][0]["content"][0]["logprobs"],
        json!([token("a"), token("b")])
    );
}

/// A chat answer, and its chunks with texts cut at `size` characters.
fn cut(message: &Value, reason: &str, size: usize) -> Vec<Value> {
    let pieces = |text: &Value| -> Vec<String> {
        let text: Vec<char> = text.as_str().unwrap_or_default().chars().collect();
        text.chunks(size).map(|piece| piece.iter().collect()).collect()
    };
    let mut chunks = vec![delta(json!({"role": "assistant", "content": ""}))];
    for key in ["reasoning_content", "content", "refusal"] {
        chunks.extend(pieces(&message[key]).into_iter().map(|piece| delta(json!({ key: piece }))));
    }
    if let Some(annotations) = message.get("annotations") {
        chunks.push(delta(json!({ "annotations": annotations })));
    }
    for (index, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let (kind, slot) =
            if call["type"] == "custom" { ("custom", "input") } else { ("function", "arguments") };
        let mut first = call.clone();
        first["index"] = json!(index);
        let text = first[kind][slot].take();
        first[kind][slot] = json!("");
        chunks.push(delta(json!({ "tool_calls": [first] })));
        chunks.extend(
            pieces(&text)
                .into_iter()
                .map(|piece| delta(json!({"tool_calls": [{"index": index, kind: {slot: piece}}]}))),
        );
    }
    chunks.push(finish(reason));
    let mut usage = chunk(json!({}));
    usage["choices"] = json!([]);
    usage["usage"] = json!({"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7});
    chunks.push(usage);
    chunks
}

proptest! {
    #[test]
    fn a_stream_ends_in_the_response_of_the_whole_answer(
        message in message(), reason in "stop|length|tool_calls|content_filter", size in 1usize..20,
    ) {
        let told = whole(&cut(&message, &reason, size));
        prop_assert!(told.done);
        prop_assert_eq!(collected(&told.events), answered(&chat(&message, &reason)));
    }

    #[test]
    fn whatever_upstream_sends_becomes_events(
        chunks in prop::collection::vec(
            prop_oneof![
                Just(json!(1)), Just(json!({"choices": [{"delta": {"tool_calls": [{"index": 3}, {}, null]}}]})),
                Just(json!({"choices": [{"delta": {"content": "x", "annotations": [1, {"type": "x", "x": 2}]}}]})),
                Just(json!({"choices": [{"finish_reason": 5, "delta": null}], "usage": {}})), Just(json!({"id": 5, "choices": {}})),
                Just(json!({"choices": [{"delta": {"id": "x", "audio": {"id": 1}, "thought": "y", "refusal": "r"}}]})),
                Just(delta(json!({"content": "y", "reasoning": "z", "refusal": "s"}))), Just(finish("length")),
            ],
            0..12,
        ),
    ) {
        let told = streamed(&chunks);
        prop_assert!(told.done && !told.events.is_empty());
    }
}
