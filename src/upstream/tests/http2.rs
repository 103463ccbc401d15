//! HTTP/2, with and without TLS.

use h2::server::handshake;
use h2::{Reason, RecvStream};
use http::Request as Received;
use tokio::join;

use super::super::{FailureKind, Phase, Resent};
use super::secure::Authority;
use super::*;

fn options() -> ClientOptions {
    ClientOptions { http2: true, ..super::options() }
}

/// What the server does with a call.
enum ServerAction {
    Answer,
    Reset(Reason),
    Close,
}

/// Serves one connection: one action for each call, then nothing until the client closes it.
async fn serve(
    io: impl AsyncRead + AsyncWrite + Unpin,
    actions: &[ServerAction],
) -> Vec<Received<RecvStream>> {
    let mut connection = handshake(io).await.unwrap();
    let mut received = Vec::new();
    for action in actions {
        let (request, mut respond) = connection.accept().await.unwrap().unwrap();
        received.push(request);
        match action {
            ServerAction::Answer => {
                let mut body = respond.send_response(Response::new(()), false).unwrap();
                body.send_data(Bytes::from_static(b"ok"), true).unwrap();
            }
            ServerAction::Reset(reason) => respond.send_reset(*reason),
            ServerAction::Close => return received,
        }
    }
    while connection.accept().await.is_some() {}
    received
}

/// Sends two calls, one after the other, and returns the result of the second.
async fn second_of_two(client: Client, url: &str) -> Result<Response<AnswerBody>, Failure> {
    assert_eq!(text(client.send(call(url)).await.unwrap()).await, "ok");
    client.send(call(url)).await
}

#[tokio::test]
async fn without_tls_prior_knowledge_is_used_and_calls_share_a_connection() {
    let (server, client) = (Server::start().await, Client::new(&options()).unwrap());
    let url = server.url("http");
    let calls = async { drop(second_of_two(client, &url).await.unwrap()) };
    let ((), mut received) = join!(calls, async {
        serve(server.accept().await.0, &[ServerAction::Answer, ServerAction::Answer]).await
    });
    assert_eq!(received.len(), 2);
    let request = &mut received[0];
    assert_eq!(request.method(), Method::POST);
    assert_eq!(request.uri().to_string(), url);
    assert_eq!(request.headers()["content-length"], "7");
    let mut body = Vec::new();
    while let Some(part) = request.body_mut().data().await {
        body.extend(part.unwrap());
    }
    assert_eq!(body, b"{\"a\":1}");
    server.expect_no_more();
}

#[tokio::test]
async fn over_tls_alpn_agrees_on_http2() {
    let authority = Authority::signing_for("127.0.0.1", &["h2", "http/1.1"]);
    let trusting = ClientOptions { ca_file: Some(authority.file()), ..options() };
    let (server, client) = (Server::start().await, Client::new(&trusting).unwrap());
    let url = server.url("https");
    let calls = async { text(client.send(call(&url)).await.unwrap()).await };
    let serve = async {
        let io = authority.acceptor.accept(server.accept().await.0).await.unwrap();
        serve(io, &[ServerAction::Answer]).await
    };
    tokio::select! {
        body = calls => assert_eq!(body, "ok"),
        _ = serve => panic!("the connection ended first"),
    }
}

#[tokio::test]
async fn a_used_connection_that_is_lost_or_declines_a_call_is_replaced() {
    for action in [ServerAction::Close, ServerAction::Reset(Reason::REFUSED_STREAM)] {
        let (server, client) = (Server::start().await, Client::new(&options()).unwrap());
        let url = server.url("http");
        let calls = async {
            let answer = second_of_two(client, &url).await.unwrap();
            assert!(answer.extensions().get::<Resent>().is_some());
            assert_eq!(text(answer).await, "ok");
        };
        let actions = [ServerAction::Answer, action];
        let first = async { serve(server.accept().await.0, &actions).await };
        let second = async { serve(server.accept().await.0, &[ServerAction::Answer]).await };
        let ((), first, second) = join!(calls, first, second);
        assert_eq!((first.len(), second.len()), (2, 1));
        server.expect_no_more();
    }
}

#[tokio::test]
async fn a_call_that_the_server_reset_is_not_sent_again() {
    let (server, client) = (Server::start().await, Client::new(&options()).unwrap());
    let url = server.url("http");
    let actions = [ServerAction::Answer, ServerAction::Reset(Reason::INTERNAL_ERROR)];
    let (answer, _) =
        join!(second_of_two(client, &url), async { serve(server.accept().await.0, &actions).await });
    let failure = answer.unwrap_err();
    assert!(failure.reused && !failure.resent);
    assert_eq!((failure.phase, failure.kind), (Phase::AwaitAnswer, FailureKind::Other));
    server.expect_no_more();
}
