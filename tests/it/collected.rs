//! For models with `collect`, azgate requests a stream from Azure and returns JSON to the client.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{Logs, Proxy, Reply, Upstream, hello, soon};

const CONFIG: &str = "[models.thinker]\nmodel = \"gpt-4.1\"\ncollect = true\n";

const STREAM: [&str; 5] = [
    "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\",\"refusal\":null,\"role\":\"assistant\"},\"finish_reason\":null,\"index\":0,\"logprobs\":null}],\"created\":7,\"id\":\"chatcmpl-1\",\"model\":\"gpt-4.1-2025-04-14\",\"object\":\"chat.completion.chunk\",\"usage\":null}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\",\"index\":0,\"logprobs\":null}],\"created\":7,\"id\":\"chatcmpl-1\",\"model\":\"gpt-4.1-2025-04-14\",\"object\":\"chat.completion.chunk\",\"usage\":null}\n\n",
    "data: {\"choices\":[],\"created\":7,\"id\":\"chatcmpl-1\",\"model\":\"gpt-4.1-2025-04-14\",\"object\":\"chat.completion.chunk\",\"usage\":{\"completion_tokens\":2,\"prompt_tokens\":9,\"total_tokens\":11}}\n\n",
    "data: [DONE]\n\n",
];

async fn asked(reply: Reply) -> (Upstream, reqwest::Response, Proxy) {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, CONFIG).await;
    let answer = soon(proxy.chat(hello("thinker"))).await;
    (upstream, answer, proxy)
}

async fn body(answer: reqwest::Response) -> Value {
    serde_json::from_str(&soon(answer.text()).await.unwrap()).unwrap()
}

#[tokio::test]
async fn azgate_requests_a_stream_and_the_client_gets_json() {
    let logs = Logs::listen();
    let (upstream, answer, _proxy) = asked(Reply::stream(&STREAM).end()).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert_eq!(answer.headers()["x-azgate-edits"], "collect.stream;n=3");
    let expected = json!({
        "choices": [{"index": 0, "finish_reason": "stop", "logprobs": null,
            "message": {"annotations": [], "content": "Hello", "refusal": null, "role": "assistant"}}],
        "created": 7, "id": "chatcmpl-1", "model": "gpt-4.1-2025-04-14", "object": "chat.completion",
        "prompt_filter_results": [{"prompt_index": 0}],
        "usage": {"completion_tokens": 2, "prompt_tokens": 9, "total_tokens": 11},
    });
    assert_eq!(body(answer).await, expected);
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!((&sent["stream"], &sent["stream_options"]), (&json!(true), &json!({"include_usage": true})));
    let line = logs.call();
    assert_eq!((&line["completion_tokens"], &line["answered_by"]), (&json!(2), &json!("gpt-4.1-2025-04-14")));
}

#[tokio::test]
async fn an_error_in_the_stream_is_the_answer_with_the_status_it_would_have_had() {
    let failed = "data: {\"error\":{\"code\":\"429\",\"message\":\"Please retry\"}}\n\n";
    let (_upstream, answer, _proxy) = asked(Reply::stream(&[STREAM[0], STREAM[1], failed]).end()).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(
        body(answer).await,
        json!({"error": {"code": "429", "message": "Please retry", "type": "rate_limit_error", "param": null}})
    );
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_a_502_instead_of_a_partial_answer() {
    for broken in [Reply::stream(&STREAM[..2]).end(), Reply::stream(&STREAM[..2]).close()] {
        let (_upstream, answer, _proxy) = asked(broken).await;
        assert_eq!(answer.status(), 502);
        assert_eq!(body(answer).await["error"]["code"], "upstream_interrupted");
    }
}

#[tokio::test]
async fn errors_and_json_answers_pass_unchanged() {
    let limited = Reply::with(429, &[("retry-after", "3")], r#"{"error":{"code":"429","message":"x"}}"#);
    let (_upstream, answer, _proxy) = asked(limited).await;
    assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "3"));
    let (_upstream, answer, _proxy) = asked(Reply::json(200, crate::support::ANSWER)).await;
    assert_eq!(answer.text().await.unwrap(), crate::support::ANSWER);
}

