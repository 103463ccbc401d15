//! Buffers whole answers: a JSON body, a stream that is collected into one, or an error.

use bytes::Bytes;
use http::Response;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{collect::Collector, error::AnswerError, linger::LINGER, media::coding};
use crate::{
    call::Dialect,
    deadline::{Deadlines, Limit},
    gather::{GatherError, gather},
    sse::EVENT_LIMIT,
    upstream::AnswerBody,
};

/// The largest JSON answer that is buffered. Azure's largest has 128,000 tokens and a few choices or images, and is far
/// smaller.
const LARGEST: usize = EVENT_LIMIT;

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

/// Buffers a body.
pub(super) async fn whole_body(body: AnswerBody, deadlines: &Deadlines) -> Result<Bytes, AnswerError> {
    gather(body, 0, LARGEST, deadlines).await.map_err(|why| match why {
        GatherError::TooLarge => AnswerError::TooLarge { limit: LARGEST },
        GatherError::Overdue(overdue) => AnswerError::Overdue(overdue),
        GatherError::Interrupted(error) => AnswerError::Interrupted(error),
    })
}

/// Buffers a non-2xx answer. A body that cannot be read is left empty, so that the client still gets the status: a 429
/// must not become another error.
pub async fn gathered(answer: Response<AnswerBody>, deadlines: &Deadlines) -> Response<Bytes> {
    let (head, upstream) = answer.into_parts();
    let readable = coding(&head.headers).is_none();
    let body = if readable { whole_body(upstream, deadlines).await.ok() } else { None };
    Response::from_parts(head, body.unwrap_or_default())
}

/// Collects a stream into the JSON answer that Azure would have sent.
pub(super) async fn collect(
    mut upstream: AnswerBody,
    dialect: Dialect,
    deadlines: &Deadlines,
) -> Result<Bytes, AnswerError> {
    let mut collector = Collector::new(dialect, LARGEST);
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
