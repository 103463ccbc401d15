//! One HTTP/2 connection. Calls share it, so a task drives it. The task ends when the calls have ended and the pool has
//! dropped its handle.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::pool_key::PoolKey;
use super::segments::Segments;
use super::send_error::SendError;
use super::socket::Socket;

/// A handle to the connection.
#[derive(Clone, Debug)]
pub(super) struct Http2Connection {
    pub(super) key: PoolKey,
    sender: http2::SendRequest<Segments>,
    /// The connection has carried an answer.
    served: Arc<AtomicBool>,
}

impl Http2Connection {
    /// Starts HTTP/2 on a socket.
    pub(super) async fn new(socket: Socket, key: PoolKey) -> hyper::Result<Self> {
        let mut http = http2::Builder::new(TokioExecutor::new());
        let (sender, connection) = http.timer(TokioTimer::new()).handshake(TokioIo::new(socket)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection to Azure ended");
            }
        });
        Ok(Self { key, sender, served: Arc::default() })
    }

    /// Sends a call and returns when the head of its answer has arrived. If that fails, nobody knows whether the answer
    /// had begun, since bytes on the connection cannot be attributed to one call.
    pub(super) async fn send(&mut self, call: Request<Segments>) -> Result<Response<Incoming>, SendError> {
        // Read before sending: an answer to another call that arrives meanwhile does not make the connection a reused
        // one.
        let reused = self.served.load(Ordering::Acquire);
        let answer = self.sender.send_request(call).await;
        self.served.fetch_or(answer.is_ok(), Ordering::Release);
        answer.map_err(|error| SendError { error, reused, answer_begun: false })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }
}
