//! Event streams, whose bodies azgate reads without hyper.

use tokio::join;

use super::super::{AnswerBodyError, FailureKind, Resent};
use super::*;

const HEAD: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Answers one call with these bytes.
async fn answered(client: &Client, server: &Server, bytes: &str) -> (Response<AnswerBody>, Peer<TcpStream>) {
    let (answer, peer) = join!(client.send(call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(bytes).await;
        peer
    });
    (answer.unwrap(), peer)
}

/// Answers one more call on the same connection.
async fn answered_on(
    peer: &mut Peer<TcpStream>,
    client: &Client,
    server: &Server,
    bytes: &str,
) -> Response<AnswerBody> {
    let (answer, ()) = join!(client.send(call(&server.url("http"))), async {
        peer.request().await;
        peer.send(bytes).await;
    });
    answer.unwrap()
}

async fn piece(answer: &mut Response<AnswerBody>) -> Result<Bytes, AnswerBodyError> {
    let frame = timeout(Duration::from_secs(20), answer.body_mut().frame()).await.expect("nothing comes");
    frame.expect("the end").map(|frame| frame.into_data().unwrap())
}

#[tokio::test]
async fn pieces_come_as_they_are_sent_and_the_connection_is_used_again() {
    let (server, client) = (Server::start().await, client());
    let (mut answer, mut peer) = answered(&client, &server, HEAD).await;
    for event in ["data: 1\n\n", "data: {\"a\":2}\n\n"] {
        peer.send(&format!("{:x}\r\n{event}\r\n", event.len())).await;
        assert_eq!(piece(&mut answer).await.unwrap(), event);
    }
    peer.send("0\r\n\r\n").await;
    assert_eq!(text(answer).await, "");

    let whole = format!("{HEAD}2\r\nda\r\n8;x=y\r\nta: 3\n\n\r\r\n0\r\nx-a: b\r\n\r\n");
    let answer = answered_on(&mut peer, &client, &server, &whole).await;
    assert_eq!(text(answer).await, "data: 3\n\n\r");
    assert_eq!(text(answered_on(&mut peer, &client, &server, OK).await).await, "ok");
    server.expect_no_more();
}

#[tokio::test]
async fn the_connection_is_kept_if_the_caller_stops_before_the_last_chunk() {
    let (server, client) = (Server::start().await, client());
    let one = format!("{HEAD}4\r\ndata\r\n0\r\n\r\n");
    let (mut answer, mut peer) = answered(&client, &server, &one).await;
    assert_eq!(piece(&mut answer).await.unwrap(), "data");
    drop(answer);
    assert_eq!(text(answered_on(&mut peer, &client, &server, OK).await).await, "ok");
    server.expect_no_more();
}

#[tokio::test]
async fn a_caller_that_stops_reading_closes_the_connection() {
    for (sent, read) in [(HEAD.to_owned(), false), (format!("{HEAD}4\r\ndata\r\n"), true)] {
        let (server, client) = (Server::start().await, client());
        let (mut answer, mut peer) = answered(&client, &server, &sent).await;
        if read {
            assert_eq!(piece(&mut answer).await.unwrap(), "data");
        }
        drop(answer);
        peer.closed().await;
    }
}

#[tokio::test]
async fn a_connection_that_is_not_clean_is_closed() {
    let closing = HEAD.replace("\r\n\r\n", "\r\nConnection: keep-alive, Close\r\n\r\n");
    for whole in [format!("{closing}4\r\ndata\r\n0\r\n\r\n"), format!("{HEAD}4\r\ndata\r\n0\r\n\r\nHTTP")] {
        let (server, client) = (Server::start().await, client());
        let (answer, mut peer) = answered(&client, &server, &whole).await;
        assert_eq!(text(answer).await, "data");
        peer.closed().await;
    }
}

