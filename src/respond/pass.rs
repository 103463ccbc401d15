//! Azure's 2xx answer to a call that is not translated: it passes as it comes.

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

/// Passes an answer on. `reply` names its dialect, if azgate knows it. Events are then read on the side, and the
/// client gets a sign of life after a silence of `heartbeat`; JSON is buffered. Anything else streams as it comes.
///
/// # Errors
/// When the answer is compressed, though azgate asks for none that is.
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
        // Buffered, so that an answer that breaks off is an error.
        Some(_) => Content::Whole(whole_body(upstream, &deadlines).await?, Outcome::default()),
        None => Content::Bytes { upstream, pulse: Pulse::new(deadlines, None) },
    };
    Ok(Adapted { status, headers, content })
}
