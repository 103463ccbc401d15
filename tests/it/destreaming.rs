//! For a family that Azure does not stream, azgate makes one JSON call and converts the answer into OpenAI's stream.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Proxy, Reply, Upstream, sse};

fn ask(more: &str) -> String {
    format!(r#"{{"model":"o1","messages":[{{"role":"user","content":"Hi"}}],"stream":true{more}}}"#)
}

/// Returns an o1 answer as Azure sends it, with these choices.
fn answered(choices: &str) -> String {
    format!(
        r#"{{"choices":[{choices}],"created":1735689600,"id":"chatcmpl-9","model":"o1-2024-12-17","object":"chat.completion","prompt_filter_results":[{{"prompt_index":0,"content_filter_results":{{"hate":{{"filtered":false,"severity":"safe"}}}}}}],"system_fingerprint":"fp_9","usage":{{"completion_tokens":30,"completion_tokens_details":{{"reasoning_tokens":20}},"prompt_tokens":5,"total_tokens":35}}}}"#
    )
}

fn choice(index: u32, message: &str, reason: &str) -> String {
    format!(
        r#"{{"content_filter_results":{{"hate":{{"filtered":false}}}},"finish_reason":"{reason}","index":{index},"logprobs":null,"message":{message}}}"#
    )
}

/// Returns the chunks that the client gets and the body that Azure gets.
async fn streamed(body: &str, answer: &str) -> (Vec<Value>, Value) {
    let upstream = Upstream::script([Reply::json(200, answer)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let response = proxy.chat(body.to_owned()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert!(response.headers()["x-azgate-edits"].to_str().unwrap().contains("synthesize.stream"));
    let chunks = sse::chunks(&response.text().await.unwrap());
    for chunk in &chunks {
        assert_eq!(chunk["id"], "chatcmpl-9");
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!(chunk["created"], 1_735_689_600);
        assert_eq!(chunk["model"], "o1-2024-12-17");
        assert_eq!(chunk["system_fingerprint"], "fp_9");
    }
    (chunks, serde_json::from_str(upstream.only().text()).unwrap())
}

/// Joins the deltas of one key as the SDKs do, and returns a text per choice.
fn texts<'c>(chunks: &'c [Value], key: &str) -> BTreeMap<u64, String> {
    let mut texts = BTreeMap::new();
    let choices = chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap());
    for choice in choices {
        let text: &'c Value = &choice["delta"][key];
        let entry: &mut String = texts.entry(choice["index"].as_u64().unwrap()).or_default();
        entry.push_str(text.as_str().unwrap_or_default());
    }
    texts
}

fn reasons(chunks: &[Value]) -> Vec<(u64, &str)> {
    let choices = chunks.iter().flat_map(|chunk| chunk["choices"].as_array().unwrap());
    choices
        .filter_map(|choice| Some((choice["index"].as_u64()?, choice["finish_reason"].as_str()?)))
        .collect()
}

#[tokio::test]
async fn azgate_requests_json_once_and_without_stream_options() {
    let answer = answered(&choice(0, r#"{"content":"Hi","role":"assistant"}"#, "stop"));
    let (chunks, sent) = streamed(&ask(r#","stream_options":{"include_usage":true}"#), &answer).await;
    assert_eq!(sent["stream"], false);
    assert!(sent.get("stream_options").is_none());
    let (last, others) = chunks.split_last().unwrap();
    assert_eq!(last["choices"], json!([]));
    assert_eq!(last["usage"]["completion_tokens_details"]["reasoning_tokens"], 20);
    assert_eq!(last["usage"]["total_tokens"], 35);
    assert!(others.iter().all(|chunk| chunk["usage"].is_null() && chunk.get("usage").is_some()));
}

#[tokio::test]
async fn a_usage_chunk_is_sent_only_on_request() {
    let answer = answered(&choice(0, r#"{"content":"Hi","role":"assistant"}"#, "stop"));
    let (chunks, _) = streamed(&ask(""), &answer).await;
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none()));
    assert!(chunks.iter().all(|chunk| !chunk["choices"].as_array().unwrap().is_empty()));
}

#[tokio::test]
async fn text_is_sent_in_slices_that_split_neither_characters_nor_escapes() {
    let text = "Zeile \\\"eins\\\"\\n\\ud83d\\ude00 😀👩‍👩‍👧 \\u00e9é \\\\ ".repeat(40);
    let message = format!(r#"{{"content":"{text}","refusal":null,"role":"assistant"}}"#);
    let (chunks, _) = streamed(&ask(""), &answered(&choice(0, &message, "length"))).await;
    let whole: String = serde_json::from_str(&format!("\"{text}\"")).unwrap();
    assert_eq!(texts(&chunks, "content")[&0], whole);
    assert!(chunks.len() > 10, "the text is sent in slices");
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[0]["choices"][0]["delta"]["content"], "");
    assert!(chunks[1..].iter().all(|chunk| chunk["choices"][0]["delta"].get("role").is_none()));
    assert_eq!(reasons(&chunks), [(0, "length")]);
}

#[tokio::test]
async fn the_stream_contains_the_filter_results() {
    let answer = answered(&choice(0, r#"{"content":"Hi","role":"assistant"}"#, "content_filter"));
    let (chunks, _) = streamed(&ask(""), &answer).await;
    assert_eq!(chunks[0]["prompt_filter_results"][0]["content_filter_results"]["hate"]["severity"], "safe");
    let last = chunks.last().unwrap();
    assert_eq!(last["choices"][0]["finish_reason"], "content_filter");
    assert_eq!(last["choices"][0]["content_filter_results"]["hate"]["filtered"], false);
}

#[tokio::test]
async fn tool_calls_are_streamed_by_index_with_their_ids_first() {
    let message = r#"{"content":null,"role":"assistant","tool_calls":[{"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\":\"😀\"}"}},{"id":"call_b","type":"function","function":{"name":"g","arguments":""}}]}"#;
    let (chunks, _) = streamed(
        &ask(r#","tools":[{"type":"function","function":{"name":"f"}}]"#),
        &answered(&choice(0, message, "tool_calls")),
    )
    .await;
    let mut calls: BTreeMap<u64, (Value, String)> = BTreeMap::new();
    for call in
        chunks.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["tool_calls"].as_array()).flatten()
    {
        let (first, arguments) =
            calls.entry(call["index"].as_u64().unwrap()).or_insert_with(|| (call.clone(), String::new()));
        arguments.push_str(call["function"]["arguments"].as_str().unwrap_or_default());
        assert!(first["id"].is_string(), "the id comes first: {call}");
    }
    assert_eq!(calls.len(), 2);
    assert_eq!((&calls[&0].0["id"], calls[&0].1.as_str()), (&json!("call_a"), "{\"x\":\"😀\"}"));
    assert_eq!(
        (&calls[&1].0["id"], &calls[&1].0["function"]["name"], calls[&1].1.as_str()),
        (&json!("call_b"), &json!("g"), "")
    );
    assert_eq!(reasons(&chunks), [(0, "tool_calls")]);
}

#[tokio::test]
async fn every_choice_has_its_own_text_and_finish_reason() {
    let choices = [
        choice(0, r#"{"content":"eins","role":"assistant"}"#, "stop"),
        choice(1, r#"{"content":null,"refusal":"I cannot","role":"assistant"}"#, "length"),
    ];
    let (chunks, _) = streamed(&ask(r#","n":2"#), &answered(&choices.join(","))).await;
    assert_eq!(texts(&chunks, "content")[&0], "eins");
    assert_eq!(texts(&chunks, "content")[&1], "");
    assert_eq!(texts(&chunks, "refusal")[&1], "I cannot");
    assert_eq!(reasons(&chunks), [(0, "stop"), (1, "length")]);
}

#[tokio::test]
async fn a_legacy_callers_synthesized_stream_contains_function_call() {
    let message = r#"{"content":null,"role":"assistant","tool_calls":[{"id":"call_a","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    let body = ask(r#","functions":[{"name":"f"}]"#);
    let (chunks, sent) = streamed(&body, &answered(&choice(0, message, "tool_calls"))).await;
    let deltas = || chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]);
    assert!(deltas().all(|delta| delta.get("tool_calls").is_none()));
    assert!(deltas().any(|delta| delta["function_call"]["name"] == "f"));
    let arguments: String =
        deltas().filter_map(|delta| delta["function_call"]["arguments"].as_str()).collect();
    assert_eq!(arguments, "{}");
    assert_eq!(reasons(&chunks), [(0, "function_call")]);
    assert_eq!(sent["tools"][0]["type"], "function");
}

#[tokio::test]
async fn a_synthesized_stream_without_text_carries_the_warning() {
    let upstream = Upstream::script([Reply::json(
        200,
        &answered(&choice(0, r#"{"content":"","role":"assistant"}"#, "length")).replace(":20}", ":30}"),
    )])
    .await;
    let proxy = Proxy::start(&upstream, "").await;
    let response = proxy.chat(ask("")).await;
    assert_eq!(response.headers()["x-azgate-warning"], "reasoning-exhausted-budget");
    assert_eq!(reasons(&sse::chunks(&response.text().await.unwrap())), [(0, "length")]);
}

#[tokio::test]
async fn an_error_keeps_its_status_and_body() {
    for status in [400, 429, 500] {
        let body = r#"{"error":{"message":"no","type":null,"param":null,"code":"x"}}"#;
        let headers = [("content-type", "application/json"), ("retry-after-ms", "1500")];
        let upstream = Upstream::script([Reply::with(status, &headers, body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let response = proxy.chat(ask("")).await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(response.headers()["content-type"], "application/json");
        assert_eq!(response.headers()["retry-after-ms"], "1500");
        assert_eq!(response.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn an_answer_that_is_not_a_chat_completion_is_an_error_instead_of_an_empty_stream() {
    for answer in ["{\"choices\":[", "[]", "<html>", r#"{"error":{"message":"odd"}}"#] {
        let upstream = Upstream::script([Reply::json(200, answer)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let response = proxy.chat(ask("")).await;
        assert_eq!(response.status(), 502, "{answer}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["error"]["code"], "upstream_malformed_answer");
        assert!(body["error"]["message"].as_str().unwrap().ends_with(answer), "{body}");
        upstream.only();
    }
}
