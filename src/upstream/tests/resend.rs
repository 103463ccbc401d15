//! A stale pooled connection costs one resend and no more; nothing else is sent twice.

use tokio::join;

use super::super::{FailureKind, Phase, Resent};
use super::*;

/// Serves one call, so that the pool holds a used connection.
async fn warm(client: &Client, server: &Server) -> Peer<TcpStream> {
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
async fn a_pooled_connection_that_closes_without_a_word_is_replaced() {
    let (server, client) = (Server::start().await, client());
    let mut stale = warm(&client, &server).await;
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
    let stale = warm(&client, &server).await;
    let (answer, ()) = join!(client.send(call(&server.url("http"))), async {
        // To close with bytes unread is to reset.
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
async fn a_body_cut_off_on_its_way_is_sent_again_whole() {
    let (server, client) = (Server::start().await, client());
    let stale = warm(&client, &server).await;
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
async fn a_second_death_is_the_end() {
    let (server, client) = (Server::start().await, client());
    let mut stale = warm(&client, &server).await;
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
async fn the_second_sending_takes_no_connection_from_the_pool() {
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

    // Either would take the call; the one that gets it dies of it.
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

async fn dies_fresh(last_words: &str) -> Failure {
    let (server, client) = (Server::start().await, client());
    let (failure, ()) = join!(failing(&client, call(&server.url("http"))), async {
        let mut peer = server.accept().await;
        peer.request().await;
        peer.send(last_words).await;
    });
    server.expect_no_more();
    failure
}

#[tokio::test]
async fn a_fresh_connection_that_dies_is_not_tried_again() {
    let failure = dies_fresh("").await;
    assert!(!failure.resent && !failure.reused && !failure.is_timeout());
    assert_eq!((failure.phase, failure.kind), (Phase::AwaitAnswer, FailureKind::Closed));
}

#[tokio::test]
async fn what_is_not_http_is_told_as_such() {
    let failure = dies_fresh("SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
    assert_eq!((failure.phase, failure.kind), (Phase::ReadAnswer, FailureKind::Malformed));
}

#[tokio::test]
async fn a_pooled_connection_that_dies_within_an_answer_is_not_tried_again() {
    for begun in ["H", "HTTP/1.1 200 OK\r\ncontent-ty", "HTTP/1.1 100 Continue\r\n\r\n"] {
        let (server, client) = (Server::start().await, client());
        let mut peer = warm(&client, &server).await;
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
