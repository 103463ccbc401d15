use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{NotAnAnswer, synthesize};
use crate::{call::UsageChunk, json::Document, respond::answer::DEPTH, sse};

fn stream(answer: &str, usage: UsageChunk) -> String {
    let document = Document::parse(Bytes::copy_from_slice(answer.as_bytes()), DEPTH).unwrap();
    String::from_utf8(synthesize(&document, usage).unwrap().to_vec()).unwrap()
}

/// The chunks of a stream, one `data:` line each, each a valid `chat.completion.chunk`.
fn chunks(stream: &str) -> Vec<Value> {
    let body = stream.strip_suffix("data: [DONE]\n\n").expect("the stream ends with [DONE]");
    let events = body.split_terminator("\n\n");
    let chunks: Vec<Value> = events
        .map(|event| {
            let data = event.strip_prefix("data: ").expect("data and nothing else");
            serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"))
        })
        .collect();
    chunks.iter().for_each(well_formed);
    chunks
}

/// Checks what OpenAI's description requires of a chunk (`CreateChatCompletionStreamResponse`).
fn well_formed(chunk: &Value) {
    assert_eq!(chunk["object"], "chat.completion.chunk");
    assert!(chunk["id"].is_string() && chunk["model"].is_string() && chunk["created"].is_u64(), "{chunk}");
    for choice in chunk["choices"].as_array().unwrap() {
        assert!(choice["index"].is_u64() && choice["delta"].is_object(), "{choice}");
        assert!(choice["finish_reason"].is_null() || choice["finish_reason"].is_string(), "{choice}");
        for call in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            assert!(call["index"].is_u64(), "{call}");
        }
    }
}

/// Puts a choice's message together again, the way the SDKs' accumulators do: strings under known keys are joined,
/// calls merged by index, everything else taken as it comes.
#[derive(Default)]
struct Collected {
    message: BTreeMap<String, Value>,
    calls: BTreeMap<u64, Value>,
    choice: BTreeMap<String, Value>,
}

