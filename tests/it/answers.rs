//! JSON answers: azgate passes them on byte for byte or in the requested format, and always lists its edits.

use serde_json::{Value, json};

use crate::support::{ANSWER, Proxy, Reply, Upstream, hello};

/// Returns a chat answer with one choice.
fn answered(message: &str, finish_reason: &str, reasoning: u32) -> String {
    format!(
        r#"{{"choices":[{{"finish_reason":"{finish_reason}","index":0,"logprobs":null,"message":{message}}}],"created":1,"id":"c","model":"o3-2025-04-16","object":"chat.completion","usage":{{"completion_tokens":256,"completion_tokens_details":{{"reasoning_tokens":{reasoning}}},"prompt_tokens":15,"total_tokens":271}}}}"#
    )
}

async fn ask(body: &str, answer: &str) -> (reqwest::Response, Proxy, Upstream) {
    let upstream = Upstream::script([Reply::json(200, answer)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let response = proxy.chat(body.to_owned()).await;
    (response, proxy, upstream)
}

#[tokio::test]
async fn any_answer_passes_byte_for_byte() {
    let odd = " {\"choices\" :[ ],\"x\":1.0e5,\n\"usage\":null,\"usage\":{\"prompt_tokens\":3},\"u\":\"\\u00e9\"}\n";
    for answer in [ANSWER, odd] {
        let (response, _proxy, _upstream) = ask(&hello("gpt-4.1"), answer).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-length"], answer.len().to_string());
        assert_eq!(response.text().await.unwrap(), answer);
    }
}

#[tokio::test]
async fn a_large_answer_arrives_whole() {
    let text = "ä😀\\n".repeat(1_000_000);
    let answer = answered(&format!(r#"{{"content":"{text}","role":"assistant"}}"#), "stop", 0);
    let (response, _proxy, _upstream) = ask(&hello("o3"), &answer).await;
    assert!(response.bytes().await.unwrap() == answer, "the answer changed");
}

#[tokio::test]
async fn every_answer_lists_the_edits() {
    let upstream = Upstream::script([
        Reply::json(200, ANSWER),
        Reply::json(429, "{}"),
        Reply::stream(&[crate::long_calls::EVENT]).end(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, "[models.fast]\ndeployment = \"d-1\"\nmodel = \"o3\"").await;
    let ask = |more: &str| {
        format!(r#"{{"model":"fast","messages":[{{"role":"user","content":"Hi"}}],"temperature":0.5{more}}}"#)
    };
    for (body, status, edits) in [
        (ask(""), 200, "drop.temperature;lossy"),
        (ask(""), 429, "drop.temperature;lossy"),
        (ask(r#","stream":true,"stream_options":{"include_usage":true}"#), 200, "drop.temperature;lossy"),
        (ask(r#","functions":7,"stream":"yes""#), 400, "none"),
    ] {
        let response = proxy.chat(body).await;
        assert_eq!(response.status(), status);
        let headers = response.headers();
        assert_eq!(headers["x-azgate-edits"], edits);
        assert_eq!(headers["x-azgate-request-id"].len(), 36);
        let routed = edits != "none";
        let (family, deployment) = if routed { ("o3", "d-1") } else { ("none", "none") };
        assert_eq!(headers["x-azgate-family"], family);
        assert_eq!(headers["x-azgate-deployment"], deployment);
    }
    let refused = proxy.post("/v1/chat/completions", ask(""), &[("x-azgate-lossy", "refuse")]).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(refused.headers()["x-azgate-family"], "o3");
    assert_eq!(refused.headers()["x-azgate-edits"], "none");
    assert_eq!(proxy.get("/v1/models/fast").await.headers()["x-azgate-edits"], "none");
}

#[tokio::test]
async fn a_legacy_caller_gets_a_function_call() {
    let answer = answered(
        r#"{"content":null,"role":"assistant","tool_calls":[{"function":{"arguments":"{\"a\": 1.0}","name":"f"},"id":"call_1","type":"function"}]}"#,
        "tool_calls",
        0,
    );
    let body = r#"{"model":"o3","messages":[{"role":"user","content":"Hi"}],"functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"}}"#;
    let (response, _proxy, upstream) = ask(body, &answer).await;
    assert!(response.headers()["x-azgate-edits"].to_str().unwrap().starts_with("convert.functions"));
    let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let choice = &answer["choices"][0];
    assert_eq!(choice["finish_reason"], "function_call");
    assert_eq!(choice["message"]["function_call"], json!({ "arguments": "{\"a\": 1.0}", "name": "f" }));
    assert!(choice["message"].get("tool_calls").is_none());
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["tools"][0]["function"]["name"], "f");
    assert_eq!(sent["tool_choice"], json!({ "type": "function", "function": { "name": "f" } }));
    assert!(sent.get("functions").is_none() && sent.get("function_call").is_none());
}

#[tokio::test]
async fn an_answer_that_contains_only_reasoning_carries_a_warning_and_is_counted() {
    let empty = answered(r#"{"content":"","role":"assistant","refusal":null}"#, "length", 256);
    let (response, proxy, _upstream) = ask(&hello("o3"), &empty).await;
    assert_eq!(response.headers()["x-azgate-warning"], "reasoning-exhausted-budget");
    assert_eq!(response.text().await.unwrap(), empty);
    let metrics = proxy.gateway.registry.metrics.text();
    assert!(metrics.contains("azgate_reasoning_exhausted_total{family=\"o3\"} 1\n"), "{metrics}");
}

#[tokio::test]
async fn an_answer_with_text_carries_no_warning() {
    for (message, reason, reasoning) in [
        (r#"{"content":"Hi","role":"assistant"}"#, "length", 250),
        (r#"{"content":"","role":"assistant"}"#, "stop", 256),
        (r#"{"content":"","role":"assistant"}"#, "length", 100),
    ] {
        let (response, proxy, _upstream) = ask(&hello("o3"), &answered(message, reason, reasoning)).await;
        assert!(!response.headers().contains_key("x-azgate-warning"), "{message}");
        assert!(
            !proxy.gateway.registry.metrics.text().contains("azgate_reasoning_exhausted_total{"),
            "{message}"
        );
    }
}
