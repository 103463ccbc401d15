//! A status of 200 does not make a body an answer. Each bad body becomes an error that names the resource, or the
//! answer that the client asked for, whether azgate translates the call or only passes it on.

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    long_calls::{DONE, EVENT},
    support::{ANSWER, Logs, Proxy, Refused, Reply, Upstream, hello, soon},
};

const RESPONSE: &str = r#"{"id":"resp_1","object":"response","status":"completed","error":null,"model":"gpt-4.1","output":[{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hello.","annotations":[]}]}]}"#;

const EMBEDDING: &str = r#"{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"#;

/// The calls that a bad body may answer: path and body.
fn calls() -> [(&'static str, String); 7] {
    let responses = |model: &str| format!(r#"{{"model":"{model}","input":"Hi"}}"#);
    let stream = |body: String| body.replacen('{', r#"{"stream":true,"#, 1);
    [
        ("/v1/chat/completions", hello("gpt-4.1")),
        ("/openai/deployments/gpt-4.1/chat/completions", hello("gpt-4.1")),
        ("/v1/chat/completions", stream(hello("gpt-4.1"))),
        ("/v1/chat/completions", hello("gpt-5-codex")),
        ("/v1/responses", responses("gpt-4.1")),
        ("/v1/responses", stream(responses("gpt-4.1"))),
        ("/v1/responses", responses("gpt-4")),
    ]
}

async fn ask(path: &str, body: &str, reply: Reply) -> (reqwest::Response, String) {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = soon(proxy.post(path, body.to_owned(), &[])).await;
    (answer, upstream.address.to_string())
}

#[tokio::test]
async fn a_body_that_is_not_an_answer_is_a_502_that_names_the_resource() {
    let page = "<html><title>Sign in</title></html>";
    let kinds = ["application/json", "text/html; charset=utf-8", "text/event-stream"];
    for (path, body) in calls() {
        for bad in [
            page,
            "",
            "{\"choices\":[{\"index\":0",
            "[]",
            "7",
            "{}",
            "null",
            r#"{"error":{"message":"odd"}}"#,
        ] {
            for kind in kinds {
                let logs = Logs::listen();
                let (answer, address) =
                    ask(path, &body, Reply::with(200, &[("content-type", kind)], bad)).await;
                let refused = Refused::of(answer).await;
                assert_eq!(
                    refused.summary(),
                    (502, "server_error", "upstream_malformed_answer", None),
                    "{path} {kind} {bad:?}: {refused:?}"
                );
                assert!(refused.message.contains("the resource `main`"), "{refused:?}");
                assert!(!refused.message.contains(&address), "{refused:?}");
                let line = logs.call();
                assert_eq!(
                    (&line["ended"], &line["error"]),
                    (&json!("upstream_failed"), &json!(refused.code))
                );
                assert!(!line["cause"].as_str().unwrap().contains("Sign in"), "{line}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_in_a_200_has_the_status_that_it_names() {
    for (path, body) in calls() {
        for (error, status, kind) in [
            (r#"{"code":"429","message":"Please retry after 7 seconds."}"#, 429, "rate_limit_error"),
            (r#"{"code":"server_error","message":"no"}"#, 500, "server_error"),
            (r#"{"code":"context_length_exceeded","message":"long"}"#, 400, "invalid_request_error"),
            (r#"{"code":"DeploymentNotFound","message":"no"}"#, 404, "invalid_request_error"),
        ] {
            let reply = Reply::json(200, &format!(r#"{{"error":{error}}}"#));
            let (answer, _) = ask(path, &body, reply).await;
            let waits = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
            let refused = Refused::of(answer).await;
            assert_eq!((refused.status, &*refused.kind), (status, kind), "{path} {body} {error}");
            assert!(error.contains(&refused.code) && error.contains(&refused.message), "{refused:?}");
            assert_eq!(waits.as_deref(), (status == 429).then_some("7"), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn a_stream_becomes_the_json_that_was_asked_for_and_json_the_stream() {
    let last = EVENT.replace("null", "\"stop\"");
    let (answer, _) =
        ask("/v1/chat/completions", &hello("gpt-4.1"), Reply::stream(&[EVENT, &last, DONE]).end()).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    let collected: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(collected["choices"][0]["message"]["content"], "HiHi");

    let event = format!(
        "event: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{RESPONSE}}}\n\n"
    );
    let (answer, _) =
        ask("/v1/responses", r#"{"model":"gpt-4.1","input":"Hi"}"#, Reply::stream(&[&event]).end()).await;
    assert_eq!(answer.text().await.unwrap(), RESPONSE);

    for (path, body, json) in [
        ("/v1/chat/completions", calls()[2].1.clone(), ANSWER),
        ("/v1/responses", calls()[5].1.clone(), RESPONSE),
    ] {
        for kind in ["application/json", "text/event-stream"] {
            let (answer, _) = ask(path, &body, Reply::with(200, &[("content-type", kind)], json)).await;
            assert_eq!(answer.status(), 200);
            assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/event-stream"));
            let text = answer.text().await.unwrap();
            assert!(text.contains("data: ") && text.contains("Hello."), "{kind}: {text}");
        }
    }
}

#[tokio::test]
async fn json_without_its_content_type_gets_it() {
    let (answer, _) = ask(
        "/v1/chat/completions",
        &hello("gpt-4.1"),
        Reply::with(200, &[("content-type", "text/plain")], ANSWER),
    )
    .await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
    assert_eq!(answer.text().await.unwrap(), ANSWER);
}

#[tokio::test]
async fn an_answer_that_passes_unread_is_looked_at_from_both_ends() {
    let body = r#"{"model":"text-embedding-3-small","input":"Hi"}"#;
    let json = |status, body: &str| Reply::json(status, body);
    let page = Reply::with(200, &[("content-type", "text/html")], "<html>");
    let typed = Reply::with(200, &[("content-type", "text/html")], "{}");
    let stream = Reply::stream(&[EVENT, DONE]).end();
    for (reply, status, code) in [
        (page, 502, "upstream_malformed_answer"),
        (stream, 502, "upstream_malformed_answer"),
        (json(200, ""), 502, "upstream_malformed_answer"),
        (json(200, "[1]"), 502, "upstream_malformed_answer"),
        (json(200, EMBEDDING.split_at(40).0), 502, "upstream_malformed_answer"),
        (json(200, r#"{"error":{"code":"429","message":"x"}}"#), 429, "429"),
    ] {
        let (answer, _) = ask("/v1/embeddings", body, reply).await;
        let refused = Refused::of(answer).await;
        assert_eq!((refused.status, &*refused.code), (status, code), "{refused:?}");
    }
    for reply in [typed, json(200, EMBEDDING)] {
        assert_eq!(ask("/v1/embeddings", body, reply).await.0.status(), 200);
    }
}

#[tokio::test]
async fn an_unread_answer_that_is_cut_later_breaks_the_connection() {
    let (first, second) = EMBEDDING.split_at(60);
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let body = r#"{"model":"text-embedding-3-small","input":"Hi"}"#;
    for (rest, whole) in [(second, true), (second.split_at(20).0, false)] {
        let logs = Logs::listen();
        let go = std::sync::Arc::new(tokio::sync::Notify::new());
        let reply = Reply::default().bytes(head).chunk(first).wait(&go).chunk(rest).end();
        let (answer, _) = ask_notified(body, reply, &go).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(soon(answer.text()).await.is_ok(), whole, "{rest}");
        let ended = if whole { "done" } else { "upstream_failed" };
        assert_eq!(logs.call()["ended"], ended);
    }
}

/// Asks for an embedding, and lets the upstream go on when the answer has begun.
async fn ask_notified(body: &str, reply: Reply, go: &tokio::sync::Notify) -> (reqwest::Response, Proxy) {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = soon(proxy.post("/v1/embeddings", body.to_owned(), &[])).await;
    go.notify_one();
    (answer, proxy)
}

#[tokio::test]
async fn a_stored_response_that_is_none_is_an_error() {
    for (reply, status) in [
        (Reply::with(200, &[("content-type", "text/html")], "<html>"), 502),
        (Reply::json(200, "{\"id\":"), 502),
        (Reply::json(200, r#"{"error":{"code":"server_error","message":"x"}}"#), 500),
        (Reply::json(200, RESPONSE), 200),
        (Reply::json(200, &RESPONSE.replace("null", r#"{"code":"server_error","message":"x"}"#)), 200),
    ] {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        assert_eq!(proxy.get("/v1/responses/resp_1").await.status(), status);
    }
}

#[tokio::test]
async fn a_status_that_answers_no_call_is_a_502() {
    for head in [
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
        "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
    ] {
        let reply = Reply::default().bytes(head).close();
        let (answer, _) = ask("/v1/chat/completions", &hello("gpt-4.1"), reply).await;
        assert_eq!(answer.headers()["x-should-retry"], "false");
        let refused = Refused::of(answer).await;
        assert_eq!(refused.summary(), (502, "server_error", "upstream_malformed_answer", None));
        assert!(refused.message.contains("`main`"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_413_that_came_before_the_body_was_read_stays_a_413() {
    let text = "x".repeat(8_000_000);
    let body = format!(r#"{{"model":"gpt-4.1","messages":[{{"role":"user","content":"{text}"}}]}}"#);
    let refusal = r#"{"error":{"code":"413","message":"too large"}}"#;
    for _ in 0..8 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let upstream = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 64];
            stream.read_exact(&mut head).await.unwrap();
            let answer =
                format!("HTTP/1.1 413 Too Large\r\ncontent-length: {}\r\n\r\n{refusal}", refusal.len());
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Closed with unread bytes, so the connection is reset while azgate writes.
        });
        let proxy = Proxy::with_endpoint(&format!("http://{address}"), "", "").await;
        let answer = soon(proxy.chat(body.clone())).await;
        upstream.await.unwrap();
        assert_eq!(answer.status(), 413, "{}", answer.text().await.unwrap());
    }
}
