//! Long calls: heartbeats while a model thinks, time limits, and answers that azgate opens before Azure answers.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::{ANSWER, Logs, Proxy, Reply, Upstream, hello, soon, sse};

/// Heartbeats after one second, the shortest configurable time.
pub(crate) const SOON: &str = "[heartbeat]\nafter_seconds = 1\nevery_seconds = 1\n";

pub(crate) const HEARTBEAT: &str = "\n";

pub(crate) fn streaming(model: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}],"stream":true}}"#)
}

/// Returns the next piece of an answer.
pub(crate) async fn piece(answer: &mut reqwest::Response) -> String {
    let chunk = soon(answer.chunk()).await.unwrap().expect("the answer continues");
    String::from_utf8(chunk.to_vec()).unwrap()
}

/// Returns the rest of an answer without its heartbeats.
pub(crate) async fn rest(answer: reqwest::Response) -> String {
    without_heartbeats(&soon(answer.text()).await.unwrap())
}

/// Returns a stream without its heartbeats: the line ends in front of its events.
pub(crate) fn without_heartbeats(stream: &str) -> String {
    let events = stream.split_inclusive("\n\n").map(|event| event.trim_start_matches(HEARTBEAT));
    events.collect()
}

/// Splits an answer that was opened early into the content of its comment and the events after it.
pub(crate) fn behind_comment(text: &str) -> (Value, &str) {
    let (comment, rest) = text.strip_prefix(": azgate ").expect(text).split_once("\n\n").unwrap();
    (serde_json::from_str(comment).unwrap(), rest)
}

/// Starts a gateway whose upstream waits for a notification, and returns a stream that azgate has opened meanwhile.
pub(crate) async fn opened(
    model: &str,
    reply: impl FnOnce(Reply) -> Reply,
    config: &str,
) -> (Upstream, Arc<Notify>, reqwest::Response, Proxy) {
    let go = Arc::new(Notify::new());
    let upstream = Upstream::script([reply(Reply::default().wait(&go))]).await;
    let proxy = Proxy::start(&upstream, &format!("{SOON}{config}")).await;
    let answer = soon(proxy.chat(streaming(model))).await;
    (upstream, go, answer, proxy)
}

pub(crate) const EVENT: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":null}],\"id\":\"1\",\"model\":\"m\",\"object\":\"chat.completion.chunk\",\"created\":1}\n\n";
/// The end of the answer that [`EVENT`] begins.
pub(crate) const DONE: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"id\":\"1\",\"model\":\"m\",\"object\":\"chat.completion.chunk\",\"created\":1}\n\ndata: [DONE]\n\n";

#[tokio::test]
async fn a_stream_is_opened_while_azure_is_silent_and_a_comment_contains_the_late_headers() {
    let stream = |reply: Reply| reply.then(Reply::stream(&[EVENT, DONE]).end());
    let (upstream, go, mut answer, _proxy) = opened("gpt-4.1", stream, "").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
    assert_eq!(answer.headers()["x-azgate-edits"], "add.include_usage;n=2");
    let id = answer.headers()["x-azgate-request-id"].to_str().unwrap().to_owned();
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    assert_eq!(piece(&mut answer).await, HEARTBEAT, "heartbeats repeat");
    go.notify_one();
    let text = rest(answer).await;
    let (comment, events) = behind_comment(&text);
    assert_eq!(comment["x-azgate-request-id"], id);
    assert_eq!(comment["x-azgate-edits"], "add.include_usage;n=2");
    assert_eq!(comment["status"], 200);
    assert_eq!(events, format!("{EVENT}{DONE}"));
    upstream.only();
}

#[tokio::test]
async fn a_synthesized_stream_is_opened_while_azure_writes_its_json() {
    let json = |reply: Reply| reply.then(Reply::json(200, ANSWER));
    let (upstream, go, mut answer, _proxy) = opened("o1", json, "").await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    let (_, events) = behind_comment(&text);
    let chunks = sse::chunks(events);
    assert!(chunks.iter().any(|chunk| chunk["choices"][0]["delta"]["content"] == "Hello."), "{chunks:?}");
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["stream"], false);
}

#[tokio::test]
async fn an_error_after_the_opening_is_an_event_and_no_done_follows() {
    let logs = Logs::listen();
    let limited = r#"{"error":{"code":"429","message":"Please retry after 7 seconds."}}"#;
    let error = |reply: Reply| reply.then(Reply::with(429, &[("retry-after", "7")], limited));
    let (upstream, go, mut answer, _proxy) = opened("gpt-4.1", error, "").await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    let (comment, events) = behind_comment(&text);
    assert_eq!((&comment["status"], &comment["retry-after"]), (&json!(429), &json!("7")));
    let limited = limited.replace("}}", r#","type":"rate_limit_error","param":null}}"#);
    assert_eq!(events, format!("data: {limited}\n\n"));
    upstream.only();
    let line = logs.call();
    assert_eq!((&line["status"], &line["error"]), (&json!(429), &json!("429")));
}

#[tokio::test]
async fn an_error_before_the_opening_keeps_its_status_and_its_headers() {
    let limited = Reply::with(429, &[("retry-after-ms", "7")], r#"{"error":{"code":"429","message":"x"}}"#);
    let upstream = Upstream::script([limited]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let answer = proxy.chat(streaming("gpt-4.1")).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(answer.headers()["retry-after-ms"], "7");
    assert_eq!(answer.headers()["content-type"], "application/json");
}

#[tokio::test]
async fn a_silence_in_the_middle_of_a_stream_is_filled_with_heartbeats() {
    let go = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&[EVENT]).wait(&go).chunk(DONE).end()]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let mut answer = soon(proxy.chat(streaming("gpt-4.1"))).await;
    assert_eq!(piece(&mut answer).await, EVENT);
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    assert_eq!(rest(answer).await, DONE);
}

#[tokio::test]
async fn a_json_answer_is_opened_with_blanks_only_on_request() {
    let go = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&go).then(Reply::json(200, ANSWER))]).await;
    let proxy = Proxy::start(&upstream, &format!("{SOON}json = true\n")).await;
    let mut answer = soon(proxy.chat(hello("gpt-4.1"))).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert_eq!(piece(&mut answer).await, " ");
    assert_eq!(piece(&mut answer).await, " ");
    go.notify_one();
    assert_eq!(soon(answer.text()).await.unwrap().trim_start(), ANSWER);
}

