//! A call on a stale pooled connection is sent once more. No other call is sent twice.

use tokio::join;

use super::super::{FailureKind, Phase, Resent};
use super::*;

/// Serves one call, so that the pool holds a used connection.
async fn used_connection(client: &Client, server: &Server) -> Peer<TcpStream> {
    let (answer, peer) = join!(client.send(call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(OK).await;
        peer
    });
    assert_eq!(text(answer.unwrap()).await, "ok");
    peer
}

#[tokio::test]
async fn a_pooled_connection_that_closes_without_an_answer_is_replaced() {
    let (server, client) = (Server::start().await, client());
    let mut stale = used_connection(&client, &server).await;
    let (answer, (lost, again)) = join!(client.send(call(&server.url("http"))), async {
        let lost = stale.request().await;
        drop(stale);
        let mut peer = server.accept().await;
        let again = peer.request().await;
        peer.send(OK).await;
        (lost, again)
    });
    let answer = answer.unwrap();
    assert_eq!(answer.extensions().get::<Resent>(), Some(&Resent));
    assert_eq!(text(answer).await, "ok");
    assert_eq!(lost, again);
    assert!(again.ends_with("{\"a\":1}"));
    server.expect_no_more();
}

#[tokio::test]
async fn a_pooled_connection_that_is_reset_is_replaced() {
    let (server, client) = (Server::start().await, client());
    let stale = used_connection(&client, &server).await;
    let (answer, ()) = join!(client.send(call(&server.url("http"))), async {
        // Closing a socket with unread bytes resets the connection.
        stale.0.peek(&mut [0]).await.unwrap();
        drop(stale);
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(OK).await;
    });
    assert!(answer.unwrap().extensions().get::<Resent>().is_some());
    server.expect_no_more();
}

#[tokio::test]
async fn a_body_that_was_sent_in_part_is_sent_again_whole() {
    let (server, client) = (Server::start().await, client());
    let stale = used_connection(&client, &server).await;
    let parts: Vec<Bytes> = (0..64_u8).map(|n| Bytes::from(vec![b'0' + n % 10; 128 * 1024])).collect();
    let whole = parts.concat();
    let request = Request { body: parts.into(), ..call(&server.url("http")) };
    let (answer, again) = join!(client.send(request), async {
        stale.0.peek(&mut [0]).await.unwrap();
        drop(stale);
        let mut peer = server.accept().await;
        let again = peer.request().await;
        peer.send(OK).await;
        again
    });
    assert!(answer.unwrap().extensions().get::<Resent>().is_some());
    assert!(again.as_bytes().ends_with(&whole));
}

#[tokio::test]
async fn a_call_is_not_sent_a_third_time() {
    let (server, client) = (Server::start().await, client());
    let mut stale = used_connection(&client, &server).await;
    let (failure, ()) = join!(failing(&client, call(&server.url("http"))), async {
        stale.request().await;
        drop(stale);
        let mut peer = server.accept().await;
        peer.request().await;
    });
    assert!(failure.resent && !failure.reused);
    assert_eq!((failure.phase, failure.kind), (Phase::AwaitAnswer, FailureKind::Closed));
    assert!(failure.to_string().ends_with("failed: the connection was closed (second attempt)"), "{failure}");
    server.expect_no_more();
}

#[tokio::test]
async fn the_second_attempt_takes_no_connection_from_the_pool() {
    let (server, client) = (Server::start().await, client());
    let url = server.url("http");
    let (first, second, peers) = join!(client.send(call(&url)), client.send(call(&url)), async {
        let mut peers = [server.accept().await, server.accept().await];
        for peer in &mut peers {
            peer.request().await;
            peer.send(OK).await;
        }
        peers
    });
    text(first.unwrap()).await;
    text(second.unwrap()).await;

    // The client may pick either connection. The picked one is closed.
    let (answer, _kept) = join!(client.send(call(&url)), async {
        let [one, other] = peers;
        let (mut here, mut there) = ([0], [0]);
        let first_is_used = tokio::select! {
            _ = one.0.peek(&mut here) => true,
            _ = other.0.peek(&mut there) => false,
        };
        let (stale, kept) = if first_is_used { (one, other) } else { (other, one) };
        drop(stale);
        let mut fresh = server.accept().await;
        fresh.request().await;
        fresh.send(OK).await;
        kept
    });
    assert!(answer.unwrap().extensions().get::<Resent>().is_some());
}

/// Sends `answer` on a new connection, closes it, and returns the failure of the call.
async fn closed_after(answer: &str) -> Failure {
    let (server, client) = (Server::start().await, client());
    let (failure, ()) = join!(failing(&client, call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(answer).await;
    });
    server.expect_no_more();
    failure
}

#[tokio::test]
async fn a_call_on_a_new_connection_is_not_sent_again() {
    let failure = closed_after("").await;
    assert!(!failure.resent && !failure.reused && !failure.is_timeout());
    assert_eq!((failure.phase, failure.kind), (Phase::AwaitAnswer, FailureKind::Closed));
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_malformed() {
    let failure = closed_after("SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
    assert_eq!((failure.phase, failure.kind), (Phase::ReadAnswer, FailureKind::Malformed));
}

#[tokio::test]
async fn a_call_whose_answer_has_begun_is_not_sent_again() {
    for begun in ["H", "HTTP/1.1 200 OK\r\ncontent-ty", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let (server, client) = (Server::start().await, client());
        let mut peer = used_connection(&client, &server).await;
        let (failure, ()) = join!(failing(&client, call(&server.url("http"))), async {
            peer.request().await;
            peer.send(begun).await;
            drop(peer);
        });
        assert!(failure.reused && !failure.resent, "{begun:?}");
        assert_eq!(failure.phase, Phase::ReadAnswer, "{begun:?}");
        server.expect_no_more();
    }
}
