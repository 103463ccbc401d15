//! Azure's answer in the form that the client asked for: relayed, made into a stream, or an error with its envelope.

use std::{borrow::Cow, time::Duration};

use bytes::Bytes;
use futures_util::future::{try_join, try_join_all};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::{
    answer::{self, Answer},
    collect::{CollectError, Collector},
    edited,
    envelope::{alone, error_body, excerpt, status_of},
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
    call::{Dialect, Framing, ReplyPlan, Shape},
    deadline::{Deadlines, Limit, Overdue},
    gather::{GatherError, gather},
    json::Document,
    observe::Record,
    sse::EVENT_LIMIT,
    upstream::{AnswerBody, AnswerBodyError, headers},
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

/// The largest JSON answer that is taken. Azure's largest, at 128,000 tokens and a few choices or images, is far below.
const LARGEST: usize = EVENT_LIMIT;

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
    Interrupted(#[source] AnswerBodyError),
    /// The answer stopped coming.
    #[error("Azure's answer did not come to its end: {0}")]
    Overdue(Overdue),
    /// A stream that should become a JSON answer does not.
    #[error(transparent)]
    Uncollected(#[from] CollectError),
    /// A stream was asked for, and the JSON answer that it should be made of is none.
    #[error("Azure's answer is not one that azgate understands: {excerpt}")]
    Malformed {
        /// How the answer begins.
        excerpt: String,
        /// What it was, without a word of what it says.
        what: String,
    },
    /// A JSON answer that is larger than any model's.
    #[error("Azure's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl AnswerError {
    /// What the log says of it, if the message quotes the answer: that is for its client alone.
    pub fn unquoted(&self) -> Option<String> {
        match self {
            AnswerError::Malformed { what, .. } => {
                Some(format!("Azure's answer is not one that azgate understands: {what}"))
            }
            AnswerError::Uncollected(CollectError::Malformed { bytes, .. }) => {
                Some(format!("an event of {bytes} bytes in Azure's stream is no JSON object"))
            }
            _ => None,
        }
    }
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
pub struct ReplyContext {
    /// How the answer gets the form that was asked for.
    pub reply: ReplyPlan,
    /// How long it may take.
    pub deadlines: Deadlines,
    /// After how long a silence within a stream the client gets a sign of life.
    pub heartbeat: Option<Duration>,
    /// The client reads events, and would take anything else for an empty stream.
    pub stream: bool,
}

/// Adapts Azure's good answer to what was asked, and notes what it tells. `others` are the answers to the call's other
/// copies, each of which gives a choice.
pub async fn adapt(
    answer: Response<AnswerBody>,
    others: Vec<Response<AnswerBody>>,
    route: &Route,
    context: ReplyContext,
    record: &mut Record,
) -> Result<Adapted, AnswerError> {
    let ReplyContext { deadlines, heartbeat, .. } = context;
    let mut headers = headers::down(answer.headers());
    record.note_upstream_id(&headers);
    let status = answer.status();
    if is_stream(&headers) && context.reply.framing != Framing::SseToJson {
        let upstream = readable(answer)?;
        record.note_stream(status);
        let pulse = Pulse::new(deadlines, heartbeat);
        let stream = Content::Stream { upstream, reply: context.reply, pulse };
        return Ok(Adapted { status, headers, content: stream });
    }
    if is_stream(&headers) {
        let (name, json) = JSON;
        headers.insert(name, json);
    }
    let others = try_join_all(others.into_iter().map(|other| came(other, &context)));
    let (first, others) = try_join(came(answer, &context), others).await?;
    let mut answers = Vec::with_capacity(others.len() + 1);
    for came in std::iter::once(first).chain(others) {
        match came {
            Came::Answer(answer) => answers.push(answer),
            Came::Failed(status, body) => {
                return failed(status, headers, &body, &context.reply.shape, &route.resource.name, record);
            }
            Came::Other(body) => {
                record.note_whole(status, None);
                return Ok(Adapted { status, headers, content: Content::Whole(body) });
            }
        }
    }
    let answer = match answers.pop() {
        Some(only) if answers.is_empty() => only,
        last => {
            answers.extend(last);
            let merged = Bytes::from(over_responses::merge(&answers));
            Document::parse(merged.clone(), answer::DEPTH)
                .map_err(|_| malformed(status, headers.get(header::CONTENT_TYPE), &merged))?
        }
    };
    let mut adapted = Adapted { status, headers, content: Content::Whole(answer.source().clone()) };
    let error = complete(&answer, &context, record, &mut adapted)?;
    record.note_whole(status, error);
    Ok(adapted)
}

/// What a whole answer came to.
enum Came {
    /// An answer, in the client's words.
    Answer(Document),
    /// An error, in spite of a good status.
    Failed(StatusCode, Bytes),
    /// No JSON: it goes to the client as it is.
    Other(Bytes),
}

/// All of an answer.
async fn came(answer: Response<AnswerBody>, context: &ReplyContext) -> Result<Came, AnswerError> {
    let streams = is_stream(answer.headers());
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let upstream = readable(answer)?;
    let body = if streams {
        match collect(upstream, context.reply.dialect, &context.deadlines).await {
            Err(AnswerError::Uncollected(CollectError::AnswerSummary { event })) => {
                let bridged = context.reply.shape != Shape::Same;
                let body = if bridged { alone(&event) } else { event.clone() };
                return Ok(Came::Failed(status_of(&event), body));
            }
            collected => collected?,
        }
    } else {
        whole_body(upstream, &context.deadlines).await?
    };
    let Ok(document) = Document::parse(body.clone(), answer::DEPTH) else {
        let as_it_is = !context.stream && context.reply.shape == Shape::Same;
        return if as_it_is { Ok(Came::Other(body)) } else { Err(malformed(status, kind.as_ref(), &body)) };
    };
    match told_as_asked(document, &context.reply) {
        Ok(document) => Ok(Came::Answer(document)),
        Err(NoAnswer::Failed { code, message, status }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
            Ok(Came::Failed(status, error_body(status, &code, &message)))
        }
        Err(NoAnswer::NotAResponse) => Err(malformed(status, kind.as_ref(), &body)),
    }
}

/// The body of an answer that azgate can read.
fn readable(answer: Response<AnswerBody>) -> Result<AnswerBody, AnswerError> {
    match coding(answer.headers()) {
        Some(coding) => Err(AnswerError::Compressed { coding }),
        None => Ok(answer.into_body()),
    }
}

fn malformed(status: StatusCode, kind: Option<&HeaderValue>, body: &Bytes) -> AnswerError {
    let (status, length) = (status.as_u16(), body.len());
    let kind = kind.map_or(Cow::Borrowed("none"), |kind| String::from_utf8_lossy(kind.as_bytes()));
    let what = match Document::parse(body.clone(), answer::DEPTH) {
        Ok(_) => format!("status {status}, content-type {kind}, {length} bytes of JSON that is no answer"),
        Err(why) => format!("status {status}, content-type {kind}, {length} bytes, no JSON: {why}"),
    };
    AnswerError::Malformed { excerpt: excerpt(body), what }
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
    context: &ReplyContext,
    record: &mut Record,
    adapted: &mut Adapted,
) -> Result<Option<String>, AnswerError> {
    let dialect = context.reply.asked();
    let read = Answer::read(dialect, document);
    let exhausted = read.reasoning_exhausted();
    let told = read.told;
    heard(record, context.reply.dialect, told.model.as_deref());
    record.note_answer(told.usage, told.model, told.finish_reason, exhausted);
    if exhausted {
        adapted.headers.insert("x-azgate-warning", HeaderValue::from_static("reasoning-exhausted-budget"));
    }
    let legacy = context.reply.legacy_functions && dialect == Dialect::Chat;
    let changes = if legacy { functions::to_legacy(document) } else { Vec::new() };
    let legacy = (!changes.is_empty()).then(|| edited(document, &changes));
    if let Some(body) = &legacy {
        adapted.content = Content::Whole(body.clone());
    }
    if context.stream {
        let reshaped = legacy.and_then(|body| Document::parse(body, answer::DEPTH).ok());
        let document = reshaped.as_ref().unwrap_or(document);
        let stream = streamed(document, &context.reply).ok_or_else(|| {
            malformed(adapted.status, adapted.headers.get(header::CONTENT_TYPE), document.source())
        })?;
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
        Dialect::Chat => synthesize(answer, reply.usage_chunk).ok(),
        Dialect::Responses => synthesize::responses::synthesize(answer).ok(),
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
    // Nothing that happens behind the last event matters.
    drop(timeout(LINGER, rest).await);
    Ok(collector.finish()?)
}

pub(super) async fn whole_body(body: AnswerBody, deadlines: &Deadlines) -> Result<Bytes, AnswerError> {
    gather(body, 0, LARGEST, deadlines).await.map_err(|why| match why {
        GatherError::TooLarge => AnswerError::TooLarge { limit: LARGEST },
        GatherError::Overdue(overdue) => AnswerError::Overdue(overdue),
        GatherError::Interrupted(error) => AnswerError::Interrupted(error),
    })
}
