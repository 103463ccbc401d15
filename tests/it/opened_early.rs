//! The content of an answer that azgate opened before Azure answered, for every outcome and every kind of client.

use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    long_calls::{
        DONE, EVENT, HEARTBEAT, SOON, behind_comment, opened, piece, rest, streaming, without_heartbeats,
    },
    support::{ANSWER, Logs, Proxy, Raw, Reply, Upstream, client, soon, sse},
};

/// Returns what a client reads after the first heartbeat if Azure then sends this reply: the comment and the events.
async fn exchange(reply: Reply, more: &str) -> (Value, String) {
    let asked = streaming("gpt-4.1").replace(r#""stream":true"#, &format!(r#""stream":true{more}"#));
    let go = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&go).then(reply)]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let mut answer = soon(proxy.chat(asked)).await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    let (comment, events) = behind_comment(&text);
    (comment, events.to_owned())
}

/// Returns the error in the only event.
fn error(events: &str) -> Value {
    let [event] = sse::data(events)[..] else { panic!("not one event: {events}") };
    serde_json::from_str::<Value>(event).unwrap()["error"].take()
}

#[tokio::test]
async fn a_json_answer_becomes_the_requested_stream() {
    for (more, counted) in [("", None), (r#","stream_options":{"include_usage":true}"#, Some(11))] {
        let (comment, events) = exchange(Reply::json(200, ANSWER), more).await;
        assert_eq!(comment["status"], 200);
        let chunks = sse::chunks(&events);
        assert!(chunks.iter().any(|chunk| chunk["choices"][0]["delta"]["content"] == "Hello."), "{chunks:?}");
        assert_eq!(chunks.last().unwrap()["usage"]["total_tokens"].as_u64(), counted);
    }
}

#[tokio::test]
async fn a_success_status_without_an_answer_is_an_error() {
    let logs = Logs::listen();
    let text = Reply::with(200, &[("content-type", "text/plain")], "hello\nyou");
    let empty = Reply::default().bytes("HTTP/1.1 204 No Content\r\n\r\n");
    let replies = [Reply::json(200, "{}"), text, Reply::with(200, &[], ""), empty];
    for (comment, events) in join_all(replies.map(|reply| exchange(reply, ""))).await {
        assert_eq!(comment["status"], 502);
        assert_eq!(error(&events)["code"], "upstream_malformed_answer");
    }
    let lines = logs.calls();
    assert_eq!(lines.len(), 4);
    assert!(
        lines.iter().all(|line| line["status"] == 502 && line["ended"] == "upstream_failed"),
        "{lines:?}"
    );
}

#[tokio::test]
async fn every_failure_is_one_event() {
    let pretty = "{\r\n \"error\": {\n  \"code\": \"x\",\r  \"message\": \"no\"\n }\n}\n";
    let coded = [("content-encoding", "gzip"), ("content-type", "text/event-stream")];
    let cases = [
        (Reply::json(401, r#"{"error":{"code":"401","message":"no"}}"#), 502, "upstream_authentication"),
        (Reply::with(302, &[("location", "/")], ""), 502, "upstream_redirect"),
        (Reply::with(200, &coded, "x"), 502, "upstream_compressed"),
        (Reply::with(503, &[], ""), 503, "503"),
        (Reply::json(400, pretty), 400, "x"),
        (Reply::default().close(), 502, "upstream_interrupted"),
    ];
    let all = cases.map(|(reply, status, code)| async move {
        let (comment, events) = exchange(reply, "").await;
        assert_eq!((&comment["status"], &error(&events)["code"]), (&json!(status), &json!(code)));
    });
    join_all(all).await;
}

#[tokio::test]
async fn a_header_cannot_end_the_comment_that_quotes_it() {
    let head = "HTTP/1.1 429 X\r\ncontent-length: 0\r\nx-ms-region: a\u{85}\u{2028}data: {}\r\nretry-after: \"\\\t7\r\n\r\n";
    let (comment, events) = exchange(Reply::default().bytes(head), "").await;
    assert_eq!((&comment["retry-after"], comment.get("x-ms-region")), (&json!("\"\\\t7"), None));
    assert_eq!(error(&events)["code"], "429");
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error_between_two_events() {
    let (comment, events) = exchange(Reply::stream(&[EVENT, "data: {\"ch"]).close(), "").await;
    assert_eq!(comment["status"], 200);
    let failed = events.strip_prefix(EVENT).unwrap();
    assert_eq!(error(failed)["code"], "upstream_stream_interrupted");
}

#[tokio::test]
async fn an_http_1_0_client_reads_until_the_connection_closes() {
    let go = Arc::new(Notify::new());
    let upstream =
        Upstream::script([Reply::default().wait(&go).then(Reply::stream(&[EVENT, DONE]).end())]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let mut raw = Raw::connect(&proxy).await;
    let body = streaming("gpt-4.1");
    raw.send(format!("POST /v1/chat/completions HTTP/1.0\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
        .await;
    let head = raw.until(&format!("\r\n\r\n{HEARTBEAT}")).await;
    assert!(head.starts_with("HTTP/1.0 200 OK\r\n") && !head.contains("transfer-encoding"), "{head}");
    go.notify_one();
    let text = without_heartbeats(&raw.rest().await);
    assert_eq!(behind_comment(&text).1, format!("{EVENT}{DONE}"));
}

#[tokio::test]
async fn an_http_2_client_gets_heartbeats_too() {
    let go = Arc::new(Notify::new());
    let upstream =
        Upstream::script([Reply::default().wait(&go).then(Reply::stream(&[EVENT, DONE]).end())]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let client = client().http2_prior_knowledge().build().unwrap();
    let asked = client.post(format!("{}/v1/chat/completions", proxy.url)).body(streaming("gpt-4.1"));
    let mut answer = soon(asked.send()).await.unwrap();
    assert_eq!(answer.version(), reqwest::Version::HTTP_2);
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    assert_eq!(behind_comment(&text).1, format!("{EVENT}{DONE}"));
}

#[tokio::test]
async fn an_opened_stream_completes_after_the_signal_to_stop() {
    let logs = Logs::listen();
    let stream = |reply: Reply| reply.then(Reply::stream(&[EVENT, DONE]).end());
    let (_upstream, go, mut answer, proxy) = opened("gpt-4.1", stream, "").await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    proxy.stopper.stop();
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    assert!(!proxy.serving.is_finished());
    go.notify_one();
    let text = rest(answer).await;
    assert_eq!(behind_comment(&text).1, format!("{EVENT}{DONE}"));
    soon(proxy.serving).await.unwrap();
    assert_eq!(logs.call()["ended"], "done");
}

#[tokio::test]
async fn clients_of_azures_own_api_get_no_comment_on_any_path() {
    let version = "api-version=2024-05-01-preview";
    let paths = [
        (format!("/chat/completions?{version}"), false),
        (format!("/v1/chat/completions?{version}"), false),
        ("/v1/chat/completions?x=API%2DVersion".to_owned(), true),
        (format!("/v1/chat/completions?a=b&API-Version={version}"), false),
        ("/openai/deployments/gpt-4.1/chat/completions".to_owned(), false),
    ];
    let all = paths.map(|(path, has_comment)| async move {
        let go = Arc::new(Notify::new());
        let reply = Reply::default().wait(&go).then(Reply::stream(&[EVENT, DONE]).end());
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, SOON).await;
        let mut answer = soon(proxy.post(&path, streaming("gpt-4.1"), &[])).await;
        assert_eq!(piece(&mut answer).await, HEARTBEAT);
        go.notify_one();
        let text = rest(answer).await;
        assert_eq!(text.starts_with(": azgate "), has_comment, "{path}: {text}");
        assert!(text.ends_with(&format!("{EVENT}{DONE}")), "{path}: {text}");
    });
    join_all(all).await;
}
