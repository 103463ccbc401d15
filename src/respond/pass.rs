//! Passes on Azure's 2xx answer to a call that is not translated.

use std::time::Duration;

use http::Response;

use super::{
    adapted::{Adapted, Content},
    buffer::{readable, whole_body},
    error::AnswerError,
    media::is_stream,
    outcome::Outcome,
    pulse::Pulse,
};
use crate::{
    call::ReplyPlan,
    deadline::Deadlines,
    upstream::{AnswerBody, headers},
};

/// Passes an answer on. If `reply` names the answer's dialect, azgate reads the events of a stream, sends a heartbeat
/// after a silence of `heartbeat`, and buffers JSON. Without `reply` the bytes pass unread.
///
/// # Errors
/// When the answer is compressed, which azgate does not ask for.
pub async fn pass(
    answer: Response<AnswerBody>,
    reply: Option<ReplyPlan>,
    deadlines: Deadlines,
    heartbeat: Option<Duration>,
) -> Result<Adapted, AnswerError> {
    let (status, headers) = (answer.status(), headers::down(answer.headers()));
    let streams = is_stream(&headers);
    let upstream = readable(answer)?;
    let content = match reply {
        Some(reply) if streams => {
            Content::Stream { upstream, reply, pulse: Pulse::new(deadlines, heartbeat) }
        }
        // Buffered, so that the client gets an error if the answer breaks off.
        Some(_) => Content::Whole(whole_body(upstream, &deadlines).await?, Outcome::default()),
        None => Content::Bytes { upstream, pulse: Pulse::new(deadlines, None) },
    };
    Ok(Adapted { status, headers, content })
}
