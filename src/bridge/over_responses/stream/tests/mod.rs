mod approvals;
mod limits;
mod same_position;
mod stop;
mod unusual_positions;

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};

use super::*;
use crate::{
    bridge::over_responses::Reply,
    call::{AnswerSummary, Usage},
    sse,
};

const CREATED: &str = r#"{"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1741487325.5,"status":"in_progress","model":"gpt-5.6","output":[],"service_tier":"auto","usage":null}}"#;

fn chunks(usage: bool, stop: &[&str]) -> Chunks {
    let stop = stop.iter().map(|stop| (*stop).to_owned()).collect();
    Chunks::new(Arc::new(Reply { resource: "east".into(), stop }), usage)
}

/// Returns the data of the chunks that one event becomes.
fn fed(chunks: &mut Chunks, event: &str) -> Vec<String> {
    let mut out = BytesMut::new();
    chunks.event(&Bytes::copy_from_slice(event.as_bytes()), &mut out);
    data(out)
}

fn data(out: BytesMut) -> Vec<String> {
    let mut decoder = sse::Decoder::new(sse::EVENT_LIMIT);
    decoder.push(out.freeze());
    let events = std::iter::from_fn(|| decoder.event().unwrap());
    events.map(|event| String::from_utf8(event.data().unwrap().to_vec()).unwrap()).collect()
}

/// Returns the deltas that events become, and the chunk with the finish reason.
fn deltas(chunks: &mut Chunks, events: &[Value]) -> (Vec<Value>, Option<Value>) {
    let (mut deltas, mut last) = (Vec::new(), None);
    for event in events {
        for data in fed(chunks, &event.to_string()).into_iter().filter(|data| data != "[DONE]") {
            let chunk: Value = serde_json::from_str(&data).unwrap();
            let choice = &chunk["choices"][0];
            if !choice["finish_reason"].is_null() {
                last = Some(chunk);
            } else if choice["delta"].get("role").is_none() {
                deltas.push(choice["delta"].clone());
            }
        }
    }
    (deltas, last)
}

fn completed(output: &Value) -> Value {
    json!({"type": "response.completed", "response": {"id": "resp_1", "created_at": 1, "model": "m", "status": "completed",
        "error": null, "incomplete_details": null, "output": output, "service_tier": "default",
        "usage": {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12,
            "output_tokens_details": {"reasoning_tokens": 3}}}})
}

fn text_delta(text: &str) -> Value {
    json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0, "content_index": 0,
        "delta": text, "logprobs": [], "obfuscation": "x"})
}

fn item_done(output: u64, item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": output, "item": item})
}

fn message(text: &str) -> Value {
    json!({"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": [], "logprobs": []}]})
}

fn call(id: u32) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": format!("call_{id}"), "name": "f",
        "arguments": format!("{{\"a\":{id}}}"), "status": "completed"})
}

