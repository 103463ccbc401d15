//! The record of a call: one log line, and consistent counters.

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
fn assert_fields(line: &Value, fields: &Value) {
    for (key, value) in fields.as_object().unwrap() {
        assert_eq!(&line[key], value, "{key} in {line}");
    }
}

fn assert_metric(proxy: &Proxy, line: &str) {
    let text = proxy.gateway.registry.metrics.text();
    assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
}

#[tokio::test]
async fn an_answered_call_is_logged_in_one_line_and_counted() {
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
    assert_fields(
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
    assert_metric(&proxy, r#"azgate_calls_total{family="o3-mini",status="200",ended="done"} 1"#);
    assert_metric(&proxy, r#"azgate_tokens_total{family="o3-mini",kind="prompt"} 8"#);
    assert_metric(&proxy, r#"azgate_tokens_total{family="o3-mini",kind="completion"} 3"#);
    assert_metric(&proxy, r#"azgate_edits_total{rule="drop.temperature"} 1"#);
    assert_metric(&proxy, r#"azgate_edits_total{rule="rename.max_tokens"} 1"#);
    assert_metric(&proxy, r#"azgate_call_duration_seconds_count{family="o3-mini"} 1"#);
}

#[tokio::test]
async fn a_stream_is_logged_at_its_end_with_the_tokens_of_the_hidden_chunk() {
    let log = Logs::listen();
    let upstream =
        Upstream::script([Reply::stream(&[CHUNK, &CHUNK.replace("null", "\"stop\""), USAGE, DONE]).end()])
            .await;
    let proxy = Proxy::start(&upstream, "").await;
    let text = proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
    assert!(!text.contains("prompt_tokens"), "{text}");
    assert_fields(
        &log.call(),
        &json!({
            "stream": true, "status": 200, "ended": "done", "prompt_tokens": 9, "cached_tokens": 4,
            "completion_tokens": 7, "reasoning_tokens": 5, "answered_by": "gpt-4.1-2025-04-14",
        }),
    );
    for (kind, count) in [("prompt", 9), ("cached", 4), ("completion", 7), ("reasoning", 5)] {
        assert_metric(&proxy, &format!(r#"azgate_tokens_total{{family="gpt-4.1",kind="{kind}"}} {count}"#));
    }
}

#[tokio::test]
async fn the_log_describes_a_malformed_answer_without_its_content() {
    const COLLECTED: &str = "[models.\"gpt-4.1\"]\ncollect = true\n";
    let plain = |kind: &str, body: &str| Reply::with(200, &[("content-type", kind)], body);
    let events = |data: &str| Reply::stream(&[CHUNK, data]).end();
    let chat =
        |model: &str| format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}]}}"#);
    for (body, reply, cause) in [
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
        let proxy = Proxy::start(&upstream, if cause.starts_with("an event") { COLLECTED } else { "" }).await;
        let answer = proxy.chat(body).await;
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status == 502 && text.contains("SECRET"), "the client gets the content: {text}");
        let line = log.call();
        assert_fields(
            &line,
            &json!({ "status": 502, "ended": "upstream_failed", "error": "upstream_malformed_answer" }),
        );
        assert!(line["cause"].as_str().unwrap().contains(cause), "{cause}: {line}");
        assert!(!log.text().contains("SECRET"), "{}", log.text());
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_not_logged_as_done() {
    let log = Logs::listen();
    let upstream = Upstream::script([Reply::stream(&[CHUNK]).close()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
    let line = log.call();
    assert_fields(
        &line,
        &json!({ "status": 200, "ended": "upstream_failed", "error": "upstream_stream_interrupted" }),
    );
    assert!(!line["cause"].as_str().unwrap().is_empty(), "{line}");
    assert_metric(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="200",ended="upstream_failed"} 1"#);
}

#[tokio::test]
async fn an_error_within_a_stream_is_not_logged_as_done_and_passes_unchanged() {
    let error = "data: {\"error\":{\"message\":\"The server had an error\",\"type\":\"server_error\",\"param\":null,\"code\":\"model_error\"}}\n\n";
    for tail in [&[][..], &[DONE]] {
        let log = Logs::listen();
        let events = [&[CHUNK, error], tail].concat();
        let upstream = Upstream::script([Reply::stream(&events).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let text = proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
        assert_eq!(text, events.concat());
        assert_fields(
            &log.call(),
            &json!({ "status": 200, "ended": "upstream_failed", "error": "model_error" }),
        );
        assert_metric(
            &proxy,
            r#"azgate_calls_total{family="gpt-4.1",status="200",ended="upstream_failed"} 1"#,
        );
    }
}

#[tokio::test]
async fn a_stream_that_is_done_in_the_middle_of_an_answer_is_logged_as_cut() {
    let other = CHUNK.replace("\"index\":0", "\"index\":1");
    let empty = CHUNK.replace("null", "\"\"");
    let last = CHUNK.replace("null", "\"stop\"");
    for events in [&[CHUNK][..], &[CHUNK, USAGE], &[CHUNK, &empty], &[CHUNK, &other, &last, &last]] {
        let log = Logs::listen();
        let upstream = Upstream::script([Reply::stream(&[events, &[DONE]].concat()).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let asked = stream("gpt-4.1").replace("}]", "}],\"stream_options\":{\"include_usage\":true}");
        let text = proxy.chat(asked).await.text().await.unwrap();
        let error = text.strip_prefix(&events.concat()).expect(&text);
        assert!(error.starts_with("data: {\"error\":") && !error.contains("[DONE]"), "{text}");
        let ended =
            json!({ "status": 200, "ended": "upstream_failed", "error": "upstream_stream_interrupted" });
        assert_fields(&log.call(), &ended);
    }
}

#[tokio::test]
async fn a_stream_without_done_is_logged_as_eof_or_as_cut() {
    let last = CHUNK.replace("null", "\"stop\"");
    let cut = json!({ "ended": "upstream_failed", "error": "upstream_stream_interrupted",
        "cause": "the stream ended before the answer did" });
    for (chunk, fields) in [(&*last, json!({ "status": 200, "ended": "eof" })), (CHUNK, cut)] {
        let log = Logs::listen();
        let upstream = Upstream::script([Reply::stream(&[chunk]).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        proxy.chat(stream("gpt-4.1")).await.text().await.unwrap();
        assert_fields(&log.call(), &fields);
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_is_logged_and_azures_call_is_closed() {
    let log = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    tokio::select! {
        _ = proxy.chat(hello("gpt-4.1")) => panic!("there is no answer"),
        () = upstream.arrived.notified() => {}
    }
    soon(upstream.closed.notified()).await;
    assert_fields(
        &log.call(),
        &json!({ "status": 499, "ended": "client_gone", "model": "gpt-4.1", "resource": "main" }),
    );
    assert_metric(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="499",ended="client_gone"} 1"#);
}

#[tokio::test]
async fn azures_own_errors_are_logged_with_their_code() {
    let log = Logs::listen();
    let body = r#"{"error":{"code":"429","message":"Rate limit is exceeded. Try again in 2 seconds."}}"#;
    let upstream = Upstream::script([Reply::json(429, body)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(hello("gpt-4.1")).await;
    assert_fields(&log.call(), &json!({ "status": 429, "ended": "done", "error": "429" }));
    assert_metric(&proxy, r#"azgate_calls_total{family="gpt-4.1",status="429",ended="done"} 1"#);
}

#[tokio::test]
async fn an_unreachable_upstream_is_logged_with_the_phase() {
    let log = Logs::listen();
    let gone = Upstream::script([]).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::with_endpoint(&format!("http://{closed}"), "", "").await;
    assert_eq!(proxy.chat(hello("gpt-4.1")).await.status(), 502);
    let line = log.call();
    assert_fields(
        &line,
        &json!({ "status": 502, "ended": "upstream_failed", "error": "upstream_unreachable", "resource": "main" }),
    );
    assert!(line["cause"].as_str().unwrap().contains("connecting to"), "{line}");
    gone.finish();
}

#[tokio::test]
async fn calls_that_azgate_refuses_are_logged_as_refused() {
    let log = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5]").await;
    assert_eq!(proxy.chat(hello("gpt-7")).await.status(), 404);
    assert_fields(
        &log.call(),
        &json!({ "status": 404, "ended": "refused", "error": "model_not_found", "model": "gpt-7", "edits": "none" }),
    );
    assert_metric(&proxy, r#"azgate_calls_total{family="none",status="404",ended="refused"} 1"#);
}

#[tokio::test]
async fn a_resent_call_is_counted() {
    let log = Logs::listen();
    let stale = Reply::default().close();
    let upstream = Upstream::script([Reply::json(200, ANSWER), stale, Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for resent in [false, true] {
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), ANSWER);
        assert_fields(log.calls().last().unwrap(), &json!({ "resent": resent, "status": 200 }));
    }
    assert_metric(&proxy, "azgate_resent_total 1");
    let received = upstream.finish();
    assert_eq!(received[1].body, received[2].body);
}

#[tokio::test]
async fn a_resend_is_recorded_however_it_ends() {
    let stale = || Reply::default().close();
    let never = Arc::new(Notify::new());
    // The second attempt is refused, is closed as well, gets no answer in time, or is left by the client.
    for (second, status) in [
        (Reply::json(400, "{}"), 400),
        (stale(), 502),
        (Reply::default().wait(&never), 504),
        (Reply::default().wait(&never), 499),
    ] {
        let log = Logs::listen();
        let upstream = Upstream::script([Reply::json(200, ANSWER), stale(), second]).await;
        let timeouts = if status == 504 { "[timeouts]\nfirst_byte_seconds = 1\n" } else { "" };
        let proxy = Proxy::start(&upstream, timeouts).await;
        proxy.chat(hello("gpt-4.1")).await.text().await.unwrap();
        let call = proxy.chat(hello("gpt-4.1"));
        if status == 499 {
            tokio::select! {
                _ = call => panic!("no answer comes"),
                () = async { while upstream.received().len() < 3 { tokio::task::yield_now().await; } } => {}
            }
            soon(async {
                while log.calls().len() < 2 {
                    tokio::task::yield_now().await;
                }
            })
            .await;
        } else {
            assert_eq!(call.await.status(), status);
        }
        assert_fields(log.calls().last().unwrap(), &json!({ "resent": true, "status": status }));
        assert_metric(&proxy, "azgate_resent_total 1");
        upstream.finish();
    }
}

#[tokio::test]
async fn a_list_of_models_is_logged_as_a_call() {
    let log = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5]").await;
    let answer = proxy.get("/v1/models").await;
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    assert_fields(&log.call(), &json!({ "status": 200, "ended": "done" }));
}

#[tokio::test]
async fn the_request_id_is_the_clients_or_a_new_one_and_azures_id_is_kept_apart() {
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
