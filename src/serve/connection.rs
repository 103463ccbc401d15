//! One connection of a client, served as HTTP/1 or HTTP/2.
//!
//! This uses hyper directly and not axum's server. axum sets no timer, so a client that sends the head of its request
//! one byte an hour would hold a connection for ever.

use std::{io, pin::Pin, sync::Arc, time::Duration};

use hyper::server::conn::{http1, http2};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{net::TcpStream, time};

use super::{
    calls::{Calls, counted},
    executor::Executor,
    service::Service,
    socket::{ClientSocket, Version},
    stop::Stop,
};
use crate::{
    connections::{Connections, Ends},
    keep_alive,
};

/// The largest head of a request in bytes. SDKs send less than two thousand (Envoy's limit: 60 KiB). A client may leave
/// so much unfinished on each connection.
const MOST_HEAD_BYTES: usize = 64 * 1024;

/// How long an HTTP/2 client may take to close its connection after it was asked to.
const FAREWELL: Duration = Duration::from_secs(5);

/// Serves connections, with the settings of both HTTP versions.
#[derive(Clone)]
pub(super) struct Http {
    http1: http1::Builder,
    http2: http2::Builder<Executor>,
    header_timeout: Duration,
    connections: Arc<Connections>,
}

impl Http {
    /// Makes the settings. `header_timeout` limits the head of a request, and how long a connection is idle.
    pub(super) fn new(header_timeout: Duration, connections: &Arc<Connections>) -> Http {
        let executor = Executor::new(connections.clone());
        let (mut http1, mut http2) = (http1::Builder::new(), http2::Builder::new(executor));
        http1.timer(TokioTimer::new()).header_read_timeout(header_timeout).max_header_size(MOST_HEAD_BYTES);
        http2.timer(TokioTimer::new()).keep_alive_interval(Duration::from_secs(20));
        Http { http1, http2, header_timeout, connections: connections.clone() }
    }

    /// Serves a connection until it ends, or until the running calls have ended after a stop.
    pub(super) async fn serve(self, stream: TcpStream, service: impl Service, mut stop: Stop) {
        let Ok(ends) = prepare(&stream) else { return };
        let mut socket = ClientSocket::new(stream);
        let version = tokio::select! {
            version = time::timeout(self.header_timeout, socket.version()) => version,
            () = stop.wait() => return,
        };
        // A client that has not sent enough in time is cut off here, since hyper would wait for that without a limit.
        let Ok(Ok(Some(version))) = version else {
            if socket.has_begun() {
                self.connections.note_unfinished();
            }
            return;
        };
        let calls = Arc::new(Calls::default());
        let service = counted(service, ends, &calls);
        let socket = TokioIo::new(socket);
        let ended = match version {
            Version::Http1 => {
                let mut connection = self.http1.serve_connection(socket, service);
                let ended = until_end(Pin::new(&mut connection), stop, &self.connections).await;
                if ended.is_err() && calls.none_runs() && !connection.into_parts().read_buf.is_empty() {
                    self.connections.note_unfinished();
                }
                ended
            }
            Version::Http2 => {
                let connection = Box::pin(self.http2.serve_connection(socket, service));
                until_idle(connection, stop, &self.connections, &calls, self.header_timeout).await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(error = &error as &dyn std::error::Error, "a connection ended with an error");
        }
    }
}

/// Drives a connection to its end. After a stop it takes no further call. When calls are cut off, it is polled once
/// more, so that they can say so.
async fn until_end<C>(mut connection: Pin<&mut C>, mut stop: Stop, connections: &Connections) -> C::Output
where
    C: GracefulConnection<Error = hyper::Error>,
{
    tokio::select! {
        biased;
        ended = &mut connection => return ended,
        () = stop.wait() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        biased;
        ended = &mut connection => ended,
        () = connections.when_cut_off() => connection.await,
    }
}

/// Drives an HTTP/2 connection to its end, or until it has carried no call for some time. Its pings do not count.
async fn until_idle<C>(
    mut connection: Pin<Box<C>>,
    stop: Stop,
    connections: &Connections,
    calls: &Calls,
    patience: Duration,
) -> C::Output
where
    C: GracefulConnection<Error = hyper::Error>,
{
    tokio::select! {
        ended = until_end(connection.as_mut(), stop, connections) => return ended,
        () = calls.idle(patience) => {}
    }
    connection.as_mut().graceful_shutdown();
    // An error means that the client does not close the connection. It is closed when it is dropped.
    time::timeout(FAREWELL, connection).await.unwrap_or(Ok(()))
}

/// Sets the socket's options, and returns its two ends.
fn prepare(stream: &TcpStream) -> io::Result<Ends> {
    // Small chunks of a stream must not wait for more.
    stream.set_nodelay(true)?;
    let probes = TcpKeepalive::new()
        .with_time(keep_alive::INTERVAL)
        .with_interval(keep_alive::INTERVAL)
        .with_retries(keep_alive::PROBES);
    SockRef::from(stream).set_tcp_keepalive(&probes)?;
    Ok(Ends { client: stream.peer_addr()?, server: stream.local_addr()? })
}
