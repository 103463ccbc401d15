//! Tests the client over real sockets, against a server that follows each test's script and checks the bytes it
//! received.

mod http2;
mod phases;
mod plain;
mod proxy;
mod resend;
mod secure;
mod streams;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use http_body_util::BodyExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{AnswerBody, Client, ClientOptions, Failure, Proxies, Request, ResentFlag, Segments};

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

struct Server(TcpListener);

impl Server {
    async fn start() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap())
    }

    fn address(&self) -> SocketAddr {
        self.0.local_addr().unwrap()
    }

    fn url(&self, scheme: &str) -> String {
        format!("{scheme}://{}/openai/v1/chat/completions", self.address())
    }

    async fn accept(&self) -> Peer<TcpStream> {
        let accepted = timeout(Duration::from_secs(20), self.0.accept()).await.expect("nobody connects");
        Peer(accepted.unwrap().0)
    }

    /// Asserts that no other connection is in the kernel's accept queue.
    fn expect_no_more(self) {
        let refused = self.0.into_std().unwrap().accept().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
    }
}

/// The server's end of one connection.
struct Peer<S>(S);

impl<S: AsyncRead + AsyncWrite + Unpin> Peer<S> {
    /// Reads exactly one request.
    async fn request(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        let mut text = String::from_utf8(head).unwrap();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body).await.unwrap();
        text.push_str(std::str::from_utf8(&body).unwrap());
        text
    }

    async fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Waits for the client to close.
    async fn closed(&mut self) {
        let mut rest = Vec::new();
        // A reset also counts as a close.
        let read = timeout(Duration::from_secs(20), self.0.read_to_end(&mut rest)).await;
        drop(read.expect("the client keeps the connection open"));
        assert!(rest.is_empty(), "the client sent more");
    }
}

fn options() -> ClientOptions {
    ClientOptions { proxies: Proxies::none(), ..ClientOptions::default() }
}

fn client() -> Client {
    Client::new(&options()).unwrap()
}

fn call(url: &str) -> Request {
    let headers = [(HeaderName::from_static("content-type"), HeaderValue::from_static("application/json"))];
    Request {
        method: Method::POST,
        uri: url.parse().unwrap(),
        headers: HeaderMap::from_iter(headers),
        body: Segments::from(vec![Bytes::from_static(b"{\"a\":"), Bytes::from_static(b"1}")]),
        resent: ResentFlag::default(),
    }
}

/// Sends a call that must fail soon, and returns its failure.
async fn failing(client: &Client, request: Request) -> Failure {
    let sent = timeout(Duration::from_secs(20), client.send(request)).await;
    sent.expect("the call still waits for an answer").unwrap_err()
}

async fn text(answer: Response<AnswerBody>) -> String {
    String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}