fn join(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::String(into), Value::String(from)) => into.push_str(from),
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                join(into.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

fn collect(chunks: &[Value]) -> BTreeMap<u64, Collected> {
    let mut all: BTreeMap<u64, Collected> = BTreeMap::new();
    for choice in chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap()) {
        let index = choice["index"].as_u64().unwrap();
        let first = !all.contains_key(&index);
        let collected = all.entry(index).or_default();
        assert_eq!(first, choice["delta"].get("role").is_some(), "the role comes in the first delta");
        assert!(collected.choice.get("finish_reason").is_none_or(Value::is_null), "nothing behind the end");
        for (key, value) in choice["delta"].as_object().unwrap() {
            if key == "tool_calls" {
                for call in value.as_array().unwrap() {
                    let index = call["index"].as_u64().unwrap();
                    let begun = collected.calls.contains_key(&index);
                    assert_ne!(begun, call.get("id").is_some(), "the id comes first: {call}");
                    let mut call = call.clone();
                    call.as_object_mut().unwrap().remove("index");
                    join(collected.calls.entry(index).or_insert(Value::Null), &call);
                }
            } else {
                join(collected.message.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        for (key, value) in choice.as_object().unwrap() {
            if key != "delta" && !(value.is_null() && collected.choice.contains_key(key)) {
                collected.choice.insert(key.clone(), value.clone());
            }
        }
    }
    all
}

/// Returns the JSON answer that the chunks describe.
fn collected_choices(chunks: &[Value]) -> Vec<Value> {
    let choice = |(_, mut collected): (u64, Collected)| {
        if !collected.calls.is_empty() {
            let calls = collected.calls.into_values().collect();
            collected.message.insert("tool_calls".into(), Value::Array(calls));
        }
        collected.choice.insert("message".into(), collected.message.into_iter().collect());
        collected.choice.into_iter().collect()
    };
    collect(chunks).into_iter().map(choice).collect()
}

/// An answer of o1 as Azure gives it, with its filter results.
const O1: &str = r#"{"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"finish_reason":"stop","index":0,"logprobs":null,"message":{"annotations":[],"content":"Hi, \ud83d\ude00 \"you\"","refusal":null,"role":"assistant"}}],"created":1741358192,"id":"chatcmpl-B8","model":"o1-2024-12-17","object":"chat.completion","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}],"system_fingerprint":"fp_1","usage":{"completion_tokens":1.0e2,"completion_tokens_details":{"reasoning_tokens":64},"prompt_tokens":9,"total_tokens":109}}"#;

#[test]
fn an_answer_of_o1_becomes_these_bytes() {
    let head = r#"data: {"id":"chatcmpl-B8","object":"chat.completion.chunk","created":1741358192,"model":"o1-2024-12-17","system_fingerprint":"fp_1","choices":["#;
    let expected = [
        r#"{"index":0,"delta":{"role":"assistant","annotations":[],"content":"","refusal":null},"logprobs":null,"finish_reason":null}],"usage":null,"prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}"#,
        r#"{"index":0,"delta":{"content":"Hi, \ud83d\ude00 \"you\""},"logprobs":null,"finish_reason":null}],"usage":null}"#,
        r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop","content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"usage":null}"#,
        r#"],"usage":{"completion_tokens":1.0e2,"completion_tokens_details":{"reasoning_tokens":64},"prompt_tokens":9,"total_tokens":109}}"#,
    ];
    let expected: String = expected.map(|chunk| [head, chunk, "\n\n"].concat()).concat();
    assert_eq!(stream(O1, UsageChunk::Wanted), expected + "data: [DONE]\n\n");
}

#[test]
fn usage_is_sent_only_if_the_client_asked() {
    for unasked in [UsageChunk::None, UsageChunk::Hidden] {
        let stream = stream(O1, unasked);
        assert!(!stream.contains("usage"), "{stream}");
        assert_eq!(chunks(&stream).len(), 3);
    }
}

#[test]
fn a_body_that_is_not_an_answer_is_an_error() {
    for other in [r#"{"error":{"message":"x"}}"#, "[]", "7", r#"{"choices":null}"#] {
        let document = Document::parse(Bytes::from_static(other.as_bytes()), DEPTH).unwrap();
        assert_eq!(synthesize(&document, UsageChunk::None), Err(NotAnAnswer));
    }
}

#[test]
fn an_answer_printed_over_many_lines_still_makes_one_line_an_event() {
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(O1).unwrap()).unwrap();
    let chunks = chunks(&stream(&pretty, UsageChunk::Wanted));
    assert_eq!(chunks.last().unwrap()["usage"]["completion_tokens_details"]["reasoning_tokens"], 64);
}

#[test]
fn calls_of_every_form_keep_all_their_members() {
    let message = json!({"role": "assistant", "content": null, "context": {"intent": "x"}, "tool_calls": [
        {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{\"a\":\"".to_owned() + &"é".repeat(99) + "\"}"}},
        {"id": "call_2", "type": "custom", "custom": {"name": "c", "input": "in"}, "x": [1]},
        {"id": "call_3", "type": "function", "function": {"name": "g", "arguments": ""}},
        {"id": "call_4", "type": "function", "function": {"name": "h", "arguments": {"odd": 1}}},
    ]});
    let logprobs = json!({"content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}]});
    let choice = json!({"index": 0, "finish_reason": "tool_calls", "logprobs": logprobs, "message": message});
    let answer = json!({"id": "i", "created": 1, "model": "m", "choices": [choice]}).to_string();
    let chunks = chunks(&stream(&answer, UsageChunk::None));
    assert_eq!(collected_choices(&chunks), [choice]);
    let carriers: Vec<usize> =
        (0..chunks.len()).filter(|at| !chunks[*at]["choices"][0]["logprobs"].is_null()).collect();
    assert_eq!(carriers, [1], "one chunk behind the role carries the logprobs");
}

#[test]
fn the_legacy_function_call_streams_its_name_first() {
    let call = json!({"name": "f", "arguments": "{}"});
    let message = json!({"role": "assistant", "content": null, "function_call": call});
    let choice = json!({"index": 0, "finish_reason": "function_call", "logprobs": null, "message": message});
    let answer = json!({"id": "i", "created": 1, "model": "m", "choices": [choice]}).to_string();
    let chunks = chunks(&stream(&answer, UsageChunk::None));
    assert_eq!(chunks[1]["choices"][0]["delta"], json!({"function_call": {"name": "f", "arguments": ""}}));
    assert_eq!(collected_choices(&chunks), [choice]);
}

#[test]
fn a_long_text_makes_few_chunks_and_little_overhead() {
    let text = "word ".repeat(20_000);
    let answer = json!({"id": "i", "created": 1, "model": "m", "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}]})
    .to_string();
    let stream = stream(&answer, UsageChunk::None);
    assert!(stream.len() < answer.len() * 3 / 2, "{} of {}", stream.len(), answer.len());
    assert_eq!(collected_choices(&chunks(&stream))[0]["message"]["content"], text);
}

#[test]
fn lone_surrogates_survive() {
    let answer = r#"{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"a\ud800b"}}]}"#;
    assert!(stream(answer, UsageChunk::None).contains(r#""content":"a\ud800b""#));
}

#[test]
fn a_choice_without_a_message_and_an_answer_without_choices_still_stream() {
    let bare = stream(r#"{"id":"i","created":1,"model":"m","choices":[{}],"x":1}"#, UsageChunk::Wanted);
    assert_eq!(chunks(&bare).len(), 2);
    let none = stream(r#"{"id":"i","created":1,"model":"m","choices":[],"x":1}"#, UsageChunk::None);
    assert_eq!(chunks(&none)[0]["x"], 1);
}

fn text() -> impl Strategy<Value = Value> {
    prop_oneof![Just(Value::Null), "(\\PC|[😀\"\\\\\n\r]){0,200}".prop_map(Value::String)]
}

fn call() -> impl Strategy<Value = Value> {
    ("[a-z]{1,5}", "(\\PC|[\"\\\\\n]){0,150}", any::<bool>()).prop_map(|(name, text, custom)| {
        if custom {
            json!({"id": "call_c", "type": "custom", "custom": {"name": name, "input": text}})
        } else {
            json!({"id": "call_f", "type": "function", "function": {"name": name, "arguments": text}})
        }
    })
}

fn message() -> impl Strategy<Value = Value> {
    let extra = prop::option::of("[a-z]{0,8}");
    (text(), text(), prop::option::of(text()), prop::collection::vec(call(), 0..3), extra).prop_map(
        |(content, refusal, reasoning, calls, extra)| {
            let mut message = json!({"role": "assistant", "content": content, "refusal": refusal});
            if let Some(reasoning) = reasoning {
                message["reasoning_content"] = reasoning;
            }
            if let Some(extra) = extra {
                message["x_unknown"] = json!({ "y": extra });
            }
            if !calls.is_empty() {
                message["tool_calls"] = Value::Array(calls);
            }
            message
        },
    )
}

proptest! {
    #[test]
    fn a_stream_tells_the_same_as_its_answer(
        messages in prop::collection::vec((message(), "stop|length|tool_calls|content_filter"), 1..4),
        ascii: bool,
        pretty: bool,
    ) {
        let choices: Vec<Value> = messages.into_iter().enumerate().map(|(index, (message, reason))| json!({
            "index": index, "message": message, "finish_reason": reason, "logprobs": null,
            "content_filter_results": {"hate": {"filtered": false}},
        })).collect();
        let answer = json!({"id": "i", "object": "chat.completion", "created": 1, "model": "m", "choices": choices});
        let mut source = if pretty { serde_json::to_string_pretty(&answer) } else { serde_json::to_string(&answer) }.unwrap();
        if ascii {
            let escaped = |unit: u16| {
                char::from_u32(unit.into()).filter(char::is_ascii).map_or(format!("\\u{unit:04X}"), String::from)
            };
            source = source.encode_utf16().map(escaped).collect::<Vec<_>>().concat();
        }
        let stream = stream(&source, UsageChunk::None);
        prop_assert_eq!(collected_choices(&chunks(&stream)), choices);
        let mut decoder = sse::Decoder::new(sse::EVENT_LIMIT);
        decoder.push(Bytes::from(stream.into_bytes()));
        while let Some(event) = decoder.event().unwrap() { prop_assert!(event.data().is_some()); }
        prop_assert_eq!(decoder.finish(), None);
    }
}