#[tokio::test]
async fn azures_stream_is_closed_when_the_client_disconnects() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&STREAM[..2]).wait(&never)]).await;
    let proxy = Proxy::start(&upstream, CONFIG).await;
    let call = tokio::time::timeout(std::time::Duration::from_millis(300), proxy.chat(hello("thinker")));
    assert!(call.await.is_err());
    soon(upstream.closed.notified()).await;
    assert_eq!(logs.call()["ended"], "client_gone");
}

#[tokio::test]
async fn the_answer_does_not_wait_for_bytes_after_done() {
    let never = Arc::new(Notify::new());
    for reply in [Reply::stream(&STREAM).wait(&never), Reply::stream(&STREAM).close()] {
        let (upstream, answer, _proxy) = asked(reply).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(body(answer).await["choices"][0]["message"]["content"], "Hello");
        soon(upstream.closed.notified()).await;
    }
}

#[tokio::test]
async fn a_connection_is_reused_after_its_stream_has_ended() {
    let reply = || Reply::stream(&STREAM).end();
    let upstream = Upstream::script([reply(), reply()]).await;
    let proxy = Proxy::start(&upstream, CONFIG).await;
    for _ in 0..2 {
        assert_eq!(soon(proxy.chat(hello("thinker"))).await.status(), 200);
    }
    assert_eq!(upstream.connections(), 1);
}

#[tokio::test]
async fn for_a_legacy_caller_every_choice_contains_a_function_call() {
    let chunk = |index: u32, call: Value, reason: Value| {
        let delta = json!({"role": "assistant", "content": null, "tool_calls": [call]});
        let choices = json!([{"index": index, "delta": delta, "finish_reason": reason, "logprobs": null}]);
        format!("data: {}\n\n", json!({"choices": choices, "id": "1", "model": "m", "created": 7}))
    };
    let begins = |index| {
        let function = json!({"name": "f", "arguments": "{\"a\":"});
        chunk(index, json!({"index": 0, "id": "c", "type": "function", "function": function}), Value::Null)
    };
    let ends = |index| {
        let function = json!({"arguments": "1}"});
        chunk(index, json!({"index": 0, "function": function}), json!("tool_calls"))
    };
    let events: Vec<String> = [begins(0), begins(1), begins(2), ends(2), ends(0), ends(1)].into();
    let events: Vec<&str> = events.iter().map(String::as_str).chain([STREAM[4]]).collect();
    let upstream = Upstream::script([Reply::stream(&events).end()]).await;
    let proxy = Proxy::start(&upstream, &CONFIG.replace("gpt-4.1", "o3")).await;
    let legacy = hello("thinker").replace(r#""messages""#, r#""n":3,"functions":[{"name":"f"}],"messages""#);
    let answer = body(soon(proxy.chat(legacy)).await).await;
    let choices = answer["choices"].as_array().unwrap();
    assert_eq!(choices.len(), 3);
    for choice in choices {
        assert_eq!(choice["finish_reason"], "function_call");
        assert_eq!(choice["message"]["function_call"], json!({"name": "f", "arguments": "{\"a\":1}"}));
        assert_eq!(choice["message"].get("tool_calls"), None);
    }
}

#[tokio::test]
async fn reasoning_that_used_up_the_cap_is_reported_in_the_header_and_in_the_log() {
    let logs = Logs::listen();
    let events = [
        r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"model":"m"}"#,
        r#"{"choices":[{"index":0,"delta":{},"finish_reason":"length"}],"model":"m"}"#,
        r#"{"choices":[],"usage":{"completion_tokens":9,"completion_tokens_details":{"reasoning_tokens":9}}}"#,
        "[DONE]",
    ];
    let events = events.map(|data| format!("data: {data}\n\n"));
    let (_upstream, answer, _proxy) =
        asked(Reply::stream(&events.each_ref().map(String::as_str)).end()).await;
    assert_eq!(answer.headers()["x-azgate-warning"], "reasoning-exhausted-budget");
    assert_eq!(body(answer).await["choices"][0]["message"]["content"], "");
    assert_eq!(logs.call()["exhausted"], true);
}
