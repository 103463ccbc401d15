//! Requests and answers without TLS or a proxy.

use tokio::join;

use super::super::Resent;
use super::*;

#[tokio::test]
async fn a_call_is_sent_as_these_bytes() {
    let (server, client) = (Server::start().await, client());
    let (answer, received) = join!(client.send(call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        let received = peer.request().await;
        peer.send(OK).await;
        received
    });
    let answer = answer.unwrap();
    assert!(answer.extensions().get::<Resent>().is_none());
    assert_eq!(text(answer).await, "ok");
    let expected = format!(
        "POST /openai/v1/chat/completions HTTP/1.1\r\n\
         content-type: application/json\r\ncontent-length: 7\r\nhost: {}\r\n\r\n{{\"a\":1}}",
        server.address()
    );
    assert_eq!(received, expected);
}

#[tokio::test]
async fn a_post_without_a_body_has_a_content_length_and_a_get_has_none() {
    let (server, client) = (Server::start().await, client());
    for (method, has_length) in [(Method::POST, true), (Method::GET, false), (Method::DELETE, false)] {
        let request = Request { method, body: Segments::default(), ..call(&server.url("http")) };
        let (answer, received) = join!(client.send(request), async {
            let mut peer = server.accept().await;
            let received = peer.request().await;
            peer.send("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
            received
        });
        answer.unwrap();
        assert_eq!(received.contains("content-length: 0\r\n"), has_length, "{received}");
        assert!(!received.contains("transfer-encoding"), "{received}");
    }
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (server, client) = (Server::start().await, client());
    let url = server.url("http");
    let calls = async {
        for _ in 0..3 {
            text(client.send(call(&url)).await.unwrap()).await;
        }
    };
    let serve = async {
        let mut peer = server.accept().await;
        for _ in 0..3 {
            peer.request().await;
            peer.send(OK).await;
        }
        peer
    };
    let ((), _peer) = join!(calls, serve);
    server.expect_no_more();
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (server, client) = (Server::start().await, client());
    let (answer, ()) = join!(client.send(call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send("HTTP/1.1 307 Moved\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n").await;
    });
    assert_eq!(answer.unwrap().status(), 307);
    server.expect_no_more();
}

#[tokio::test]
async fn a_caller_that_stops_waiting_closes_the_connection() {
    let (server, client) = (Server::start().await, client());
    let url = server.url("http");
    let waiting = tokio::spawn(async move { client.send(call(&url)).await });
    let mut peer = server.accept().await;
    peer.request().await;
    waiting.abort();
    peer.closed().await;
}

#[tokio::test]
async fn a_caller_that_stops_reading_closes_the_connection() {
    let (server, client) = (Server::start().await, client());
    let (answer, mut peer) = join!(client.send(call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ndata: 1").await;
        peer
    });
    let mut answer = answer.unwrap();
    let first = answer.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "data: 1");
    drop(answer);
    peer.closed().await;
}
