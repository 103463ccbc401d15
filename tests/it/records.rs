//! What is told of a call afterwards: one log line, and counters that add up.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{ANSWER, Logs, Proxy, Reply, Upstream, hello, soon};

const CHUNK: &str = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null,\"index\":0}],\"created\":1,\"id\":\"c\",\"model\":\"gpt-4.1-2025-04-14\",\"object\":\"chat.completion.chunk\"}\n\n";
const USAGE: &str = "data: {\"choices\":[],\"created\":1,\"id\":\"c\",\"model\":\"gpt-4.1-2025-04-14\",\"object\":\"chat.completion.chunk\",\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":7,\"prompt_tokens_details\":{\"cached_tokens\":4},\"completion_tokens_details\":{\"reasoning_tokens\":5}}}\n\n";
const DONE: &str = "data: [DONE]\n\n";

fn stream(model: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}],"stream":true}}"#)
}

/// Asserts that a log line has these fields.
fn has(line: &Value, fields: &Value) {
    for (key, value) in fields.as_object().unwrap() {
        assert_eq!(&line[key], value, "{key} in {line}");
    }
}

fn counted(proxy: &Proxy, line: &str) {
    let text = proxy.gateway.registry.metrics.text();
    assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
}

#[tokio::test]
async fn an_answered_call_is_told_in_one_line_and_counted() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::with(
        200,
        &[("content-type", "application/json"), ("apim-request-id", "a-1")],
        ANSWER,
    )])
    .await;
    let digest = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"; // secret
    let more = format!(
        "[models.fast]\ndeployment = \"d-1\"\nmodel = \"o3-mini\"\n[keys.team-a]\nsha256 = \"{digest}\""
    );
    let proxy = Proxy::start(&upstream, &more).await;
    let body = r#"{"model":"fast","messages":[{"role":"user","content":"PROMPT"}],"max_tokens":5,"temperature":0.5}"#;
    let headers = [("authorization", "Bearer secret"), ("x-request-id", "mine-1")];
    assert_eq!(proxy.post("/v1/chat/completions", body, &headers).await.status(), 200);
    let line = log.call();
    has(
        &line,
        &json!({
            "request_id": "mine-1", "upstream_request_id": "a-1", "key": "team-a", "model": "fast", "deployment": "d-1",
            "resource": "main", "family": "o3-mini", "answered_by": "gpt-4.1-2025-04-14", "stream": false,
            "status": 200, "ended": "done", "finish_reason": "stop",
            "edits": "rename.max_tokens, drop.temperature;lossy", "resent": false, "exhausted": false,
            "prompt_tokens": 8, "completion_tokens": 3, "reasoning_tokens": 0, "cached_tokens": 0,
        }),
    );
    assert!(line["ms"].is_u64() && line.get("error").is_none(), "{line}");
    let all = log.text();
    assert!(!all.contains("secret") && !all.contains("PROMPT") && !all.contains("Hello."), "{all}");
    counted(&proxy, r#"azgate_calls_total{family="o3-mini",status="200",ended="done"} 1"#);
    counted(&proxy, r#"azgate_tokens_total{family="o3-mini",kind="prompt"} 8"#);
    counted(&proxy, r#"azgate_tokens_total{family="o3-mini",kind="completion"} 3"#);
    counted(&proxy, r#"azgate_edits_total{rule="drop.temperature"} 1"#);
    counted(&proxy, r#"azgate_edits_total{rule="rename.max_tokens"} 1"#);
    counted(&proxy, r#"azgate_call_duration_seconds_count{family="o3-mini"} 1"#);
}

#[tokio::test]
async fn a_stream_is_told_at_its_end_with_the_tokens_of_the_hidden_chunk() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::stream(&[CHUNK, USAGE, DONE]).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let text = proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
    assert!(!text.contains("prompt_tokens"), "{text}");
    has(
        &log.call(),
        &json!({
            "stream": true, "status": 200, "ended": "done", "prompt_tokens": 9, "cached_tokens": 4,
            "completion_tokens": 7, "reasoning_tokens": 5, "answered_by": "gpt-4.1-2025-04-14",
        }),
    );
    for (kind, count) in [("prompt", 9), ("cached", 4), ("completion", 7), ("reasoning", 5)] {
        counted(&proxy, &format!(r#"azgate_tokens_total{{family="gpt-4.1",kind="{kind}"}} {count}"#));
    }
}

#[tokio::test]
async fn of_an_answer_that_is_not_understood_the_log_tells_what_it_was_and_not_what_it_says() {
    const COLLECTED: &str = "[models.\"gpt-4.1\"]\ncollect = true\n";
    let plain = |kind: &str, body: &str| Reply::with(200, &[("content-type", kind)], body);
    let events = |data: &str| Reply::stream(&[CHUNK, data]).end();
    let chat =
        |model: &str| format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}]}}"#);
    for (body, reply, says) in [
        (
            chat("gpt-5-codex"),
            plain("text/plain", "SECRET"),
            "status 200, content-type text/plain, 6 bytes, no JSON: ",
        ),
        (chat("gpt-5-codex"), plain("application/json", r#"{"id":"SECRET"#), "at byte 13"),
        (
            chat("gpt-5-codex"),
            plain("application/json", r#"{"id":"SECRET"}"#),
            "15 bytes of JSON that is no answer",
        ),
        (stream("o1"), plain("application/json", r#"["SECRET"]"#), "10 bytes of JSON that is no answer"),
        (chat("gpt-4.1"), events("data: SECRET\n\n"), "an event of 6 bytes"),
        (chat("gpt-4.1"), events("data: [\"SECRET\"]\n\n"), "an event of 10 bytes"),
    ] {
        let log = Logs::listen();
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, if says.starts_with("an event") { COLLECTED } else { "" }).await;
        let answer = proxy.chat(body).await;
        let (status, told) = (answer.status(), answer.text().await.unwrap());
        assert!(status == 502 && told.contains("SECRET"), "the client reads it: {told}");
        let line = log.call();
        has(
            &line,
            &json!({ "status": 502, "ended": "upstream_failed", "error": "upstream_malformed_answer" }),
        );
        assert!(line["cause"].as_str().unwrap().contains(says), "{says}: {line}");
        assert!(!log.text().contains("SECRET"), "{}", log.text());
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_not_done() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::stream(&[CHUNK]).close()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
    let line = log.call();
    has(&line, &json!({ "status": 200, "ended": "upstream_failed", "error": "upstream_stream_interrupted" }));
    assert!(!line["cause"].as_str().unwrap().is_empty(), "{line}");
    counted(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="200",ended="upstream_failed"} 1"#);
}

#[tokio::test]
async fn an_error_that_azure_tells_within_a_stream_is_not_done_and_reaches_the_client_as_it_is() {
    let error = "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"param\":null,\"code\":\"model_error\"}}\n\n";
    for tail in [&[][..], &[DONE]] {
        let log = Logs::listen();
        let events = [&[CHUNK, error], tail].concat();
        let upstream = Upstream::script([Reply::stream(&events).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let text = proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
        assert_eq!(text, events.concat());
        has(&log.call(), &json!({ "status": 200, "ended": "upstream_failed", "error": "model_error" }));
        counted(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="200",ended="upstream_failed"} 1"#);
    }
}

#[tokio::test]
async fn a_stream_without_done_is_told_apart() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::stream(&[CHUNK]).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
    has(&log.call(), &json!({ "status": 200, "ended": "eof" }));
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_is_told_and_azure_sees_it_go() {
    let log = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    tokio::select! {
        _ = proxy.chat(hello("gpt-4.1")) => panic!("there is no answer"),
        () = upstream.arrived.notified() => {}
    }
    soon(upstream.closed.notified()).await;
    has(
        &log.call(),
        &json!({ "status": 499, "ended": "client_gone", "model": "gpt-4.1", "resource": "main" }),
    );
    counted(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="499",ended="client_gone"} 1"#);
}

#[tokio::test]
async fn azures_own_errors_are_told_with_their_code() {
    let log = Logs::listen();
    let body = r#"{"error":{"code":"429","message":"Rate limit is exceeded. Try again in 2 seconds."}}"#;
    let upstream = Upstream::script([Reply::json(429, body)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(hello("gpt-4.1")).await;
    has(&log.call(), &json!({ "status": 429, "ended": "done", "error": "429" }));
    counted(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="429",ended="done"} 1"#);
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_is_told_with_its_phase() {
    let log = Logs::listen();
    let gone = Upstream::script([]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::with_endpoint(&format!("http://{closed}"), "", "").await;
    assert_eq!(proxy.chat(hello("gpt-4.1")).await.status(), 502);
    let line = log.call();
    has(
        &line,
        &json!({ "status": 502, "ended": "upstream_failed", "error": "upstream_unreachable", "resource": "main" }),
    );
    assert!(line["cause"].as_str().unwrap().contains("connecting to"), "{line}");
    gone.finish();
}

#[tokio::test]
async fn what_azgate_refuses_itself_is_told_as_refused() {
    let log = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5]").await;
    assert_eq!(proxy.chat(hello("gpt-7")).await.status(), 404);
    has(
        &log.call(),
        &json!({ "status": 404, "ended": "refused", "error": "model_not_found", "model": "gpt-7", "edits": "none" }),
    );
    counted(&proxy, r#"azgate_calls_total{family="none",status="404",ended="refused"} 1"#);
}

#[tokio::test]
async fn a_call_that_was_sent_again_is_counted() {
    let log = Logs::listen();
    let stale = Reply::default().close();
    let upstream = Upstream::script([Reply::json(200, ANSWER), stale, Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for resent in [false, true] {
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), ANSWER);
        has(log.calls().last().unwrap(), &json!({ "resent": resent, "status": 200 }));
    }
    counted(&proxy, "azgate_resent_total 1");
    let received = upstream.finish();
    assert_eq!(received[1].body, received[2].body);
}

#[tokio::test]
async fn a_list_of_models_is_a_call_too() {
    let log = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5]").await;
    let answer = proxy.get("/v1/models").await;
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    has(&log.call(), &json!({ "status": 200, "ended": "done" }));
}

#[tokio::test]
async fn the_request_id_is_the_clients_or_a_new_one_and_azures_stays_azures() {
    let log = Logs::listen();
    let azures = [("content-type", "application/json"), ("x-request-id", "azure-1")];
    let upstream = Upstream::script([Reply::with(200, &azures, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.post("/v1/chat/completions", hello("gpt-4.1"), &[("x-request-id", "mine")]).await;
    assert_eq!(answer.headers()["x-azgate-request-id"], "mine");
    assert_eq!(answer.headers()["x-request-id"], "azure-1");
    let too_long = "x".repeat(129);
    let answer = proxy.post("/v1/chat/completions", hello("gpt-4.1"), &[("x-request-id", &too_long)]).await;
    let own = answer.headers()["x-azgate-request-id"].to_str().unwrap();
    assert_eq!(own.len(), 36);
    assert_eq!(answer.headers()["x-request-id"], own);
    assert_eq!(log.calls()[1]["request_id"], own);
}
