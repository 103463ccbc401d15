//! A failure names the step of connecting that failed or stalled.

use super::super::{FailureKind, Phase};
use super::*;

const LIMIT: Duration = Duration::from_millis(200);

async fn failure(url: &str) -> Failure {
    let client = Client::new(&ClientOptions { connect_timeout: LIMIT, ..options() }).unwrap();
    client.send(call(url)).await.unwrap_err()
}

#[tokio::test]
async fn a_port_without_a_listener_refuses() {
    let server = Server::start().await;
    let (url, address) = (server.url("http"), server.address());
    drop(server);
    let failure = failure(&url).await;
    assert_eq!((failure.phase, failure.kind), (Phase::Connect, FailureKind::Refused));
    assert_eq!(failure.to_string(), format!("connecting to http://{address} failed: connection refused"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_fails_in_its_own_phase() {
    // The resolver rejects a label of more than 63 letters without asking a name server.
    let host = "x".repeat(64);
    let failure = failure(&format!("http://{host}.invalid/")).await;
    assert_eq!((failure.phase, failure.kind), (Phase::Resolve, FailureKind::Other));
    let prefix = format!("looking up the host of http://{host}.invalid failed: ");
    assert!(failure.to_string().starts_with(&prefix), "{failure}");
}

/// The kernel drops the first packet of a handshake while the accept queue is full, so the host seems not to answer.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_host_that_does_not_answer_times_out_while_connecting() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let server = Server(socket.listen(0).unwrap());
    let _filling = TcpStream::connect(server.address()).await.unwrap();
    let failure = failure(&server.url("http")).await;
    assert_eq!((failure.phase, failure.kind), (Phase::Connect, FailureKind::TimedOut(Some(LIMIT))));
    assert!(failure.is_timeout());
    assert_eq!(
        failure.to_string(),
        format!("connecting to http://{} timed out after 200ms", server.address())
    );
}

#[tokio::test]
async fn a_server_that_is_silent_on_tls_times_out_in_the_handshake() {
    let server = Server::start().await;
    let failure = failure(&server.url("https")).await;
    assert_eq!((failure.phase, failure.kind), (Phase::Tls, FailureKind::TimedOut(Some(LIMIT))));
}
