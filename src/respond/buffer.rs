//! Buffers whole answers: a JSON body, a stream that is collected into one, or an error.

use std::time::Duration;

use bytes::Bytes;
use http::Response;
use http_body::Body;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{begun::BegunBody, collect::Collector, error::AnswerError, linger::LINGER, media::coding};
use crate::{
    call::Dialect,
    deadline::{Deadlines, Limit},
    gather::{GatherError, gather},
    sse::EVENT_LIMIT,
    upstream::{AnswerBody, AnswerBodyError},
};

/// The largest JSON answer that is buffered. Azure's largest has 128,000 tokens and a few choices or images, and is far
/// smaller.
pub(super) const LARGEST: usize = EVENT_LIMIT;

/// The largest error answer that is buffered.
const LARGEST_ERROR: usize = 1 << 20;

/// How long an error answer may take. Azure's come in one piece, so a longer one is of no use to a client that waits.
const ERROR_WITHIN: Duration = Duration::from_secs(10);

/// Returns the body of an answer that azgate can read.
///
/// # Errors
/// When the answer is compressed, which azgate did not ask for.
pub(super) fn readable(answer: Response<AnswerBody>) -> Result<AnswerBody, AnswerError> {
    match coding(answer.headers()) {
        Some(coding) => Err(AnswerError::Compressed { coding }),
        None => Ok(answer.into_body()),
    }
}

/// Buffers a body of at most `limit` bytes.
pub(super) async fn whole_body(
    body: impl Body<Data = Bytes, Error = AnswerBodyError> + Unpin,
    limit: usize,
    deadlines: &Deadlines,
) -> Result<Bytes, AnswerError> {
    gather(body, 0, limit, deadlines).await.map_err(|why| match why {
        GatherError::TooLarge => AnswerError::TooLarge { limit },
        GatherError::Overdue(overdue) => AnswerError::Overdue(overdue),
        GatherError::Interrupted(error) => AnswerError::Interrupted(error),
    })
}

/// Buffers a non-2xx answer. A body that cannot be read is left empty, so that the client still gets the status: a 429
/// must not become another error.
pub async fn gathered(answer: Response<AnswerBody>, deadlines: &Deadlines) -> Response<Bytes> {
    let (head, upstream) = answer.into_parts();
    let readable = coding(&head.headers).is_none();
    let body = if readable { error_body(upstream, deadlines).await } else { None };
    Response::from_parts(head, body.unwrap_or_default())
}

/// Buffers the body of an error; `None` if it is too large or takes too long. A body that only drips never breaks the
/// limit of silence.
async fn error_body<B: Body<Data = Bytes> + Unpin>(body: B, deadlines: &Deadlines) -> Option<Bytes> {
    timeout(ERROR_WITHIN, gather(body, 0, LARGEST_ERROR, deadlines)).await.ok()?.ok()
}

/// Collects a stream into the JSON answer that Azure would have sent.
pub(super) async fn collect(
    mut upstream: BegunBody,
    dialect: Dialect,
    limit: usize,
    deadlines: &Deadlines,
) -> Result<Bytes, AnswerError> {
    let mut collector = Collector::new(dialect, limit);
    while !collector.is_done() {
        let frame = deadlines.within(Limit::Idle, upstream.frame()).await.map_err(AnswerError::Overdue)?;
        let Some(frame) = frame else { break };
        if let Ok(data) = frame.map_err(AnswerError::Interrupted)?.into_data() {
            collector.push(data)?;
        }
    }
    let rest = async { while let Some(Ok(_)) = upstream.frame().await {} };
    // Anything that happens after the last event is ignored.
    drop(timeout(LINGER, rest).await);
    Ok(collector.finish()?)
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll, ready},
    };

    use http_body::Frame;
    use tokio::time::{Instant, Interval, interval};

    use super::*;
    use crate::deadline::Timeouts;

    /// A body that gives a byte each second and never ends.
    struct Drip(Interval);

    impl Body for Drip {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            ready!(self.0.poll_tick(context));
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_error_that_drips_is_read_for_a_bounded_time() {
        let begun = Instant::now();
        let deadlines = Deadlines::begin(Timeouts::default());
        let dripping = Drip(interval(Duration::from_secs(1)));
        assert_eq!(error_body(dripping, &deadlines).await, None);
        assert_eq!(begun.elapsed(), ERROR_WITHIN);
    }
}
