//! Reads a whole answer of Azure's and puts it into the client's dialect.

use bytes::Bytes;
use http::{Response, StatusCode, header};

use super::{
    answer,
    buffer::{collect, readable, whole_body},
    collect::CollectError,
    envelope::{alone, error_body, status_of},
    error::{AnswerError, malformed},
    media::is_stream,
};
use crate::{
    bridge::{
        over_chat,
        over_responses::{self, NoAnswer},
    },
    call::{ReplyPlan, Shape},
    deadline::Deadlines,
    json::Document,
    upstream::AnswerBody,
};

/// A whole answer with a 2xx status.
pub(super) enum Whole {
    /// An answer, in the client's dialect.
    Answer(Document),
    /// An error, in spite of the status.
    Error(StatusCode, Bytes),
    /// A body that is not JSON. It goes to the client as it is.
    Other(Bytes),
}

/// Buffers an answer and puts it into the client's dialect. For a client that reads events the answer must be JSON.
pub(super) async fn read(
    answer: Response<AnswerBody>,
    reply: &ReplyPlan,
    reads_events: bool,
    deadlines: &Deadlines,
) -> Result<Whole, AnswerError> {
    let streams = is_stream(answer.headers());
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let upstream = readable(answer)?;
    let body = if streams {
        match collect(upstream, reply.dialect, deadlines).await {
            Err(AnswerError::Uncollected(CollectError::Reported { event })) => {
                let bridged = reply.shape != Shape::Same;
                let body = if bridged { alone(&event) } else { event.clone() };
                return Ok(Whole::Error(status_of(&event), body));
            }
            collected => collected?,
        }
    } else {
        whole_body(upstream, deadlines).await?
    };
    let Ok(document) = Document::parse(body.clone(), answer::DEPTH) else {
        let passes = !reads_events && reply.shape == Shape::Same;
        return if passes { Ok(Whole::Other(body)) } else { Err(malformed(status, kind.as_ref(), &body)) };
    };
    match in_asked_dialect(document, reply) {
        Ok(document) => Ok(Whole::Answer(document)),
        Err(NoAnswer::Failed { code, message, status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            Ok(Whole::Error(status, error_body(status, &code, &message)))
        }
        Err(NoAnswer::NotAResponse) => Err(malformed(status, kind.as_ref(), &body)),
    }
}

/// Puts an answer into the client's dialect.
fn in_asked_dialect(document: Document, reply: &ReplyPlan) -> Result<Document, NoAnswer> {
    let bridged = match &reply.shape {
        Shape::Same => return Ok(document),
        Shape::OverResponses(reply) => over_responses::answer(&document, reply)?,
        Shape::OverChat(reply) => over_chat::answer(&document, reply).map_err(|_| NoAnswer::NotAResponse)?,
    };
    Document::parse(bridged, answer::DEPTH).map_err(|_| NoAnswer::NotAResponse)
}
