//! How an answer ended: whether the caller took all of it, or went away before. A gateway whose caller has hung up must
//! close its call, and this is where a test sees that.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was given to the connection, to its end or to the break that was asked for.
    Complete,
    /// The caller went away before.
    Abandoned,
}

/// Where the ending will stand, once there is one.
pub(super) type EndingCell = Arc<OnceLock<Ending>>;

/// Stands for an answer under way. Dropped before it is complete, the answer is abandoned.
#[derive(Debug)]
pub(super) struct EndingWatch(EndingCell);

impl EndingWatch {
    pub(super) fn new(cell: EndingCell) -> Self {
        Self(cell)
    }

    /// A body that tells when it has ended.
    pub(super) fn wrap(self, body: Body) -> Body {
        Body::new(WatchedBody { body, watch: self })
    }

    // Only the first ending counts.
    fn end(&self, ending: Ending) {
        self.0.get_or_init(|| ending);
    }
}

impl Drop for EndingWatch {
    fn drop(&mut self) {
        self.end(Ending::Abandoned);
    }
}

/// A body with its watch.
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
