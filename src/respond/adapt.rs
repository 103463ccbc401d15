//! Azure's answer in the form that the client asked for: relayed, made into a stream, or an error with its envelope.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    answer::{self, Answer},
    collect::{CollectError, Collector},
    edited,
    envelope::{error_body, excerpt, status_of},
    finish::heard,
    functions,
    pulse::Pulse,
    refused::failed,
    synthesize::{self, synthesize},
};
use crate::{
    balance::Route,
    bridge::{
        over_chat,
        over_responses::{self, NoAnswer},
    },
    call::{Framing, Operation, ReplyPlan, Shape},
    deadline::{Deadlines, Limit, Overdue},
    gather::{Ungathered, gather},
    json::Document,
    observe::Record,
    upstream::{AnswerBody, BodyError, headers},
};

/// The header of a JSON body.
pub const JSON: (HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// The headers of a stream that azgate makes.
pub(super) const EVENTS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    // An nginx in front would keep back what is short.
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
];

/// The largest JSON answer that is taken. Azure's largest, at 128,000 tokens and a few choices, is far below.
const LARGEST: usize = 64 * 1024 * 1024;

/// How long the end of a stream is waited for behind its last event: a connection whose answer was read to its end can serve
/// again.
const LINGER: Duration = Duration::from_secs(1);

