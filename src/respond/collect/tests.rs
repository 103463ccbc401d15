//! Compares collected answers with their chunks. `proptests.rs` compares them with `synthesize`, and
//! `tests/it/collecting.rs` with the simulator.

use serde_json::{Value, json};

use super::*;

const LIMIT: usize = 1 << 20;

/// A stream of these events' data, without `[DONE]`.
fn events(data: &[&str]) -> String {
    data.iter().flat_map(|data| ["data: ", data, "\n\n"]).collect()
}

fn collect(stream: &str) -> Result<String, CollectError> {
    let mut collector = Collector::new(Dialect::Chat, LIMIT);
    collector.push(Bytes::copy_from_slice(stream.as_bytes()))?;
    collector.finish().map(|answer| String::from_utf8(answer.to_vec()).unwrap())
}

/// The answer that a whole stream of these events makes.
fn answer(data: &[&str]) -> Value {
    serde_json::from_str(&collect(&(events(data) + "data: [DONE]\n\n")).unwrap()).unwrap()
}

/// The first choice of an answer whose chunks have one choice of these members.
fn choice(choices: &[&str]) -> Value {
    let chunks: Vec<String> =
        choices.iter().map(|choice| format!(r#"{{"id":"c","choices":[{{"index":0,{choice}}}]}}"#)).collect();
    answer(&chunks.iter().map(String::as_str).collect::<Vec<_>>())["choices"][0].take()
}

/// The message of an answer with these deltas.
fn message(deltas: &[&str]) -> Value {
    let choices: Vec<String> = deltas.iter().map(|delta| format!(r#""delta":{delta}"#)).collect();
    choice(&choices.iter().map(String::as_str).collect::<Vec<_>>())["message"].take()
}

/// A default-mode stream of Azure (gpt-5.4-mini, 2026-08) with `include_usage`.
const AZURE: [&str; 5] = [
    r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"#,
    r#"{"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","obfuscation":"zRj","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#,
    r#"{"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"delta":{"content":"Hí 😀\u0021"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","obfuscation":"x","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#,
    r#"{"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#,
    r#"{"choices":[],"created":1785610058,"id":"chatcmpl-1","latency_checkpoint":{"engine_ttft_ms":28},"model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":{"completion_tokens":2.0,"prompt_tokens":9,"total_tokens":11}}"#,
];

#[test]
fn azures_stream_becomes_azures_answer_to_the_byte() {
    let expected = r#"{"choices":[{"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"finish_reason":"stop","index":0,"logprobs":null,"message":{"annotations":[],"content":"Hí 😀\u0021","refusal":null,"role":"assistant"}}],"created":1785610058,"id":"chatcmpl-1","latency_checkpoint":{"engine_ttft_ms":28},"model":"gpt-5.4-mini-2026-03-17","object":"chat.completion","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}],"service_tier":"default","system_fingerprint":null,"usage":{"completion_tokens":2.0,"prompt_tokens":9,"total_tokens":11}}"#;
    assert_eq!(collect(&(events(&AZURE) + "data: [DONE]\n\n")).unwrap(), expected);
}

#[test]
fn the_bytes_may_be_cut_anywhere() {
    let stream = format!(": ping\r\n\r\n{}data: [DONE]\r\n\r\n", events(&AZURE).replace('\n', "\r\n"));
    let whole = collect(&stream).unwrap();
    for size in [1, 2, 7, 100] {
        let mut collector = Collector::new(Dialect::Chat, LIMIT);
        for chunk in stream.as_bytes().chunks(size) {
            collector.push(Bytes::copy_from_slice(chunk)).unwrap();
        }
        assert!(collector.is_done());
        assert_eq!(collector.finish().unwrap(), whole, "{size}");
    }
}

#[test]
fn a_pair_of_surrogates_may_be_cut_between_two_deltas() {
    let stream = events(&[
        r#"{"choices":[{"index":0,"delta":{"content":"a\ud83d"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"\ude00\""},"finish_reason":"stop"}]}"#,
    ]);
    let answer = collect(&stream).unwrap();
    assert!(answer.contains(r#""content":"a\ud83d\ude00\"""#), "{answer}");
    let answer: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(answer["choices"][0]["message"]["content"], "a😀\"");
}

#[test]
fn choices_grow_side_by_side() {
    let answer = answer(&[
        r#"{"choices":[{"index":1,"delta":{"role":"assistant","content":"b"}}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"B"}}]}"#,
        r#"{"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}"#,
        r#"{"choices":[{"index":0,"delta":{"content":"A"},"finish_reason":"stop"}]}"#,
    ]);
    let collected: Vec<_> = answer["choices"].as_array().unwrap().iter().collect();
    assert_eq!(collected.len(), 2);
    let one = |at: usize| {
        (&collected[at]["index"], &collected[at]["message"]["content"], &collected[at]["finish_reason"])
    };
    assert_eq!(one(0), (&json!(0), &json!("aA"), &json!("stop")));
    assert_eq!(one(1), (&json!(1), &json!("bB"), &json!("length")));
}

#[test]
fn tool_calls_grow_by_their_index_and_lose_it() {
    let merged = message(&[
        r#"{"role":"assistant","content":null}"#,
        r#"{"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}]}"#,
        r#"{"tool_calls":[{"index":1,"id":"call_b","function":{"name":"g","arguments":"{"}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":"}},{"index":1,"id":"","type":null,"function":{"name":null,"arguments":"}"}}]}"#,
        r#"{"tool_calls":[{"index":0,"function":{"arguments":"1.0}"}}]}"#,
        r#"{"tool_calls":[{"index":2,"id":"call_c","custom":{"name":"c","input":"in"}}]}"#,
        r#"{"tool_calls":[{"index":2,"custom":{"input":"put"}}]}"#,
    ]);
    let function = |id: &str, name: &str, arguments: &str| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
    let custom = json!({"id": "call_c", "type": "custom", "custom": {"name": "c", "input": "input"}});
    let calls = json!([function("call_a", "f", "{\"x\":1.0}"), function("call_b", "g", "{}"), custom]);
    assert_eq!(
        merged,
        json!({"role": "assistant", "content": null, "refusal": null, "annotations": [], "tool_calls": calls})
    );
}

#[test]
fn a_legacy_function_call_grows_too() {
    let merged = message(&[
        r#"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":""}}"#,
        r#"{"function_call":{"arguments":"{}"}}"#,
    ]);
    assert_eq!(merged["function_call"], json!({"name": "f", "arguments": "{}"}));
    assert_eq!(merged["content"], Value::Null);
}

#[test]
fn a_refusal_is_joined_and_texts_that_never_came_are_null() {
    let merged = message(&[
        r#"{"role":"assistant","content":null,"refusal":""}"#,
        r#"{"refusal":"I'm "}"#,
        r#"{"refusal":"sorry"}"#,
    ]);
    assert_eq!((&merged["refusal"], &merged["content"]), (&json!("I'm sorry"), &Value::Null));
    let silent = message(&["{}"]);
    let expected = json!({"role": "assistant", "content": null, "refusal": null, "annotations": []});
    assert_eq!(silent, expected);
    let exhausted = message(&[r#"{"content":"","refusal":null,"role":"assistant"}"#]);
    assert_eq!(exhausted["content"], "", "an empty text stays and does not become null");
}

#[test]
fn unknown_texts_are_joined_and_of_other_unknown_values_the_last_stays() {
    let merged = message(&[
        r#"{"reasoning_content":"Let ","x":{"a":1}}"#,
        r#"{"reasoning_content":"me","x":{"b":2}}"#,
        r#"{"reasoning_content":null,"x":{}}"#,
    ]);
    assert_eq!((&merged["reasoning_content"], &merged["x"]), (&json!("Let me"), &json!({"b": 2})));
    let whole = answer(&[
        r#"{"x":1,"routing":{"a":1},"y":[1],"choices":[{"index":0,"delta":{},"z":1}],"obfuscation":"p"}"#,
        r#"{"x":2,"y":null,"error":null,"choices":[{"index":0,"delta":{},"z":2}],"obfuscation":"q"}"#,
    ]);
    assert_eq!((&whole["x"], &whole["y"], &whole["routing"]), (&json!(2), &json!([1]), &json!({"a": 1})));
    assert_eq!(whole["choices"][0]["z"], 2);
    assert!(whole.get("obfuscation").is_none() && whole.get("error").is_none());
}

#[test]
fn annotations_context_and_audio_are_put_together() {
    let merged = message(&[
        r#"{"role":"assistant","annotations":[{"type":"url_citation"}],"context":{"citations":[{"url":"u"}],"intent":"[]"},"audio":{"id":"a"}}"#,
        r#"{"annotations":[],"context":{"intent":"[\"q\"]"},"audio":{"transcript":"Hel"}}"#,
        r#"{"annotations":[ {"type":"b"} ],"audio":{"transcript":"lo","data":"AAA"}}"#,
        r#"{"audio":{"data":"BBB","expires_at":7}}"#,
    ]);
    assert_eq!(merged["annotations"], json!([{"type": "url_citation"}, {"type": "b"}]));
    assert_eq!(merged["context"], json!({"citations": [{"url": "u"}], "intent": "[\"q\"]"}));
    assert_eq!(merged["audio"], json!({"id": "a", "transcript": "Hello", "data": "AAABBB", "expires_at": 7}));
}

#[test]
fn logprobs_are_joined() {
    let token = |token: &str| format!(r#"{{"token":"{token}","logprob":-1.50,"top_logprobs":[]}}"#);
    let logprobs =
        |content: &str| format!(r#""delta":{{}},"logprobs":{{"content":{content},"refusal":null}}"#);
    let first = logprobs(&format!("[{}]", token("a")));
    let second = logprobs(&format!("[{}, {}]", token("b"), token("c")));
    let refusal = format!(r#""logprobs":{{"content":null,"refusal":[{}]}}"#, token("r"));
    let collected =
        choice(&[r#""logprobs":null"#, &first, &logprobs("[]"), &second, r#""logprobs":null"#, &refusal]);
    let tokens = |key: &str| -> Vec<String> {
        let tokens = collected["logprobs"][key].as_array().unwrap();
        tokens.iter().map(|token| token["token"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (tokens("content"), tokens("refusal")),
        (vec!["a".into(), "b".into(), "c".into()], vec!["r".into()])
    );
    assert_eq!(choice(&[r#""logprobs":null"#])["logprobs"], Value::Null);
    assert_eq!(choice(&[&first])["logprobs"]["refusal"], Value::Null);
}

#[test]
fn the_asynchronous_filters_annotations_leave_the_worst_verdicts() {
    let verdict = |violence: &str| {
        format!(
            r#""finish_reason":null,"content_filter_results":{{"hate":{{"filtered":false,"severity":"safe"}},"violence":{violence}}},"content_filter_offsets":{{"check_offset":0}}"#
        )
    };
    let collected = choice(&[
        r#""delta":{"role":"assistant","content":"a"},"finish_reason":null"#,
        &verdict(r#"{"filtered":false,"severity":"medium"}"#),
        r#""delta":{},"finish_reason":"stop""#,
        &verdict(r#"{"filtered":false,"severity":"low"}"#),
        r#""finish_reason":null,"content_filter_result":{"error":{"code":"content_filter_error","message":"The contents are not filtered"}}"#,
    ]);
    let expected = json!({
        "index": 0, "finish_reason": "stop", "logprobs": null,
        "message": {"role": "assistant", "content": "a", "refusal": null, "annotations": []},
        "content_filter_results": {
            "hate": {"filtered": false, "severity": "safe"},
            "violence": {"filtered": false, "severity": "medium"},
        },
        "content_filter_result": {
            "error": {"code": "content_filter_error", "message": "The contents are not filtered"},
        },
    });
    assert_eq!(collected, expected);
}

#[test]
fn a_block_by_the_filter_ends_a_choice_without_a_delta() {
    let collected = choice(&[
        r#""delta":{"role":"assistant","content":"a"},"finish_reason":null"#,
        r#""finish_reason":"content_filter","content_filter_results":{"violence":{"filtered":true,"severity":"low"}}"#,
        r#""finish_reason":null,"content_filter_results":{"violence":{"filtered":false,"severity":"high"}}"#,
    ]);
    assert_eq!(collected["finish_reason"], "content_filter");
    assert_eq!(collected["content_filter_results"]["violence"], json!({"filtered": true, "severity": "low"}));
    assert_eq!(collected["message"]["content"], "a");
}

#[test]
fn an_error_in_the_stream_is_kept_as_it_came() {
    let error = r#"{"error":{"message":"The server had an error","code":null, "n":1.0}}"#;
    let stream = events(&[AZURE[0], AZURE[1], error, "[DONE]"]);
    assert_eq!(collect(&stream), Err(CollectError::Reported { event: Bytes::from_static(error.as_bytes()) }));
}

#[test]
fn a_stream_that_breaks_off_is_an_error() {
    for stream in [
        events(&AZURE[..3]),
        events(&AZURE[..1]),
        events(&["[DONE]"]),
        String::new(),
        events(&[r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"delta":{}}]}"#]),
        events(&AZURE[..3]) + "data: {\"choices\":[{\"ind",
    ] {
        assert_eq!(collect(&stream), Err(CollectError::BrokenOff), "{stream}");
    }
}

#[test]
fn a_stream_without_done_is_complete_if_every_choice_has_its_reason() {
    let whole = collect(&(events(&AZURE) + "data: [DONE]\n\n")).unwrap();
    assert_eq!(collect(&events(&AZURE)).unwrap(), whole);
    assert_eq!(collect(events(&AZURE).trim_end()).unwrap(), whole, "the last event lacks its blank line");
    assert_eq!(collect(&(events(&AZURE) + "data: [DONE]")).unwrap(), whole);
    let without_usage = collect(&(events(&AZURE[..4]) + "data: {\"choices\":[],\"usa")).unwrap();
    assert!(serde_json::from_str::<Value>(&without_usage).unwrap().get("usage").is_none());
    let no_reason = events(&AZURE[..3]) + "data: [DONE]\n\n";
    assert!(collect(&no_reason).unwrap().contains(r#""finish_reason":null"#));
}

#[test]
fn events_after_done_are_ignored() {
    let stream = events(&AZURE) + "data: [DONE]\n\ndata: nonsense\n\ndata: {\"error\":{}}\n\n";
    assert!(collect(&stream).is_ok());
}

#[test]
fn comments_and_empty_events_are_skipped_and_nonsense_is_not() {
    let stream = format!(": hello\n\ndata:\n\n{}", events(&AZURE));
    assert!(collect(&stream).is_ok());
    for nonsense in ["nonsense", "[]", "7", r#"{"choices":["#] {
        let stream = events(&[AZURE[1], nonsense, AZURE[3]]);
        let (excerpt, bytes) = (nonsense.to_owned(), nonsense.len());
        assert_eq!(collect(&stream), Err(CollectError::Malformed { excerpt, bytes }));
    }
}

#[test]
fn members_of_unexpected_kinds_do_no_harm() {
    let odd = r#"{"id":7,"choices":[1,{"index":-1,"delta":[],"logprobs":3,"content_filter_results":[],"finish_reason":"stop"}]}"#;
    let collected = answer(&[
        odd,
        r#"{"choices":{},"usage":"x"}"#,
        r#"{"choices":[{"index":1,"delta":{"tool_calls":{},"content":[1]}}]}"#,
    ]);
    assert_eq!((&collected["id"], &collected["usage"]), (&json!(7), &json!("x")));
    assert_eq!(collected["choices"][0]["message"]["content"], json!([1]));
}

#[test]
fn the_answer_is_limited_and_not_its_stream() {
    let word =
        events(&[r#"{"choices":[{"index":0,"delta":{"content":"0123456789"}}],"padding":"pppppppppppp"}"#]);
    let push = |limit: usize, times: usize| {
        let mut collector = Collector::new(Dialect::Chat, limit);
        (0..times).try_for_each(|_| collector.push(Bytes::from(word.clone())))
    };
    assert_eq!(push(2_000, 100), Ok(()), "the stream has {} bytes", word.len() * 100);
    assert_eq!(push(2_000, 200), Err(CollectError::TooLarge { limit: 2_000 }));
    let mut collector = Collector::new(Dialect::Chat, 100);
    let endless = Bytes::from("data: ".to_owned() + &"x".repeat(100));
    assert_eq!(collector.push(endless), Err(CollectError::TooLarge { limit: 100 }));
}

#[test]
fn many_members_and_choices_count_against_the_limit_even_if_they_are_empty() {
    let stream = events(&[&format!(r#"{{"choices":[{}]}}"#, vec!["{}"; 100].join(","))]);
    let mut collector = Collector::new(Dialect::Chat, 5_000);
    assert_eq!(collector.push(stream.into()), Err(CollectError::TooLarge { limit: 5_000 }));
}
