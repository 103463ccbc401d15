//! Records how an answer ended: whether the caller took all of it or hung up before. With this a test can check that a
//! gateway closes its call when its own caller hangs up.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The connection took the whole answer, up to its end or to the break that a directive asks for.
    Complete,
    /// The caller hung up before the end.
    Abandoned,
}

/// The cell that holds the ending once there is one.
pub(super) type EndingCell = Arc<OnceLock<Ending>>;

/// Watches an answer under way. If the watch is dropped before the answer is complete, the answer is abandoned.
#[derive(Debug)]
pub(super) struct EndingWatch(EndingCell);

impl EndingWatch {
    pub(super) fn new(cell: EndingCell) -> Self {
        Self(cell)
    }

    /// Wraps a body so that its end is recorded.
    pub(super) fn wrap(self, body: Body) -> Body {
        Body::new(WatchedBody { body, watch: self })
    }

    // Records an ending. Only the first one counts.
    fn end(&self, ending: Ending) {
        self.0.get_or_init(|| ending);
    }
}

impl Drop for EndingWatch {
    fn drop(&mut self) {
        self.end(Ending::Abandoned);
    }
}

/// A body with the watch that records its end.
struct WatchedBody {
    body: Body,
    watch: EndingWatch,
}

impl HttpBody for WatchedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        let is_last = !matches!(frame, Some(Ok(_))) || self.body.is_end_stream();
        if is_last {
            self.watch.end(Ending::Complete);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
