//! An error as the first event of a stream, before anything was said, becomes an answer with the status that it names,
//! so that SDKs try again. Once the stream has begun, or was opened early, it stays an event.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    long_calls::{DONE, EVENT, HEARTBEAT, SOON, behind_comment, piece, rest},
    support::{Logs, Proxy, Refused, Reply, Upstream, soon},
};

const FLAT: &str = "event: error\ndata: {\"type\":\"error\",\"code\":\"rate_limit_exceeded\",\"message\":\"Rate limit reached for this deployment. Please retry after 7 seconds.\",\"param\":null,\"sequence_number\":0}\n\n";
const NESTED: &str =
    "data: {\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Please retry after 7 seconds.\"}}\n\n";
const CREATED: &str = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"error\":null,\"output\":[]}}\n\n";
const FAILED: &str = "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"Please retry after 7 seconds.\"}}}\n\n";
const PROMPT: &str = "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[]}\n\n";

fn call(path: &str, model: &str) -> String {
    let asked = if path.ends_with("responses") {
        json!({"model": model, "stream": true, "input": "Hi"})
    } else {
        json!({"model": model, "stream": true, "messages": [{"role": "user", "content": "Hi"}]})
    };
    asked.to_string()
}

#[tokio::test]
async fn an_error_as_the_first_event_becomes_the_status_that_it_names() {
    for (path, model, events) in [
        ("/v1/chat/completions", "gpt-4.1", &[NESTED][..]),
        ("/v1/chat/completions", "gpt-4.1", &[PROMPT, NESTED]),
        ("/v1/chat/completions", "gpt-4.1", &[": ping\n\n", "\n", NESTED, "data: [DONE]\n\n"]),
        ("/openai/deployments/gpt-4.1/chat/completions", "gpt-4.1", &[NESTED]),
        ("/v1/responses", "gpt-4.1", &[FLAT]),
        ("/v1/responses", "gpt-4.1", &[FAILED]),
        ("/v1/responses", "gpt-4.1", &[NESTED]),
        // Bridged calls, in both directions.
        ("/v1/chat/completions", "gpt-5-codex", &[FLAT]),
        ("/v1/chat/completions", "gpt-5-codex", &[CREATED, FLAT]),
        ("/v1/chat/completions", "gpt-5-codex", &[CREATED, FAILED]),
        ("/v1/responses", "gpt-4", &[NESTED]),
        ("/v1/responses", "gpt-4", &[PROMPT, NESTED]),
    ] {
        let logs = Logs::listen();
        let upstream = Upstream::script([Reply::stream(events).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = soon(proxy.post(path, call(path, model), &[])).await;
        assert_eq!(answer.status(), 429, "{path} {events:?}");
        assert_eq!(answer.headers()["retry-after"], "7", "{path} {events:?}");
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        let error = &body["error"];
        assert_eq!(
            (&error["code"], &error["type"]),
            (&json!("rate_limit_exceeded"), &json!("rate_limit_error"))
        );
        assert!(error["message"].as_str().unwrap().ends_with("Please retry after 7 seconds."), "{body}");
        let line = logs.call();
        assert_eq!((&line["status"], &line["error"]), (&json!(429), &json!("rate_limit_exceeded")));
    }
}

#[tokio::test]
async fn the_status_follows_from_the_errors_code_type_or_text() {
    for (error, status) in [
        (r#"{"code":"server_error","message":"x"}"#, 500),
        (r#"{"code":"context_length_exceeded","message":"x"}"#, 400),
        (r#"{"code":null,"type":"invalid_request_error","message":"x"}"#, 400),
        (r#"{"code":null,"type":"rate_limit_error","message":"x"}"#, 429),
        (r#"{"code":"new_code","message":"x"}"#, 500),
        (r#"{"code":503,"message":"x"}"#, 503),
        (r#"{"message":"Please try again in 20s."}"#, 429),
    ] {
        let event = format!("data: {{\"error\":{error}}}\n\n");
        let upstream = Upstream::script([Reply::stream(&[&event]).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let path = "/v1/chat/completions";
        assert_eq!(soon(proxy.post(path, call(path, "gpt-4.1"), &[])).await.status(), status, "{error}");
    }
}

#[tokio::test]
async fn an_error_behind_the_first_words_stays_an_event() {
    for (path, model, first, error) in
        [("/v1/chat/completions", "gpt-4.1", EVENT, NESTED), ("/v1/responses", "gpt-4.1", CREATED, FLAT)]
    {
        let upstream = Upstream::script([Reply::stream(&[first, error]).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = soon(proxy.post(path, call(path, model), &[])).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), format!("{first}{error}"));
    }
}

#[tokio::test]
async fn an_error_after_an_early_opening_is_an_event() {
    let go = Arc::new(Notify::new());
    let upstream =
        Upstream::script([Reply::stream(&[]).wait(&go).then(Reply::default().chunk(NESTED).end())]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let path = "/v1/chat/completions";
    let mut answer = soon(proxy.post(path, call(path, "gpt-4.1"), &[])).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    let (comment, events) = behind_comment(&text);
    assert_eq!((&comment["status"], &comment["retry-after"]), (&json!(429), &json!("7")));
    assert!(events.starts_with("data: {\"error\":{\"code\":\"rate_limit_exceeded\""), "{events}");
}

#[tokio::test]
async fn on_azures_paths_an_opened_stream_has_only_data_and_blank_lines() {
    let go = Arc::new(Notify::new());
    let stream = Reply::stream(&[EVENT]).wait(&go).chunk(DONE).end();
    let upstream = Upstream::script([Reply::default().wait(&go).then(stream)]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let path = "/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21";
    let mut answer = soon(proxy.post(path, call(path, "gpt-4.1"), &[])).await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let mut all = String::new();
    while !all.ends_with(&format!("{EVENT}{HEARTBEAT}")) {
        all += &piece(&mut answer).await;
    }
    go.notify_one();
    all += &soon(answer.text()).await.unwrap();
    assert!(all.lines().all(|line| line.is_empty() || line.starts_with("data: ")), "{all}");
    assert!(all.ends_with("data: [DONE]\n\n"), "{all}");
}

#[tokio::test]
async fn a_stream_without_an_answer_is_a_502() {
    for events in [&[][..], &["data: [DONE]\n\n"], &[": ping\n\n"], &[PROMPT]] {
        let upstream = Upstream::script([Reply::stream(events).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let path = "/v1/chat/completions";
        let refused = Refused::of(soon(proxy.post(path, call(path, "gpt-4.1"), &[])).await).await;
        assert_eq!(refused.summary(), (502, "server_error", "upstream_malformed_answer", None), "{events:?}");
    }
}
