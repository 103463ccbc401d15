//! One HTTP/1.1 connection, driven by the call that waits for the answer on it. The connection has no task of its
//! own: no piece of an answer passes from thread to thread, and a call that is dropped closes its connection.

use std::convert::Infallible;
use std::fmt;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::FutureExt;
use http::uri::PathAndQuery;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::task::unconstrained;

use super::pool_key::PoolKey;
use super::progress::CallProgress;
use super::segments::Segments;
use super::send_error::SendError;
use super::socket::Socket;

type HyperConnection = http1::Connection<TokioIo<Socket>, RequestBody>;

/// A connection, and the facts that decide whether a call that fails on it is sent again.
pub(super) struct Http1Connection {
    pub(super) key: PoolKey,
    sender: http1::SendRequest<RequestBody>,
    /// `None` once the connection has ended.
    connection: Option<HyperConnection>,
    progress: CallProgress,
    /// The other end is a forward proxy, which needs the whole URL in each request.
    forwarded: bool,
    /// The connection has carried an answer.
    served: bool,
}

impl Http1Connection {
    /// Starts HTTP/1.1 on a socket.
    pub(super) async fn new(socket: Socket, key: PoolKey) -> hyper::Result<Self> {
        let (progress, forwarded) = (socket.progress(), socket.is_forwarded());
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        Ok(Self { key, sender, connection: Some(connection), progress, forwarded, served: false })
    }

    /// Marks the connection as one that has carried an answer.
    pub(super) fn marked_served(self) -> Self {
        Self { served: true, ..self }
    }

    /// Sends a call and returns when the head of its answer has arrived.
    pub(super) async fn send(
        &mut self,
        mut call: Request<Segments>,
    ) -> Result<Response<Incoming>, SendError> {
        self.progress.reset();
        if call.body().is_empty() {
            // hyper does not poll an empty body.
            self.progress.body_taken();
        }
        if !self.forwarded {
            // Only a proxy gets the whole URL. A server gets the path, and the host in its header (RFC 9112 §3.2).
            let path = call.uri().path_and_query().cloned();
            *call.uri_mut() = path.unwrap_or_else(|| PathAndQuery::from_static("/")).into();
        }
        let progress = self.progress.clone();
        let mut answer =
            pin!(unconstrained(self.sender.send_request(call.map(|body| RequestBody { body, progress }))));
        let answer = poll_fn(|context| {
            drive(&mut self.connection, context);
            // Only the line above can complete the answer, so the answer needs no waker.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        let answer = answer.await;
        let reused = std::mem::replace(&mut self.served, answer.is_ok());
        answer.map_err(|error| SendError { error, reused, answer_begun: self.progress.has_received() })
    }

    /// Takes the socket from hyper, if the socket holds back the body of the answer and `wanted` is true. hyper has
    /// asked the socket for the body by now, got nothing, and so decoded nothing.
    pub(super) fn take_held_socket(&mut self, wanted: impl FnOnce() -> bool) -> Option<Socket> {
        if !self.progress.is_held() {
            return None;
        }
        let Some(connection) = self.connection.take_if(|_| wanted()) else {
            self.progress.release();
            return None;
        };
        let parts = connection.into_parts();
        debug_assert!(parts.read_buf.is_empty(), "the socket gave hyper the head and no more");
        Some(parts.io.into_inner())
    }

    /// Reads and writes as much as is possible now. `context` is woken when more is possible.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        drive(&mut self.connection, context);
    }

    /// Returns whether the connection can take a call: the last one is complete, and the other side has not closed it.
    pub(super) fn is_idle(&mut self) -> bool {
        // Nobody waits for an idle connection, so this needs no waker.
        let look = poll_fn(|context| {
            drive(&mut self.connection, context);
            Poll::Ready(self.connection.is_some() && self.sender.is_ready())
        });
        unconstrained(look).now_or_never().unwrap_or_default()
    }
}

/// Drives a connection, and drops it once it has ended. The call on it gets the error from its answer or its body.
fn drive(connection: &mut Option<HyperConnection>, context: &mut Context<'_>) {
    if connection.as_mut().is_some_and(|connection| Pin::new(connection).poll(context).is_ready()) {
        *connection = None;
    }
}

/// The body of a request. It records in `progress` when hyper has taken all of it.
struct RequestBody {
    body: Segments,
    progress: CallProgress,
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_empty() {
            self.progress.body_taken();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl fmt::Debug for Http1Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http1Connection").field("served", &self.served).finish_non_exhaustive()
    }
}
