//! Connections: how they begin, how long they stay open, and how they end.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Notify, time::timeout};

use crate::support::{ANSWER, Logs, Proxy, Raw, Reply, Upstream, client, hello};

const HASTE: &str = "[server]\nheader_timeout_seconds = 1\n";

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

#[tokio::test]
async fn a_client_that_never_finishes_its_head_is_cut_off() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, HASTE).await;
    // No bytes, the beginning of either protocol, half a head, and an idle connection after an answer.
    for begun in ["", "P", "PRI * HTTP/2.0\r\n\r\nS", "GET /v1/models HTTP/1.1\r\nhost: ", "X"] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(begun).await;
        let rest = raw.rest().await;
        assert!(
            rest.is_empty() || rest.starts_with("HTTP/1.1 408") || rest.starts_with("HTTP/1.1 400"),
            "{rest}"
        );
    }
    let mut raw = Raw::connect(&proxy).await;
    raw.send(get("/v1/models")).await;
    assert_eq!(raw.answer().await.status, 200);
    assert_eq!(raw.rest().await, "");
    upstream.finish();
}

#[tokio::test]
async fn a_head_that_arrives_byte_by_byte_is_read() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut raw = Raw::connect(&proxy).await;
    for byte in get("/v1/models").as_bytes() {
        raw.send([*byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(raw.answer().await.status, 200);
    upstream.finish();
}

#[tokio::test]
async fn one_connection_serves_several_calls() {
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    let call = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut raw = Raw::connect(&proxy).await;
    for request in [&call, &get("/v1/models"), &get("/nowhere"), &call] {
        raw.send(request).await;
        let answer = raw.answer().await;
        assert_eq!(answer.header("connection"), None, "{request}");
        assert_eq!(answer.status, if request.contains("nowhere") { 404 } else { 200 });
    }
    let connections: Vec<usize> = upstream.finish().iter().map(|received| received.connection).collect();
    assert_eq!(connections, [0, 0], "the connection to Azure is reused too");
}

#[tokio::test]
async fn a_client_that_starts_with_http_2_is_served_with_http_2() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let client = client().http2_prior_knowledge().build().unwrap();
    let answer = client
        .post(format!("{}/v1/chat/completions", proxy.url))
        .body(hello("gpt-4.1"))
        .send()
        .await
        .unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
    assert_eq!(answer.text().await.unwrap(), ANSWER);
    assert_eq!(upstream.only().line(), "POST /openai/v1/chat/completions HTTP/1.1");
}

#[tokio::test]
async fn a_running_stream_completes_after_the_signal_and_new_connections_are_refused() {
    let go_on = Arc::new(Notify::new());
    let chunk = |text: &str| {
        format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
    };
    let end = chunk("b").replace("}}]}", "},\"finish_reason\":\"stop\"}]}");
    let reply = Reply::stream(&[&chunk("a")]).wait(&go_on).chunk(&end).chunk("data: [DONE]\n\n").end();
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1").replace("{\"model", "{\"stream\":true,\"model");
    let mut answer = proxy.chat(body).await;
    assert!(!answer.chunk().await.unwrap().unwrap().is_empty());
    let address = proxy.url.strip_prefix("http://").unwrap().to_owned();
    let Proxy { stopper, serving, .. } = proxy;
    stopper.stop();
    while tokio::net::TcpStream::connect(&address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!serving.is_finished(), "the server waits for the stream");
    go_on.notify_one();
    let mut rest = String::new();
    while let Some(bytes) = answer.chunk().await.unwrap() {
        rest += std::str::from_utf8(&bytes).unwrap();
    }
    assert!(rest.contains("\"b\"") && rest.ends_with("data: [DONE]\n\n"), "{rest}");
    drop(answer);
    timeout(Duration::from_secs(20), serving)
        .await
        .expect("the server stops once the stream has ended")
        .unwrap();
    upstream.finish();
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_shutdown() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let silent = Raw::connect(&proxy).await;
    let mut hesitant = Raw::connect(&proxy).await;
    hesitant.send("P").await;
    let mut idle = Raw::connect(&proxy).await;
    idle.send(get("/v1/models")).await;
    assert_eq!(idle.answer().await.status, 200);
    let Proxy { stopper, serving, .. } = proxy;
    stopper.stop();
    timeout(Duration::from_secs(10), serving)
        .await
        .expect("without running calls the server stops at once")
        .unwrap();
    for raw in [silent, hesitant, idle] {
        assert_eq!(raw.rest().await, "");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_stream_that_does_not_end_is_cut_off_after_the_drain_time() {
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&["data: {}\n\n"]).wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "[server]\ndrain_seconds = 1\n").await;
    let mut answer = proxy.chat(hello("gpt-4.1").replace("{\"model", "{\"stream\":true,\"model")).await;
    answer.chunk().await.unwrap();
    let Proxy { stopper, serving, .. } = proxy;
    stopper.stop();
    timeout(Duration::from_secs(20), serving).await.expect("the server stops after the drain time").unwrap();
    upstream.finish();
}

#[tokio::test]
async fn a_clients_well_formed_request_id_is_kept_and_a_malformed_one_is_replaced() {
    let logs = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let long = "x".repeat(129);
    for (sent, kept) in [
        ("trace-1/a:b", true),
        (&"x".repeat(128), true),
        (&long, false),
        ("two words", false),
        ("\u{e9}", false),
        ("", false),
    ] {
        let answer = proxy.get_with("/v1/models", &[("x-request-id", sent)]).await;
        let id = answer.headers()["x-azgate-request-id"].to_str().unwrap();
        assert_eq!(id == sent, kept, "{sent}");
        assert!(kept || id.parse::<uuid::Uuid>().is_ok(), "{id}");
        assert_eq!(answer.headers()["x-request-id"], id);
        assert_eq!(logs.calls().last().unwrap()["request_id"], id);
    }
    upstream.finish();
}

#[tokio::test]
async fn azures_request_id_is_returned_next_to_azgates() {
    let upstream = Upstream::script([Reply::with(200, &[("x-request-id", "azure-1")], ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.post("/v1/chat/completions", hello("gpt-4.1"), &[("x-request-id", "mine")]).await;
    assert_eq!(answer.headers()["x-request-id"], "azure-1");
    assert_eq!(answer.headers()["x-azgate-request-id"], "mine");
    assert_eq!(upstream.only().header("x-request-id"), None);
}

#[tokio::test]
async fn azures_call_is_closed_when_the_client_disconnects_while_azure_thinks() {
    let logs = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::default().wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    let mut raw = Raw::connect(&proxy).await;
    raw.send(format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    ))
    .await;
    while upstream.received().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(raw);
    timeout(Duration::from_secs(20), upstream.closed.notified()).await.expect("Azure's connection is closed");
    while logs.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let call = &logs.calls()[0];
    assert_eq!((&call["status"], &call["ended"]), (&499.into(), &"client_gone".into()));
    upstream.finish();
}

#[tokio::test]
async fn an_unknown_family_causes_one_warning() {
    let logs = Logs::listen();
    let answer = ANSWER.replace("gpt-4.1-2025-04-14", "mystery-2026-11-01");
    let upstream = Upstream::script((0..3).map(|_| Reply::json(200, &answer))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for model in ["mystery", "mystery", "gpt-4.1"] {
        assert_eq!(
            proxy.chat(hello(model)).await.headers()["x-azgate-family"],
            if model == "mystery" { "unknown" } else { model }
        );
    }
    let warnings: Vec<String> =
        logs.with_target("azgate::balance::routes").iter().map(ToString::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("\"WARN\"") && warnings[0].contains("mystery"), "{warnings:?}");
    upstream.finish();
}
