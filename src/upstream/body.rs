//! The body of an answer. It moves its own connection, and gives it back to the pool when all of it has come.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::pool::{Line, Pool};
use super::stream::Stream;
use super::wire::Wire;

/// A body that is still coming. Dropping it before its end closes an HTTP/1.1 connection.
#[derive(Debug)]
pub struct AnswerBody(Source);

/// Where it comes from.
#[derive(Debug)]
enum Source {
    /// A connection of HTTP/2, which others move.
    Shared(Incoming),
    /// A connection of HTTP/1.1 that nobody else moves, and where it belongs.
    Own(Box<Own>),
    /// The same, with a stream of events on it.
    Stream(Box<Stream>, Arc<Pool>),
    /// It is dropped.
    Gone,
}

#[derive(Debug)]
struct Own {
    incoming: Incoming,
    wire: Box<Wire>,
    pool: Arc<Pool>,
    /// The last look brought a frame, so that the next one is likely to bring none.
    served: bool,
}

/// Why a body broke off.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// Where hyper read it.
    #[error(transparent)]
    Hyper(#[from] hyper::Error),
    /// Where it was a stream that we read.
    #[error("error reading a stream from connection: {0}")]
    Stream(#[source] io::Error),
}

impl AnswerBody {
    pub(super) fn own(incoming: Incoming, wire: Box<Wire>, pool: Arc<Pool>) -> Self {
        Self(Source::Own(Box::new(Own { incoming, wire, pool, served: false })))
    }

    pub(super) fn stream(stream: Stream, pool: Arc<Pool>) -> Self {
        Self(Source::Stream(Box::new(stream), pool))
    }

    pub(super) fn shared(incoming: Incoming) -> Self {
        Self(Source::Shared(incoming))
    }

    fn incoming(&self) -> Option<&Incoming> {
        match &self.0 {
            Source::Shared(incoming) => Some(incoming),
            Source::Own(own) => Some(&own.incoming),
            Source::Stream(..) | Source::Gone => None,
        }
    }
}

impl Own {
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        // Only what is asked for is read. What comes of it is there at once, so nobody need be woken for it; only for
        // bytes that are still to come, which is why the last look before waiting is in earnest.
        let mut quiet = Context::from_waker(Waker::noop());
        let mut frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        if frame.is_pending() && !self.served {
            self.wire.drive(&mut quiet);
            frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        }
        if frame.is_pending() {
            self.wire.drive(context);
            frame = Pin::new(&mut self.incoming).poll_frame(&mut quiet);
        }
        self.served = frame.is_ready();
        frame
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let hyper = match &mut self.get_mut().0 {
            Source::Shared(incoming) => Pin::new(incoming).poll_frame(context),
            Source::Own(own) => own.poll_frame(context),
            Source::Stream(stream, pool) => {
                let piece = stream.poll(context, pool);
                return piece
                    .map(|piece| piece.map(|piece| piece.map(Frame::data).map_err(BodyError::Stream)));
            }
            Source::Gone => return Poll::Ready(None),
        };
        hyper.map_err(BodyError::Hyper)
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Stream(stream, _) => stream.is_over(),
            _ => self.incoming().is_none_or(Incoming::is_end_stream),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming().map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        match std::mem::replace(&mut self.0, Source::Gone) {
            Source::Own(own) => {
                let Own { incoming, wire, pool, .. } = *own;
                // First, so that a connection with more to come is seen to have nobody who waits for it.
                drop(incoming);
                pool.put(Line::Own(wire));
            }
            Source::Stream(mut stream, pool) => stream.leave(&pool),
            Source::Shared(_) | Source::Gone => {}
        }
    }
}
