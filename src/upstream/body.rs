//! The body of an answer. It moves its own connection, and gives it back to the pool when all of it has come.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;

use super::pool::{Line, Pool};
use super::wire::Wire;

/// A body that is still coming. Dropping it before its end closes an HTTP/1.1 connection.
#[derive(Debug)]
pub struct AnswerBody {
    /// `None` once it is dropped.
    incoming: Option<Incoming>,
    /// The connection that nobody else moves, and where it belongs.
    own: Option<(Box<Wire>, Arc<Pool>)>,
    /// The last look brought a frame, so that the next one is likely to bring none.
    served: bool,
}

impl AnswerBody {
    pub(super) fn own(incoming: Incoming, wire: Box<Wire>, pool: Arc<Pool>) -> Self {
        Self { incoming: Some(incoming), own: Some((wire, pool)), served: false }
    }

    pub(super) fn shared(incoming: Incoming) -> Self {
        Self { incoming: Some(incoming), own: None, served: false }
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Self { incoming: Some(incoming), own, served } = self.get_mut() else { return Poll::Ready(None) };
        let Some((wire, _)) = own else { return Pin::new(incoming).poll_frame(context) };
        // Only what is asked for is read. What comes of it is there at once, so nobody need be woken for it; only for
        // bytes that are still to come, which is why the last look before waiting is in earnest.
        let mut quiet = Context::from_waker(Waker::noop());
        let mut frame = Pin::new(&mut *incoming).poll_frame(&mut quiet);
        if frame.is_pending() && !*served {
            wire.drive(&mut quiet);
            frame = Pin::new(&mut *incoming).poll_frame(&mut quiet);
        }
        if frame.is_pending() {
            wire.drive(context);
            frame = Pin::new(incoming).poll_frame(&mut quiet);
        }
        *served = frame.is_ready();
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.as_ref().is_none_or(Incoming::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.as_ref().map_or_else(SizeHint::default, Incoming::size_hint)
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        // First, so that a connection with more to come is seen to have nobody who waits for it.
        self.incoming = None;
        if let Some((wire, pool)) = self.own.take() {
            pool.put(Line::Own(wire));
        }
    }
}