#[test]
fn a_text_is_the_stream_that_openai_would_send() {
    let mut chunks = chunks(true, &[]);
    let head = r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741487325,"model":"gpt-5.6","choices":["#;
    let chunk = |delta: &str, reason: &str| {
        format!(
            r#"{head}{{"index":0,"delta":{{{delta}}},"logprobs":null,"finish_reason":{reason}}}],"usage":null"#
        )
    };
    assert_eq!(
        fed(&mut chunks, CREATED),
        [chunk(r#""role":"assistant","content":"","refusal":null"#, "null") + "}"]
    );
    assert!(fed(&mut chunks, &CREATED.replace("created\"", "in_progress\"")).is_empty());
    let piece = r#"{"type":"response.output_text.delta","content_index":0,"delta":"\u00e9\"\/","item_id":"msg_1","logprobs":[],"obfuscation":"FLULWfR","output_index":0,"sequence_number":6}"#;
    assert_eq!(fed(&mut chunks, piece), [chunk(r#""content":"\u00e9\"\/""#, "null") + "}"]);
    let end = fed(&mut chunks, &completed(&json!([message("é\"/")])).to_string());
    assert_eq!(
        end,
        [
            chunk("", "\"stop\"") + r#","service_tier":"default"}"#,
            head.to_owned()
                + r#"],"usage":{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12,"completion_tokens_details":{"reasoning_tokens":3}},"service_tier":"default"}"#,
            "[DONE]".to_owned(),
        ]
    );
    let usage = Usage { prompt: 5, cached: 0, completion: 7, reasoning: 3 };
    let summary = AnswerSummary {
        usage: Some(usage),
        model: Some("gpt-5.6".into()),
        finish_reason: Some("stop".into()),
        error: None,
        reasoning: Vec::new(),
    };
    let done = chunks.is_done();
    assert_eq!((&*chunks.summary(), done), (&summary, true));
    assert!(fed(&mut chunks, piece).is_empty(), "nothing follows the end");
}

#[test]
fn without_usage_no_chunk_mentions_it() {
    let mut chunks = chunks(false, &[]);
    let events = [CREATED.to_owned(), text_delta("a").to_string(), completed(&json!([])).to_string()];
    let all: Vec<String> = events.iter().flat_map(|event| fed(&mut chunks, event)).collect();
    assert_eq!(all.len(), 4, "{all:?}");
    assert!(all.iter().all(|data| !data.contains("usage")), "{all:?}");
}

#[test]
fn tokens_come_with_their_text() {
    let mut event = text_delta("a");
    event["logprobs"] = json!([{"token": "a", "logprob": -1.5, "top_logprobs": []}]);
    let data = fed(&mut chunks(true, &[]), &event.to_string());
    let chunk: Value = serde_json::from_str(&data[1]).unwrap();
    assert_eq!(
        chunk["choices"][0],
        json!({"index": 0, "delta": {"content": "a"}, "logprobs": {"content": event["logprobs"], "refusal": null},
            "finish_reason": null})
    );
    assert_eq!(chunk["usage"], Value::Null);
}

#[test]
fn refusals_and_reasoning_have_their_own_members() {
    let event = |kind: &str, index: u32, delta: &Value| json!({"type": kind, "output_index": 0, "content_index": index, "summary_index": index, "delta": delta});
    let (deltas, _) = deltas(
        &mut chunks(false, &[]),
        &[
            event("response.reasoning_summary_text.delta", 0, &json!("a")),
            event("response.reasoning_summary_text.delta", 0, &json!("b")),
            event("response.reasoning_summary_text.delta", 1, &json!("c")),
            event("response.reasoning_text.delta", 0, &json!("d")),
            event("response.reasoning.delta", 0, &json!("e")),
            event("response.reasoning.delta", 0, &json!({"text": "?"})),
            event("response.refusal.delta", 0, &json!("No")),
        ],
    );
    let thoughts = ["a", "b", "\n\nc", "\n\nd", "e"].map(|text| json!({ "reasoning_content": text }));
    assert_eq!(deltas[..5], thoughts);
    assert_eq!(deltas[5..], [json!({"refusal": "No"})]);
}

#[test]
fn interleaved_calls_go_to_their_own_index() {
    let added = |output: u64, item: &Value| {
        let mut item = item.clone();
        item["arguments"] = json!("");
        json!({"type": "response.output_item.added", "output_index": output, "item": item})
    };
    let piece = |id: &str, output: u64, delta: &str| json!({"type": "response.function_call_arguments.delta", "item_id": id, "output_index": output, "delta": delta});
    let done = json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 1, "arguments": "{\"a\":1}"});
    let custom =
        json!({"type": "custom_tool_call", "id": "ctc", "call_id": "call_3", "name": "g", "input": ""});
    let (deltas, last) = deltas(
        &mut chunks(false, &[]),
        &[
            added(1, &call(1)),
            added(2, &call(2)),
            piece("fc_1", 1, "{\"a\""),
            piece("another", 2, "{\"a\":2}"),
            piece("fc_1", 1, ":1}"),
            piece("unknown", 9, "?"),
            done,
            item_done(1, &call(1)),
            item_done(2, &call(2)),
            json!({"type": "response.output_item.added", "output_index": 3, "item": custom}),
            json!({"type": "response.custom_tool_call_input.delta", "item_id": "ctc", "output_index": 3, "delta": "x"}),
            completed(&json!([])),
        ],
    );
    let start = |index: u32, id: &str, kind: &str, call: &Value| json!({"tool_calls": [{"index": index, "id": id, "type": kind, kind: call}]});
    let more = |index: u32, arguments: &str| json!({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]});
    assert_eq!(
        deltas,
        [
            start(0, "call_1", "function", &json!({"name": "f", "arguments": ""})),
            start(1, "call_2", "function", &json!({"name": "f", "arguments": ""})),
            more(0, "{\"a\""),
            more(1, "{\"a\":2}"),
            more(0, ":1}"),
            start(2, "call_3", "custom", &json!({"name": "g", "input": ""})),
            json!({"tool_calls": [{"index": 2, "custom": {"input": "x"}}]}),
        ]
    );
    assert_eq!(last.unwrap()["choices"][0]["finish_reason"], "tool_calls");
}

#[test]
fn content_without_pieces_comes_from_the_first_event_that_has_it() {
    let text_done =
        json!({"type": "response.output_text.done", "output_index": 0, "content_index": 0, "text": "Hi"});
    let refusal_done =
        json!({"type": "response.refusal.done", "output_index": 0, "content_index": 1, "refusal": "No"});
    let added = json!({"type": "response.output_item.added", "output_index": 1, "item": {"type": "function_call",
        "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": ""}});
    let arguments_done = json!({"type": "response.function_call_arguments.done", "item_id": "fc_1", "output_index": 1, "arguments": "{\"a\":1}"});
    let start = json!({"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}]});
    let input = json!({"tool_calls": [{"index": 0, "function": {"arguments": "{\"a\":1}"}}]});
    let hi = json!({"content": "Hi"});
    let whole = completed(&json!([message("Hi"), call(1)]));
    let all = [
        vec![
            text_done,
            added,
            arguments_done,
            item_done(0, &message("Hi")),
            item_done(1, &call(1)),
            whole.clone(),
        ],
        vec![item_done(0, &message("Hi")), item_done(1, &call(1)), whole.clone()],
        vec![whole],
    ];
    for events in all {
        let (deltas, last) = deltas(&mut chunks(false, &[]), &events);
        assert_eq!(deltas, [hi.clone(), start.clone(), input.clone()], "{events:?}");
        assert_eq!(last.unwrap()["choices"][0]["finish_reason"], "tool_calls");
    }
    assert_eq!(deltas(&mut chunks(false, &[]), &[refusal_done]).0, [json!({"refusal": "No"})]);
}

#[test]
fn items_at_another_position_in_the_end_are_not_sent_twice() {
    let events = [
        text_delta("Hi"),
        item_done(0, &message("Hi")),
        completed(&json!([{"type": "reasoning", "id": "rs"}, message("Hi")])),
    ];
    assert_eq!(deltas(&mut chunks(false, &[]), &events).0, [json!({"content": "Hi"})]);
}

#[test]
fn the_vendor_field_comes_once_before_the_finish_reason() {
    let search = json!({"type": "file_search_call", "id": "fs_1", "queries": ["q"],
        "results": [{"file_id": "file-1", "filename": "a.md", "text": "T"}]});
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let mut message = message("Hi");
    message["content"][0]["annotations"] = json!([{"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 2},
            {"type": "file_citation", "file_id": "file-1", "filename": "a.md", "index": 2}]);
    let mut text = text_delta("Hi");
    text["output_index"] = json!(3);
    let events = [
        item_done(0, &reasoning),
        item_done(1, &search),
        item_done(2, &search),
        text,
        item_done(3, &message),
        completed(&json!([reasoning, search, search, message])),
    ];
    let (deltas, last) = deltas(&mut chunks(false, &[]), &events);
    let found =
        json!({"content": "T", "title": "a.md", "url": null, "filepath": "a.md", "chunk_id": "file-1"});
    assert_eq!(
        deltas,
        [
            json!({"context": {"citations": [found, found], "intent": "[\"q\",\"q\"]"}}),
            json!({"content": "Hi"}),
            json!({"annotations": [{"type": "url_citation", "url_citation":
                    {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}, {"type": "url_citation", "url_citation":
                    {"url": "azgate:file/file-1", "title": "a.md", "start_index": 2, "end_index": 2}}],
                "azgate": {"resource": "east", "output": [reasoning, search, search, {"type": "message"}],
                    "annotations": [{"type": "file_citation", "file_id": "file-1", "filename": "a.md", "index": 2}]}}),
        ]
    );
    assert_eq!(last.unwrap()["choices"][0]["delta"], json!({}));
}

#[test]
fn phases_and_unknown_parts_come_with_the_vendor_field() {
    let mut phased = message("Hi");
    phased["phase"] = json!("final_answer");
    let (sent, _) = deltas(&mut chunks(false, &[]), &[text_delta("Hi"), completed(&json!([phased]))]);
    let mark = json!({"type": "message", "phase": "final_answer"});
    assert_eq!(sent[1], json!({"azgate": {"resource": "east", "output": [mark]}}));
    let mut mixed = message("Hi");
    mixed["content"].as_array_mut().unwrap().push(json!({"type": "output_hologram", "data": [1]}));
    let events = [text_delta("Hi"), item_done(0, &mixed), completed(&json!([mixed]))];
    let (sent, _) = deltas(&mut chunks(false, &[]), &events);
    assert_eq!(sent[1], json!({"azgate": {"resource": "east", "output": [mixed]}}));
}

#[test]
fn the_filters_verdict_comes_with_the_finish_reason() {
    let mut end = completed(&json!([]));
    end["type"] = json!("response.incomplete");
    end["response"]["status"] = json!("incomplete");
    end["response"]["incomplete_details"] = json!({"reason": "content_filter"});
    end["response"]["content_filters"] = json!([
        {"source_type": "prompt", "content_filter_results": {"hate": {}}},
        {"source_type": "completion", "content_filter_results": {"violence": {}}},
    ]);
    let (_, last) = deltas(&mut chunks(false, &[]), &[end]);
    let last = last.unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "content_filter");
    assert_eq!(last["choices"][0]["content_filter_results"], json!({"violence": {}}));
    assert_eq!(
        last["prompt_filter_results"],
        json!([{"prompt_index": 0, "content_filter_results": {"hate": {}}}])
    );
}

#[test]
fn failures_end_the_stream_with_an_error() {
    for (event, code, kind) in [
        (
            r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"m"}}}"#,
            "server_error",
            "server_error",
        ),
        (
            r#"{"type":"error","code":"rate_limit_exceeded","message":"m","param":null}"#,
            "rate_limit_exceeded",
            "rate_limit_error",
        ),
        (
            r#"{"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m"}}"#,
            "insufficient_quota",
            "rate_limit_error",
        ),
        (r#"{"error":{"code":500,"message":"m"}}"#, "500", "server_error"),
        (r#"{"type":"error","code":null,"message":"m"}"#, "server_error", "server_error"),
    ] {
        let mut chunks = chunks(true, &[]);
        fed(&mut chunks, CREATED);
        let expected =
            format!(r#"{{"error":{{"message":"m","type":"{kind}","param":null,"code":"{code}"}}}}"#);
        assert_eq!(fed(&mut chunks, event), [expected]);
        assert_eq!((chunks.is_done(), chunks.summary().error.as_deref()), (true, Some(code)));
        assert!(fed(&mut chunks, event).is_empty());
    }
    let mut chunks = chunks(true, &[]);
    fed(&mut chunks, r#"{"type":"response.failed"}"#);
    chunks.end(&mut BytesMut::new());
    assert_eq!(chunks.summary().error.as_deref(), Some("server_error"));
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error() {
    let mut chunks = chunks(true, &[]);
    fed(&mut chunks, CREATED);
    let mut out = BytesMut::new();
    chunks.end(&mut out);
    let expected = r#"{"error":{"message":"The stream from Azure OpenAI broke off before its end.","type":"server_error","param":null,"code":"upstream_stream_interrupted"}}"#;
    assert_eq!(data(out), [expected]);
    let mut out = BytesMut::new();
    chunks.end(&mut out);
    assert!(out.is_empty() && chunks.is_done());
}

#[test]
fn an_event_that_cannot_be_read_ends_the_stream_since_text_may_be_missing() {
    let mut chunks = chunks(true, &[]);
    fed(&mut chunks, CREATED);
    let sent = fed(&mut chunks, r#"{"type":"response.output_text.delta""#);
    assert!(sent[0].contains(r#""code":"upstream_stream_unreadable""#), "{sent:?}");
    assert!(chunks.is_done());
}

#[test]
fn events_without_content_are_ignored() {
    let mut chunks = chunks(true, &[]);
    for event in [
        "[DONE]",
        "",
        "null",
        "[1]",
        "{\"type\":7}",
        r#"{"type":"response.web_search_call.searching"}"#,
        r#"{"type":"response.output_text.delta","delta":""}"#,
        r#"{"type":"response.output_text.delta","delta":1}"#,
        r#"{"type":"response.output_item.done"}"#,
        r#"{"type":"response.created"}"#,
    ] {
        assert!(fed(&mut chunks, event).is_empty(), "{event}");
    }
    let end = fed(&mut chunks, r#"{"type":"response.completed"}"#);
    assert_eq!(end.len(), 3);
    assert!(
        end[0].starts_with(r#"{"id":"","object":"chat.completion.chunk","created":0,"model":"","#),
        "{end:?}"
    );
}

#[test]
fn the_first_chunk_may_come_with_the_last_event() {
    let end = fed(&mut chunks(true, &[]), &completed(&json!([message("Hi")])).to_string());
    assert_eq!(end.len(), 5);
    assert!(end.iter().take(4).all(|data| data.starts_with(r#"{"id":"chatcmpl-1","#)), "{end:?}");
}

#[test]
fn an_error_event_may_explain_a_failed_response() {
    let mut chunks = chunks(false, &[]);
    fed(&mut chunks, CREATED);
    let failed =
        r#"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":null,"output":[]}}"#;
    assert_eq!(fed(&mut chunks, failed), [""; 0]);
    assert!(!chunks.is_done());
    let error = r#"{"type":"error","error":{"code":"rate_limit_exceeded","message":"slow down"}}"#;
    let sent = fed(&mut chunks, error);
    assert!(sent[0].contains(r#""code":"rate_limit_exceeded""#) && sent[0].contains("slow down"), "{sent:?}");
    assert!(chunks.is_done());
}

#[test]
fn an_unexplained_failure_is_reported_at_the_end() {
    let mut chunks = chunks(false, &[]);
    fed(&mut chunks, CREATED);
    fed(
        &mut chunks,
        r#"{"type":"response.failed","response":{"id":"resp_1","status":"failed","error":null,"output":[]}}"#,
    );
    let mut out = BytesMut::new();
    chunks.end(&mut out);
    let sent = data(out);
    assert!(sent[0].contains(r#""code":"server_error""#), "{sent:?}");
}
