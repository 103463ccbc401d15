//! One connection of a client, served as HTTP/1 or HTTP/2.
//!
//! This uses hyper directly and not axum's server. axum sets no timer, so a client that sends the head of its request
//! one byte an hour would hold a connection for ever.

use std::{io, time::Duration};

use hyper::server::conn::{http1, http2};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::{GracefulConnection, Watcher},
    service::TowerToHyperService,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{net::TcpStream, time};

use super::{service::Service, stop::Stop};
use crate::keep_alive;

/// The first bytes from every HTTP/2 client (RFC 9113 §3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The HTTP version that a client uses.
enum Version {
    Http1,
    Http2,
}

/// Serves connections, with the settings of both HTTP versions.
#[derive(Clone)]
pub(super) struct Http {
    http1: http1::Builder,
    http2: http2::Builder<TokioExecutor>,
    header_timeout: Duration,
}

impl Http {
    pub(super) fn new(header_timeout: Duration) -> Http {
        let (mut http1, mut http2) = (http1::Builder::new(), http2::Builder::new(TokioExecutor::new()));
        http1.timer(TokioTimer::new()).header_read_timeout(header_timeout);
        http2.timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(20));
        Http { http1, http2, header_timeout }
    }

    /// Serves a connection until it ends, or until the running calls have ended after a stop.
    pub(super) async fn serve(self, stream: TcpStream, service: impl Service, stop: Stop, watcher: Watcher) {
        let Some(version) = prepare(&stream, self.header_timeout, stop).await else { return };
        let (stream, service) = (TokioIo::new(stream), TowerToHyperService::new(service));
        match version {
            Version::Http1 => watch(watcher, self.http1.serve_connection(stream, service)).await,
            Version::Http2 => Box::pin(watch(watcher, self.http2.serve_connection(stream, service))).await,
        }
    }
}

async fn watch(watcher: Watcher, connection: impl GracefulConnection<Error = hyper::Error>) {
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended with an error");
    }
}

/// Sets the socket's options and finds out which HTTP version the client uses. Returns `None` if the client does not
/// send enough in time, since hyper would wait for that without a limit.
async fn prepare(stream: &TcpStream, timeout: Duration, mut stop: Stop) -> Option<Version> {
    // Small chunks of a stream must not wait for more.
    stream.set_nodelay(true).ok()?;
    let probes = TcpKeepalive::new()
        .with_time(keep_alive::INTERVAL)
        .with_interval(keep_alive::INTERVAL)
        .with_retries(keep_alive::PROBES);
    SockRef::from(stream).set_tcp_keepalive(&probes).ok()?;
    tokio::select! {
        version = time::timeout(timeout, detect_version(stream)) => version.ok()?.ok(),
        () = stop.wait() => None,
    }
}

/// Compares the first bytes with the preface of HTTP/2. The bytes stay in the socket.
async fn detect_version(stream: &TcpStream) -> io::Result<Version> {
    let mut start = [0; HTTP2_PREFACE.len()];
    loop {
        let seen = stream.peek(&mut start).await?;
        match start.get(..seen).unwrap_or_default() {
            [] => return Err(io::ErrorKind::UnexpectedEof.into()),
            HTTP2_PREFACE => return Ok(Version::Http2),
            piece if HTTP2_PREFACE.starts_with(piece) => {}
            _ => return Ok(Version::Http1),
        }
        // Part of the preface, which is rare. The socket stays readable, so readiness does not announce the rest.
        time::sleep(Duration::from_millis(10)).await;
    }
}
