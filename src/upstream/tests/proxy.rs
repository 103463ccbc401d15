//! Forward proxies: a tunnel for `https`, absolute URLs for `http`.

use hyper_util::client::proxy::matcher::Matcher;
use tokio::join;

use super::super::{FailureKind, Phase};
use super::secure::Authority;
use super::*;

const SECURE: &str = "https://azure.test/openai/v1/chat/completions";
/// me:secret
const BASIC: &str = "Basic bWU6c2VjcmV0";

fn behind(proxy: &Server) -> ClientOptions {
    let matcher = Matcher::builder().all(format!("http://me:secret@{}", proxy.address())).build();
    let connect_timeout = Duration::from_secs(5);
    ClientOptions { proxies: matcher.into(), connect_timeout, ..ClientOptions::default() }
}

/// Answers the `CONNECT` of a call with `answer`, and returns the failure of the call.
async fn tunnel_answered(answer: &str) -> Failure {
    let proxy = Server::start().await;
    let client = Client::new(&behind(&proxy)).unwrap();
    let (answer, ()) = join!(client.send(call(SECURE)), async {
        let mut peer = proxy.accept().await;
        peer.request().await;
        peer.send(answer).await;
    });
    answer.unwrap_err()
}

#[tokio::test]
async fn a_plain_http_request_to_a_proxy_has_the_whole_url() {
    let proxy = Server::start().await;
    let client = Client::new(&behind(&proxy)).unwrap();
    let (answer, received) = join!(client.send(call("http://azure.test/openai/v1/x")), async {
        let mut peer = proxy.accept().await;
        let received = peer.request().await;
        peer.send(OK).await;
        received
    });
    assert_eq!(text(answer.unwrap()).await, "ok");
    assert_eq!(
        received,
        format!(
            "POST http://azure.test/openai/v1/x HTTP/1.1\r\ncontent-type: application/json\r\n\
             content-length: 7\r\nproxy-authorization: {BASIC}\r\nhost: azure.test\r\n\r\n{{\"a\":1}}"
        )
    );
}

#[tokio::test]
async fn https_uses_a_tunnel_and_the_proxys_password_stays_outside_of_it() {
    let proxy = Server::start().await;
    let authority = Authority::signing_for("azure.test", &[]);
    let options = ClientOptions { ca_file: Some(authority.file()), ..behind(&proxy) };
    let client = Client::new(&options).unwrap();
    let (answer, (connect, inside)) = join!(client.send(call(SECURE)), async {
        let mut peer = proxy.accept().await;
        let connect = peer.request().await;
        peer.send("HTTP/1.1 200 Connection established\r\n\r\n").await;
        let mut azure = Peer(authority.acceptor.accept(peer.0).await.unwrap());
        let inside = azure.request().await;
        azure.send(OK).await;
        (connect, inside)
    });
    assert_eq!(text(answer.unwrap()).await, "ok");
    let expected = format!(
        "CONNECT azure.test:443 HTTP/1.1\r\nHost: azure.test:443\r\nProxy-Authorization: {BASIC}\r\n\r\n"
    );
    assert_eq!(connect, expected);
    assert_eq!(
        inside,
        "POST /openai/v1/chat/completions HTTP/1.1\r\ncontent-type: application/json\r\n\
         content-length: 7\r\nhost: azure.test\r\n\r\n{\"a\":1}"
    );
}

#[tokio::test]
async fn a_refusal_of_the_proxy_names_the_proxy_phase_and_shows_no_password() {
    for (answer, reason) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "proxy authorization required"),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", "unsuccessful"),
        ("", "unexpected end of file"),
    ] {
        let failure = tunnel_answered(answer).await;
        assert_eq!(failure.phase, Phase::Proxy, "{answer:?}");
        let message = failure.to_string();
        let prefix = "connecting to https://azure.test through the proxy failed: ";
        assert!(message.starts_with(prefix) && message.ends_with(reason), "{message}");
        assert!(!format!("{failure:?}").contains("secret") && !format!("{failure:?}").contains(BASIC));
    }
}

#[tokio::test]
async fn a_proxy_that_is_silent_or_refuses_is_a_failure_of_the_proxy_phase() {
    let proxy = Server::start().await;
    let options = ClientOptions { connect_timeout: Duration::from_millis(200), ..behind(&proxy) };
    let client = Client::new(&options).unwrap();
    let silent = client.send(call(SECURE)).await.unwrap_err();
    assert_eq!(silent.phase, Phase::Proxy);
    assert!(silent.is_timeout());

    drop(proxy);
    for url in [SECURE, "http://azure.test/"] {
        let failure = client.send(call(url)).await.unwrap_err();
        assert_eq!((failure.phase, failure.kind), (Phase::Proxy, FailureKind::Refused), "{url}");
    }
}