/// An answer that could not be passed on.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Azure did not take azgate's own credential; that is no business of the client's key.
    #[error("Azure refused azgate's credential for the resource `{resource}` with status {status}")]
    Authentication {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// A redirect, which azgate does not follow and the client could not.
    #[error("Azure answered with the redirect {status}: check the endpoint of the resource `{resource}`")]
    Redirect {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// A compressed answer, though none was asked for: it can be neither read nor passed on as what it is.
    #[error(
        "Azure's answer is compressed ({coding}), though azgate asks for none that is: look at what stands between"
    )]
    Compressed {
        /// The `content-encoding`.
        coding: String,
    },
    /// The connection broke before the answer's end.
    #[error("reading Azure's answer failed: {0}")]
    Interrupted(#[source] BodyError),
    /// The answer stopped coming.
    #[error("Azure's answer did not come to its end: {0}")]
    Overdue(Overdue),
    /// A stream that should become a JSON answer does not.
    #[error(transparent)]
    Uncollected(#[from] CollectError),
    /// A stream was asked for, and the JSON answer that it should be made of is none.
    #[error("Azure's answer is not one that a stream can be made of: {excerpt}")]
    Malformed {
        /// How the answer begins.
        excerpt: String,
    },
    /// A JSON answer that is larger than any model's.
    #[error("Azure's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// An answer ready for the client, but for the headers that every answer gets.
#[derive(Debug)]
pub struct Adapted {
    /// The status.
    pub status: StatusCode,
    /// Azure's headers that are passed on, and those of the new framing.
    pub headers: HeaderMap,
    /// The body.
    pub content: Content,
}

/// The body of an answer.
#[derive(Debug)]
pub enum Content {
    /// All of it.
    Whole(Bytes),
    /// A stream that is still coming.
    Stream {
        /// Where it comes from.
        upstream: AnswerBody,
        /// How it is given on.
        reply: ReplyPlan,
        /// How long, and with what signs of life.
        pulse: Pulse,
    },
}

/// An answer of azgate's own: JSON, all there.
pub fn whole(json: Bytes, record: &mut Record) -> Adapted {
    record.note_whole(StatusCode::OK, None);
    Adapted { status: StatusCode::OK, headers: HeaderMap::from_iter([JSON]), content: Content::Whole(json) }
}

/// How a call is answered.
#[derive(Clone, Debug)]
pub struct Manner {
    /// How the answer gets the form that was asked for.
    pub reply: ReplyPlan,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// After how long a silence within a stream the client gets a sign of life.
    pub heartbeat: Option<Duration>,
    /// The client reads events, and would take anything else for an empty stream.
    pub stream: bool,
}

/// Adapts Azure's good answer to what was asked, and notes what it tells.
pub async fn adapt(
    answer: Response<AnswerBody>,
    route: &Route,
    manner: Manner,
    record: &mut Record,
) -> Result<Adapted, AnswerError> {
    let Manner { deadlines, heartbeat, .. } = manner;
    let (head, upstream) = answer.into_parts();
    let mut headers = headers::down(&head.headers);
    record.note_upstream_id(&headers);
    let status = head.status;
    if let Some(coding) = coding(&head.headers) {
        return Err(AnswerError::Compressed { coding });
    }
    let collected = is_stream(&headers) && manner.reply.framing == Framing::SseToJson;
    if collected {
        let (name, json) = JSON;
        headers.insert(name, json);
    } else if is_stream(&headers) {
        record.note_stream(status);
        let pulse = Pulse::new(deadlines, heartbeat);
        return Ok(Adapted {
            status,
            headers,
            content: Content::Stream { upstream, reply: manner.reply, pulse },
        });
    }
    let body = if collected {
        match collect(upstream, manner.reply.operation, &deadlines).await {
            Err(AnswerError::Uncollected(CollectError::Told { event })) => {
                return failed(status_of(&event), headers, &event, &route.resource.name, record);
            }
            collected => collected?,
        }
    } else {
        whole_body(upstream, &deadlines).await?
    };
    let mut adapted = Adapted { status, headers, content: Content::Whole(body.clone()) };
    let bridged = manner.reply.shape != Shape::Same;
    let error = match Document::parse(body.clone(), answer::DEPTH) {
        Ok(document) => match told_as_asked(document, &manner.reply) {
            Ok(document) => {
                adapted.content = Content::Whole(document.source().clone());
                complete(&document, &manner, record, &mut adapted)?
            }
            Err(NoAnswer::Failed { code, message, status }) => {
                let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                let body = error_body(status, &code, &message);
                return failed(status, adapted.headers, &body, &route.resource.name, record);
            }
            Err(NoAnswer::NotAResponse) => return Err(malformed(&body)),
        },
        Err(_) if manner.stream || bridged => return Err(malformed(&body)),
        Err(_) => None,
    };
    record.note_whole(status, error);
    Ok(adapted)
}

fn malformed(body: &[u8]) -> AnswerError {
    AnswerError::Malformed { excerpt: excerpt(body) }
}

/// A whole answer in the client's words, whatever operation gave it.
fn told_as_asked(document: Document, reply: &ReplyPlan) -> Result<Document, NoAnswer> {
    let told = match &reply.shape {
        Shape::Same => return Ok(document),
        Shape::OverResponses(reply) => over_responses::answer(&document, reply)?,
        Shape::OverChat(reply) => over_chat::answer(&document, reply).map_err(|_| NoAnswer::NotAResponse)?,
    };
    Document::parse(told, answer::DEPTH).map_err(|_| NoAnswer::NotAResponse)
}

/// A whole JSON answer: read for its tokens, and given another form where the plan says. Tells the code of the error that
/// it is: a response that failed came with a good status.
fn complete(
    document: &Document,
    manner: &Manner,
    record: &mut Record,
    adapted: &mut Adapted,
) -> Result<Option<String>, AnswerError> {
    let operation = manner.reply.asked();
    let read = Answer::read(operation, document);
    let exhausted = read.reasoning_exhausted();
    let told = read.told;
    heard(record, manner.reply.operation, told.model.as_deref());
    record.note_answer(told.usage, told.model, told.finish_reason, exhausted);
    if exhausted {
        adapted.headers.insert("x-azgate-warning", HeaderValue::from_static("reasoning-exhausted-budget"));
    }
    let legacy = manner.reply.legacy_functions && operation == Operation::Chat;
    let changes = if legacy { functions::to_legacy(document) } else { Vec::new() };
    let legacy = (!changes.is_empty()).then(|| edited(document, &changes));
    if let Some(body) = &legacy {
        adapted.content = Content::Whole(body.clone());
    }
    if manner.stream {
        let reshaped = legacy.and_then(|body| Document::parse(body, answer::DEPTH).ok());
        let document = reshaped.as_ref().unwrap_or(document);
        let stream = streamed(document, &manner.reply).ok_or_else(|| malformed(document.source()))?;
        for (name, value) in EVENTS {
            adapted.headers.insert(name, value);
        }
        adapted.content = Content::Whole(stream);
    }
    Ok(told.error)
}

/// The events that a whole answer is made into; `None` if it is none.
fn streamed(answer: &Document, reply: &ReplyPlan) -> Option<Bytes> {
    match reply.asked() {
        Operation::Chat => synthesize(answer, reply.usage_chunk).ok(),
        Operation::Responses => synthesize::responses::synthesize(answer).ok(),
    }
}

pub(super) fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.get(..17).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/event-stream"))
}

pub(super) fn coding(headers: &HeaderMap) -> Option<String> {
    let coding = headers.get(header::CONTENT_ENCODING)?;
    let coding = String::from_utf8_lossy(coding.as_bytes()).into_owned();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then_some(coding)
}

/// The JSON answer that a stream comes to.
async fn collect(
    mut upstream: AnswerBody,
    operation: Operation,
    deadlines: &Deadlines,
) -> Result<Bytes, AnswerError> {
    let mut collector = Collector::new(operation, LARGEST);
    while !collector.is_done() {
        let frame = deadlines.within(Limit::Idle, upstream.frame()).await.map_err(AnswerError::Overdue)?;
        let Some(frame) = frame else { break };
        if let Ok(data) = frame.map_err(AnswerError::Interrupted)?.into_data() {
            collector.push(data)?;
        }
    }
    let rest = async { while let Some(Ok(_)) = upstream.frame().await {} };
    // Nothing that happens behind the last event matters.
    drop(timeout(LINGER, rest).await);
    Ok(collector.finish()?)
}

pub(super) async fn whole_body(body: AnswerBody, deadlines: &Deadlines) -> Result<Bytes, AnswerError> {
    gather(body, 0, LARGEST, deadlines).await.map_err(|why| match why {
        Ungathered::TooLarge => AnswerError::TooLarge { limit: LARGEST },
        Ungathered::Overdue(overdue) => AnswerError::Overdue(overdue),
        Ungathered::Interrupted(error) => AnswerError::Interrupted(error),
    })
}