#[tokio::test]
async fn an_answer_that_does_not_begin_in_time_is_a_504_that_names_the_limit() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let limits = "[models.slow]\nmodel = \"gpt-4.1\"\ntimeouts = { first_byte_seconds = 1 }";
    let proxy = Proxy::start(&upstream, limits).await;
    let answer = soon(proxy.chat(hello("slow"))).await;
    assert_eq!(answer.status(), 504);
    let error: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "upstream_timeout");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("the `first_byte` time-out of 1s ran out"), "{message}");
    soon(upstream.closed.notified()).await;
    let line = logs.call();
    assert!(line["cause"].as_str().unwrap().contains("`first_byte`"), "{line}");
}

#[tokio::test]
async fn a_stream_that_stops_in_the_middle_is_ended_with_an_error() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&[EVENT]).wait(&never)]).await;
    let limits = "[models.slow]\nmodel = \"gpt-4.1\"\ntimeouts = { idle_seconds = 1 }";
    let proxy = Proxy::start(&upstream, limits).await;
    let answer = soon(proxy.chat(streaming("slow"))).await;
    let text = soon(answer.text()).await.unwrap();
    let text = without_heartbeats(&text);
    let (event, error) = text.split_at(EVENT.len());
    assert_eq!(event, EVENT);
    let error: Value = serde_json::from_str(error.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "upstream_timeout");
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("the `idle` time-out of 1s ran out"), "{message}");
    soon(upstream.closed.notified()).await;
    let line = logs.call();
    assert_eq!((&line["ended"], &line["error"]), (&json!("upstream_failed"), &json!("upstream_timeout")));
    assert_eq!(line["cause"], "the `idle` time-out of 1s ran out");
}

#[tokio::test]
async fn a_body_that_is_not_complete_in_time_is_a_504() {
    let never = Arc::new(Notify::new());
    let head =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"choices\":";
    for limit in ["idle", "total"] {
        let upstream = Upstream::script([Reply::default().bytes(head).wait(&never)]).await;
        let limits = format!("[models.slow]\nmodel = \"gpt-4.1\"\ntimeouts = {{ {limit}_seconds = 1 }}");
        let proxy = Proxy::start(&upstream, &limits).await;
        let answer = soon(proxy.chat(hello("slow"))).await;
        assert_eq!(answer.status(), 504);
        let text = answer.text().await.unwrap();
        assert!(text.contains(&format!("the `{limit}` time-out of 1s ran out")), "{text}");
        soon(upstream.closed.notified()).await;
    }
}

#[tokio::test]
async fn a_time_out_after_the_opening_is_an_event() {
    let limits = "[models.slow]\nmodel = \"gpt-4.1\"\ntimeouts = { first_byte_seconds = 2 }";
    let (upstream, _go, answer, _proxy) = opened("slow", |reply| reply, limits).await;
    let text = rest(answer).await;
    let (comment, event) = behind_comment(&text);
    assert_eq!(comment["status"], 504);
    let error: Value = serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(error["error"]["code"], "upstream_timeout");
    soon(upstream.closed.notified()).await;
}

#[tokio::test]
async fn azures_call_is_closed_when_the_client_leaves_an_opened_stream() {
    let logs = Logs::listen();
    let (upstream, _go, mut answer, _proxy) = opened("gpt-4.1", |reply| reply, "").await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    drop(answer);
    soon(upstream.closed.notified()).await;
    let line = logs.call();
    assert_eq!((&line["status"], &line["ended"]), (&json!(499), &json!("client_gone")));
    upstream.only();
}

#[tokio::test]
async fn heartbeats_never_split_an_event() {
    let go = Arc::new(Notify::new());
    let (half, other) = EVENT.split_at(20);
    let upstream = Upstream::script([Reply::stream(&[half]).wait(&go).chunk(other).chunk(DONE).end()]).await;
    let proxy = Proxy::start(&upstream, SOON).await;
    let mut answer = soon(proxy.chat(streaming("gpt-4.1"))).await;
    assert_eq!(piece(&mut answer).await, HEARTBEAT);
    go.notify_one();
    let text = rest(answer).await;
    assert_eq!(behind_comment(&text).1, format!("{EVENT}{DONE}"));
}

#[tokio::test]
async fn a_time_out_after_done_is_ignored() {
    for limit in ["idle", "total"] {
        let logs = Logs::listen();
        let never = Arc::new(Notify::new());
        let upstream = Upstream::script([Reply::stream(&[EVENT, DONE]).wait(&never)]).await;
        let limits = format!("[models.slow]\nmodel = \"gpt-4.1\"\ntimeouts = {{ {limit}_seconds = 1 }}");
        let proxy = Proxy::start(&upstream, &limits).await;
        let answer = soon(proxy.chat(streaming("slow"))).await;
        assert_eq!(soon(answer.text()).await.unwrap(), format!("{EVENT}{DONE}"));
        soon(upstream.closed.notified()).await;
        assert_eq!(logs.call()["ended"], "done");
    }
}
