//! Reads a whole answer of Azure's and puts it into the client's dialect. A status of 200 does not make a body an
//! answer: it may be a proxy's page, empty, cut off, or an error.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::{
    answer,
    begun::{Beginning, begin},
    buffer::{LARGEST, collect, readable, whole_body},
    collect::CollectError,
    envelope::{alone, error_body, status_of},
    error::{AnswerError, malformed},
    first_event::stated,
    media::is_stream,
    origin::Origin,
};
use crate::{
    bridge::{
        over_chat,
        over_responses::{self, NoAnswer},
    },
    call::{Dialect, ReplyPlan, Shape},
    deadline::Deadlines,
    json::{Document, Kind, View},
    upstream::AnswerBody,
};

/// A whole answer with a 2xx status.
pub(super) enum Whole {
    /// An answer, in the client's dialect.
    Answer(Document),
    /// An error, in spite of the status.
    Error(StatusCode, Bytes),
}

/// Buffers an answer and puts it into the client's dialect.
pub(super) async fn read(
    answer: Response<AnswerBody>,
    reply: &ReplyPlan,
    origin: Origin<'_>,
    deadlines: &Deadlines,
) -> Result<Whole, AnswerError> {
    let streams = is_stream(answer.headers());
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let head = (status, kind.as_ref());
    let upstream = readable(answer)?;
    // The answers to all copies are held at once.
    let limit = LARGEST / usize::from(reply.copies.count()).max(1);
    if !streams {
        return of_body(&whole_body(upstream, limit, deadlines).await?, head, reply, origin);
    }
    match begin(upstream, reply, deadlines).await? {
        Beginning::Stream(upstream) => match collect(upstream, reply.dialect, limit, deadlines).await {
            Err(AnswerError::Uncollected(CollectError::Reported { event })) => {
                error(&event, head, reply, origin)
            }
            collected => of_body(&collected?, head, reply, origin),
        },
        Beginning::Error(stated) => error(&stated, head, reply, origin),
        Beginning::Whole(body) => of_body(&body, head, reply, origin),
    }
}

/// Reads a body that was buffered. `head` is the answer's status and its content type.
pub(super) fn of_body(
    body: &Bytes,
    head: (StatusCode, Option<&HeaderValue>),
    reply: &ReplyPlan,
    origin: Origin<'_>,
) -> Result<Whole, AnswerError> {
    let malformed = |body: &Bytes| malformed(origin, head, body);
    let Ok(document) = Document::parse(body.clone(), answer::DEPTH) else { return Err(malformed(body)) };
    if is_error(document.root(), reply.dialect) {
        return error(body, head, reply, origin);
    }
    match in_asked_dialect(document, reply) {
        Ok(document) => Ok(Whole::Answer(document)),
        Err(NoAnswer::Failed { code, message, status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            Ok(Whole::Error(status, error_body(status, &code, &message)))
        }
        Err(NoAnswer::NotAResponse) => Err(malformed(body)),
    }
}

/// Returns the error that a body or an event states, for the client's dialect. An error without a code says too little.
pub(super) fn error(
    stated: &Bytes,
    head: (StatusCode, Option<&HeaderValue>),
    reply: &ReplyPlan,
    origin: Origin<'_>,
) -> Result<Whole, AnswerError> {
    let status = status_of(stated).ok_or_else(|| malformed(origin, head, stated))?;
    let body = if reply.shape == Shape::Same { stated.clone() } else { alone(stated) };
    Ok(Whole::Error(status, body))
}

/// Returns whether a body is an error. A response that failed has an error too, but is a response.
fn is_error(root: View<'_>, dialect: Dialect) -> bool {
    let is_answer = match dialect {
        Dialect::Chat => root.get("choices").is_some_and(|choices| choices.items().next().is_some()),
        Dialect::Responses => is_response(root),
    };
    !is_answer && stated(root).is_some()
}

fn is_response(root: View<'_>) -> bool {
    root.get("output").is_some_and(|output| output.kind() == Kind::Array)
        || root.get("object").and_then(View::text).is_some_and(|object| object == "response")
}

/// Puts an answer into the client's dialect.
fn in_asked_dialect(document: Document, reply: &ReplyPlan) -> Result<Document, NoAnswer> {
    let bridged = match &reply.shape {
        Shape::Same => {
            let root = document.root();
            let is_answer = match reply.dialect {
                Dialect::Chat => root.get("choices").is_some_and(|choices| choices.kind() == Kind::Array),
                Dialect::Responses => is_response(root),
            };
            return if is_answer { Ok(document) } else { Err(NoAnswer::NotAResponse) };
        }
        Shape::OverResponses(reply) => over_responses::answer(&document, reply)?,
        Shape::OverChat(reply) => over_chat::answer(&document, reply).map_err(|_| NoAnswer::NotAResponse)?,
    };
    Document::parse(bridged, answer::DEPTH).map_err(|_| NoAnswer::NotAResponse)
}
