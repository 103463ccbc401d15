//! The body of an answer. It drives its HTTP/1.1 connection, and gives it back to the pool after the last byte.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::event_stream::EventStream;
use super::http1::Http1Connection;
use super::pool::{Connection, Pool};

/// The body of an answer. Dropping it before its end closes an HTTP/1.1 connection.
#[derive(Debug)]
pub struct AnswerBody(BodySource);

/// Where the bytes come from.
#[derive(Debug)]
enum BodySource {
    /// An HTTP/2 connection, which its own task drives.
    Http2(Incoming),
    /// An HTTP/1.1 connection, which this body drives.
    Http1(Box<Http1Body>),
    /// An event stream on an HTTP/1.1 connection, and the pool that the connection goes back to.
    EventStream(Box<EventStream>, Arc<Pool>),
    /// The body is being dropped.
    Dropped,
}

#[derive(Debug)]
struct Http1Body {
    incoming: Incoming,
    connection: Box<Http1Connection>,
    pool: Arc<Pool>,
    /// The last poll returned a frame, so the next one will probably find none.
    had_frame: bool,
}

/// Why a body ended early.
#[derive(Debug, thiserror::Error)]
pub enum AnswerBodyError {
    /// The error of a body that hyper reads.
    #[error(transparent)]
    Hyper(#[from] hyper::Error),
    /// The error of an event stream, which azgate reads itself.
    #[error("error reading a stream from connection: {0}")]
    Stream(#[source] io::Error),
}

impl AnswerBody {
    pub(super) fn http1(incoming: Incoming, connection: Box<Http1Connection>, pool: Arc<Pool>) -> Self {
        Self(BodySource::Http1(Box::new(Http1Body { incoming, connection, pool, had_frame: false })))
    }

    pub(super) fn event_stream(stream: EventStream, pool: Arc<Pool>) -> Self {
        Self(BodySource::EventStream(Box::new(stream), pool))
    }

    pub(super) fn http2(incoming: Incoming) -> Self {
        Self(BodySource::Http2(incoming))
    }

    fn incoming(&self) -> Option<&Incoming> {
        match &self.0 {
            BodySource::Http2(incoming) => Some(incoming),
            BodySource::Http1(body) => Some(&body.incoming),
            BodySource::EventStream(..) | BodySource::Dropped => None,
        }
    }
}

impl Http1Body {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        // Driving the connection makes its frames available at once, so polls for a frame need no waker. Only the last
        // drive before this returns Pending registers one, for bytes that have not arrived yet.
        let mut quiet = Context::from_waker(Waker::noop());
        let mut frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        if frame.is_pending() && !self.had_frame {
            self.connection.drive(&mut quiet);
            frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        }
        if frame.is_pending() {
            self.connection.drive(context);
            frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        }
        self.had_frame = frame.is_ready();
        frame
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = AnswerBodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, AnswerBodyError>>> {
        let hyper = match &mut self.get_mut().0 {
            BodySource::Http2(incoming) => Pin::new(incoming).poll_frame(context),
            BodySource::Http1(body) => body.poll_frame(context),
            BodySource::EventStream(stream, pool) => {
                let piece = stream.poll(context, pool);
                return piece
                    .map(|piece| piece.map(|piece| piece.map(Frame::data).map_err(AnswerBodyError::Stream)));
            }
            BodySource::Dropped => return Poll::Ready(None),
        };
        hyper.map_err(AnswerBodyError::Hyper)
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            BodySource::EventStream(stream, _) => stream.is_ended(),
            _ => self.incoming().is_none_or(Incoming::is_end_stream),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming().map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.0, BodySource::Dropped) {
            BodySource::Http1(body) => {
                let Http1Body { incoming, connection, pool, .. } = *body;
                // Dropped first: if more is to come, hyper then closes the connection, and the pool refuses it.
                drop(incoming);
                pool.put(Connection::Http1(connection));
            }
            BodySource::EventStream(mut stream, pool) => stream.release(&pool),
            BodySource::Http2(_) | BodySource::Dropped => {}
        }
    }
}
