//! One HTTP/2 connection. Calls share it, so a task moves it, which ends when all of them have and the pool has
//! forgotten it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};

use super::failure::Lost;
use super::pool::Origin;
use super::segments::Segments;
use super::socket::Socket;

/// A handle to the connection.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    pub(super) origin: Origin,
    sender: http2::SendRequest<Segments>,
    /// It has brought an answer.
    served: Arc<AtomicBool>,
}

impl Shared {
    pub(super) async fn over(socket: Socket, origin: Origin) -> hyper::Result<Self> {
        let mut http = http2::Builder::new(TokioExecutor::new());
        let (sender, connection) = http.timer(TokioTimer::new()).handshake(TokioIo::new(socket)).await?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = &error as &dyn std::error::Error, "a connection to Azure ended");
            }
        });
        Ok(Self { origin, sender, served: Arc::default() })
    }

    /// Sends a call and returns when the head of its answer is there. Of a loss it is never known whether the answer
    /// had begun: bytes that come cannot be told to be one call's.
    pub(super) async fn send(&mut self, call: Request<Segments>) -> Result<Response<Incoming>, Lost> {
        // What others have got of it meanwhile does not make it an old connection to this call.
        let reused = self.served.load(Ordering::Acquire);
        let answer = self.sender.send_request(call).await;
        self.served.fetch_or(answer.is_ok(), Ordering::Release);
        answer.map_err(|error| Lost { error, reused, heard: false })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }
}