#[tokio::test]
async fn a_broken_stream_fails_after_the_content_before_the_break() {
    for (rest, message, kind) in [
        ("", "the connection was closed before the stream's end", FailureKind::Closed),
        ("9\r\nda", "the connection was closed before the stream's end", FailureKind::Closed),
        ("x\r\n", "a chunk's size is not a number", FailureKind::Other),
    ] {
        let (server, client) = (Server::start().await, client());
        let (mut answer, peer) = answered(&client, &server, &format!("{HEAD}4\r\ndata\r\n{rest}")).await;
        drop(peer);
        let mut received = Vec::new();
        let error = loop {
            match piece(&mut answer).await {
                Ok(piece) => received.extend(piece),
                Err(error) => break error,
            }
        };
        assert!(received.starts_with(b"data"), "{rest:?}");
        assert_eq!(error.to_string(), format!("error reading a stream from connection: {message}"));
        assert_eq!(FailureKind::of(&error), kind);
        assert!(answer.body_mut().frame().await.is_none());
    }
}

#[tokio::test]
async fn a_connection_that_served_a_stream_may_turn_out_to_be_stale() {
    let (server, client) = (Server::start().await, client());
    let (answer, mut peer) = answered(&client, &server, &format!("{HEAD}0\r\n\r\n")).await;
    assert_eq!(text(answer).await, "");
    let (answer, ()) = join!(client.send(call(&server.url("http"))), async {
        peer.request().await;
        drop(peer);
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(OK).await;
    });
    assert!(answer.unwrap().extensions().get::<Resent>().is_some());
}

/// hyper reads some of these bodies. It then gets the bytes that were held back.
#[tokio::test]
async fn the_body_does_not_depend_on_the_form_of_the_head() {
    let stream = "content-type: text/event-stream";
    for (head, body) in [
        (format!("HTTP/1.1 200 OK\r\n{stream}\r\ncontent-length: 4\r\n\r\n"), "data"),
        (format!("HTTP/1.0 200 OK\r\n{stream}\r\n\r\n"), "data"),
        (format!("HTTP/1.1 200 OK\r\n{stream}\r\n\r\n"), "data"),
        (format!("HTTP/1.1 200 OK\n{stream}\ntransfer-encoding: chunked\n\n"), "4\r\ndata\r\n0\r\n\r\n"),
        (
            format!("HTTP/1.1 200 OK\r\n{stream}\r\ntransfer-encoding: Chunked\n\r\n"),
            "4\r\ndata\r\n0\r\n\r\n",
        ),
        (format!("HTTP/1.1 100 Continue\r\n\r\n{HEAD}"), "4\r\ndata\r\n0\r\n\r\n"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx: text/event-stream\r\n\
             transfer-encoding: chunked\r\n\r\n"
                .to_owned(),
            "4\r\ndata\r\n0\r\n\r\n",
        ),
    ] {
        let (server, client) = (Server::start().await, client());
        let (answer, peer) = answered(&client, &server, &format!("{head}{body}")).await;
        drop(peer);
        assert_eq!(text(answer).await, "data", "{head}");
    }
}

#[tokio::test]
async fn an_answer_without_a_body_has_none() {
    let (server, client) = (Server::start().await, client());
    let request = Request { method: Method::HEAD, body: Segments::default(), ..call(&server.url("http")) };
    let (answer, mut peer) = join!(client.send(request), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(HEAD).await;
        peer
    });
    assert_eq!(text(answer.unwrap()).await, "");
    assert_eq!(text(answered_on(&mut peer, &client, &server, OK).await).await, "ok");
}

#[tokio::test]
async fn a_stream_that_begins_before_the_request_is_out_does_not_cut_the_request() {
    let (server, client) = (Server::start().await, client());
    let parts: Vec<Bytes> = (0..64_u8).map(|n| Bytes::from(vec![b'0' + n % 10; 128 * 1024])).collect();
    let whole = parts.concat();
    let request = Request { body: parts.into(), ..call(&server.url("http")) };
    let answer = async { text(client.send(request).await.unwrap()).await };
    let answer = timeout(Duration::from_secs(20), answer);
    let (answer, received) = join!(answer, async {
        let mut peer = server.accept().await;
        peer.0.peek(&mut [0]).await.unwrap();
        peer.send(&format!("{HEAD}4\r\ndata\r\n")).await;
        let received = timeout(Duration::from_secs(20), peer.request()).await;
        peer.send("0\r\n\r\n").await;
        received.expect("the request does not end")
    });
    assert_eq!(answer.expect("the stream does not end"), "data");
    assert!(received.as_bytes().ends_with(&whole));
}
