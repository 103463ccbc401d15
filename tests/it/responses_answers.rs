//! Answers of the Responses API to Responses calls: the values that azgate reads for the log, and failures of a stream.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    long_calls::{HEARTBEAT, SOON, behind_comment, piece, rest},
    support::{Logs, Proxy, Reply, Upstream, soon},
};

const PATH: &str = "/v1/responses";
const CREATED: &str = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"status\":\"in_progress\",\"model\":\"gpt-5.1-2025-11-13\",\"error\":null,\"output\":[]}}\n\n";
const DELTA: &str = "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"Hi\"}\n\n";
const COMPLETED: &str = "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"model\":\"gpt-5.1-2025-11-13\",\"output\":[{\"type\":\"function_call\"}],\"usage\":{\"input_tokens\":8,\"input_tokens_details\":{\"cached_tokens\":5},\"output_tokens\":7,\"output_tokens_details\":{\"reasoning_tokens\":4}}}}\n\n";

async fn ask(reply: Reply, stream: bool) -> (reqwest::Response, Proxy, Upstream) {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = format!(r#"{{"model":"gpt-5.1","input":"Hi","stream":{stream}}}"#);
    let answer = soon(proxy.post(PATH, body, &[])).await;
    (answer, proxy, upstream)
}

/// Returns the `event` line and the data of a stream's only event.
fn event(stream: &str) -> (&str, Value) {
    let (name, data) = stream.strip_suffix("\n\n").unwrap().split_once("\ndata: ").unwrap();
    (name, serde_json::from_str(data).unwrap())
}

#[tokio::test]
async fn the_log_contains_the_values_of_the_final_event() {
    let log = Logs::listen();
    let (answer, _proxy, _upstream) = ask(Reply::stream(&[CREATED, DELTA, COMPLETED]).end(), true).await;
    assert_eq!(soon(answer.text()).await.unwrap(), [CREATED, DELTA, COMPLETED].concat());
    let line = log.call();
    for (field, value) in [
        ("prompt_tokens", json!(8)),
        ("cached_tokens", json!(5)),
        ("completion_tokens", json!(7)),
        ("reasoning_tokens", json!(4)),
        ("answered_by", json!("gpt-5.1-2025-11-13")),
        ("finish_reason", json!("tool_calls")),
        ("ended", json!("done")),
        ("error", Value::Null),
    ] {
        assert_eq!(line[field], value, "{field}: {line}");
    }
}

#[tokio::test]
async fn a_failure_reported_by_azure_passes_and_is_logged() {
    let failed = "event: response.failed\ndata: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":null},\"sequence_number\":1}\n\n";
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"no\"},\"sequence_number\":2}\n\n";
    let log = Logs::listen();
    let (answer, _proxy, _upstream) = ask(Reply::stream(&[CREATED, failed, error]).end(), true).await;
    assert_eq!(soon(answer.text()).await.unwrap(), [CREATED, failed, error].concat());
    let line = log.call();
    assert_eq!((&line["ended"], &line["error"]), (&json!("upstream_failed"), &json!("rate_limit_exceeded")));
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_with_an_error_event_that_the_sdks_raise() {
    let log = Logs::listen();
    let (answer, _proxy, _upstream) = ask(Reply::stream(&[CREATED, DELTA, "event: res"]).close(), true).await;
    let text = soon(answer.text()).await.unwrap();
    let (name, data) = event(text.strip_prefix(&[CREATED, DELTA].concat()).unwrap());
    assert_eq!(name, "event: error");
    let message = "The stream from Azure OpenAI broke off before its end.";
    let expected = json!({
        "type": "error", "code": "upstream_stream_interrupted", "message": message, "param": null, "sequence_number": 2,
        "error": {"message": message, "type": "server_error", "param": null, "code": "upstream_stream_interrupted"},
    });
    assert_eq!(data, expected);
    assert_eq!(log.call()["ended"], "upstream_failed");
}

#[tokio::test]
async fn an_error_after_the_opening_has_the_format_of_the_operation() {
    let error =
        r#"{"error":{"code":"429","message":"Please retry","type":"x","param":null},"requestid":"r"}"#;
    for (path, input) in [
        (PATH, r#""input":"Hi""#),
        ("/v1/chat/completions", r#""messages":[{"role":"user","content":"Hi"}]"#),
    ] {
        let go = Arc::new(Notify::new());
        let upstream = Upstream::script([Reply::default().wait(&go).then(Reply::json(429, error))]).await;
        let proxy = Proxy::start(&upstream, SOON).await;
        let body = format!(r#"{{"model":"gpt-4.1",{input},"stream":true}}"#);
        let mut answer = soon(proxy.post(path, body, &[])).await;
        assert_eq!(piece(&mut answer).await, HEARTBEAT);
        go.notify_one();
        let text = rest(answer).await;
        let (comment, events) = behind_comment(&text);
        assert_eq!(comment["status"], 429);
        if path == PATH {
            let expected = r#"{"type":"error","code":"429","message":"Please retry","param":null,"sequence_number":0,"error":{"code":"429","message":"Please retry","type":"x","param":null},"requestid":"r"}"#;
            assert_eq!(events, format!("event: error\ndata: {expected}\n\n"));
        } else {
            assert_eq!(events, format!("data: {error}\n\n"));
        }
    }
}

#[tokio::test]
async fn a_whole_response_passes_unchanged_and_is_logged() {
    let exhausted = r#"{"id":"resp_1", "status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"model":"gpt-5.1","output":[{"type":"reasoning"}],"usage":{"input_tokens":8,"output_tokens":16,"output_tokens_details":{"reasoning_tokens":16}}}"#;
    let failed = r#"{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"no"},"model":"gpt-5.1","output":[]}"#;
    for (body, warning, reason, error) in [
        (exhausted, Some("reasoning-exhausted-budget"), json!("length"), Value::Null),
        (failed, None, Value::Null, json!("server_error")),
    ] {
        let log = Logs::listen();
        let (answer, _proxy, _upstream) = ask(Reply::json(200, body), false).await;
        let header =
            answer.headers().get("x-azgate-warning").map(|warning| warning.to_str().unwrap().to_owned());
        assert_eq!((answer.status().as_u16(), header.as_deref()), (200, warning));
        assert_eq!(soon(answer.text()).await.unwrap(), body);
        let line = log.call();
        assert_eq!((&line["finish_reason"], &line["error"]), (&reason, &error), "{line}");
        assert_eq!(line["exhausted"], warning.is_some());
    }
}

#[tokio::test]
async fn a_json_answer_becomes_the_requested_stream() {
    let whole = r#"{"id":"resp_1","status":"completed","model":"gpt-5.1","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello.","annotations":[]}]}],"usage":{"input_tokens":8,"output_tokens":3}}"#;
    let log = Logs::listen();
    let (answer, _proxy, _upstream) = ask(Reply::json(200, whole), true).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    let text = soon(answer.text()).await.unwrap();
    let events: Vec<_> = text.split_inclusive("\n\n").map(event).collect();
    assert_eq!(events[0].0, "event: response.created");
    let (name, last) = events.last().unwrap();
    assert_eq!(
        (*name, &last["response"]),
        ("event: response.completed", &serde_json::from_str(whole).unwrap())
    );
    assert_eq!(log.call()["completion_tokens"], 3);
    for body in [r#"{"choices":[]}"#, "hello"] {
        let (answer, _proxy, _upstream) = ask(Reply::json(200, body), true).await;
        assert_eq!(answer.status(), 502);
        let error: Value = serde_json::from_str(&soon(answer.text()).await.unwrap()).unwrap();
        assert_eq!(error["error"]["code"], "upstream_malformed_answer");
    }
}
