//! One HTTP/1.1 connection, moved by whoever waits for the answer that it carries. It has no task of its own: nothing
//! is handed from thread to thread for each piece of an answer, and a call that is dropped closes its connection.

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

use super::failure::Lost;
use super::pool::Origin;
use super::progress::Progress;
use super::segments::Segments;
use super::socket::Socket;
use super::stream::Stream;

type Connection = http1::Connection<TokioIo<Socket>, Outgoing>;

/// A connection, and what must be known of it to judge a loss.
pub(super) struct Wire {
    pub(super) origin: Origin,
    sender: http1::SendRequest<Outgoing>,
    /// `None` once it has ended.
    connection: Option<Connection>,
    progress: Progress,
    /// The other end is a proxy that must be told whom a call is for.
    forwarded: bool,
    /// It has brought an answer.
    served: bool,
}

impl Wire {
    pub(super) async fn over(socket: Socket, origin: Origin) -> hyper::Result<Self> {
        let (progress, forwarded) = (socket.progress(), socket.is_forwarded());
        let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        Ok(Self { origin, sender, connection: Some(connection), progress, forwarded, served: false })
    }

    /// The same, which has brought an answer.
    pub(super) fn used(self) -> Self {
        Self { served: true, ..self }
    }

    /// Sends a call and returns when the head of its answer is there.
    pub(super) async fn send(&mut self, mut call: Request<Segments>) -> Result<Response<Incoming>, Lost> {
        self.progress.begin();
        if call.body().is_empty() {
            // Then hyper does not look at it.
            self.progress.taken();
        }
        if !self.forwarded {
            // Only a proxy is told the whole URL; the host stands in its header (RFC 9112 §3.2).
            let path = call.uri().path_and_query().cloned();
            *call.uri_mut() = path.unwrap_or_else(|| PathAndQuery::from_static("/")).into();
        }
        let progress = self.progress.clone();
        let mut answer =
            pin!(unconstrained(self.sender.send_request(call.map(|body| Outgoing { body, progress }))));
        let answer = poll_fn(|context| {
            drive(&mut self.connection, context);
            // It comes out of the line above and from nowhere else, so it need not wake anyone.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        let answer = answer.await;
        let reused = std::mem::replace(&mut self.served, answer.is_ok());
        answer.map_err(|error| Lost { error, reused, heard: self.progress.is_heard() })
    }

    /// Takes the socket from hyper, if it holds back a body that can be read without. hyper has asked it for that body
    /// by now, got nothing, and so decoded nothing.
    pub(super) fn stream(&mut self, answer: &Response<Incoming>) -> Option<Stream> {
        if !self.progress.is_held() {
            return None;
        }
        let connection = if Stream::carries(answer) { self.connection.take() } else { None };
        let Some(connection) = connection else {
            self.progress.release();
            return None;
        };
        let parts = connection.into_parts();
        debug_assert!(parts.read_buf.is_empty(), "the socket gave hyper the head and no more");
        let mut socket = parts.io.into_inner();
        let read = socket.take_held();
        Some(Stream::new(socket, &read, self.origin.clone(), answer.headers()))
    }

    /// Moves bytes both ways as far as they go. `context` is woken when more is possible.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        drive(&mut self.connection, context);
    }

    /// Whether it could take a call: what was before is done, and the other side has not closed it.
    pub(super) fn is_idle(&mut self) -> bool {
        // Nobody waits for an idle connection, so nobody is to be woken.
        let look = poll_fn(|context| {
            drive(&mut self.connection, context);
            Poll::Ready(self.connection.is_some() && self.sender.is_ready())
        });
        unconstrained(look).now_or_never().unwrap_or_default()
    }
}

/// How a connection ends is told to the call on it, as the error of its answer or body.
fn drive(connection: &mut Option<Connection>, context: &mut Context<'_>) {
    if connection.as_mut().is_some_and(|connection| Pin::new(connection).poll(context).is_ready()) {
        *connection = None;
    }
}

/// The body of a call, which tells when hyper has all of it.
struct Outgoing {
    body: Segments,
    progress: Progress,
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if self.body.is_empty() {
            self.progress.taken();
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

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("served", &self.served).finish_non_exhaustive()
    }
}
