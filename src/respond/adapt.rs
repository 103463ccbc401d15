//! Azure's answer in the form that the client asked for: relayed, made into a stream, or an error with its envelope.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;

use super::{answer, edited, envelope::envelope, functions, synthesize::synthesize};
use crate::{
    balance::Route,
    call::{Framing, ReplyPlan},
    json::Document,
    observe::Record,
    upstream::headers,
};

/// The header of a JSON body.
pub const JSON: (HeaderName, HeaderValue) =
    (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));

/// The largest JSON answer that is taken. Azure's largest, at 128,000 tokens and a few choices, is far below.
const LARGEST: usize = 64 * 1024 * 1024;

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
    /// The connection broke before the answer's end.
    #[error("reading Azure's answer failed: {0}")]
    Interrupted(#[source] hyper::Error),
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
        upstream: Incoming,
        /// How it is given on.
        reply: ReplyPlan,
    },
}

/// An answer of azgate's own: JSON, all there.
pub fn whole(json: Bytes) -> Adapted {
    Adapted { status: StatusCode::OK, headers: HeaderMap::from_iter([JSON]), content: Content::Whole(json) }
}

/// Adapts Azure's answer to `reply`, and notes what it tells.
pub async fn adapt(
    answer: Response<Incoming>,
    route: &Route,
    reply: ReplyPlan,
    record: &mut Record,
) -> Result<Adapted, AnswerError> {
    let (head, upstream) = answer.into_parts();
    let headers = headers::down(&head.headers);
    let status = head.status;
    if !status.is_success() {
        return failed(status, headers, upstream, route, record).await;
    }
    if is_stream(&headers) {
        record.note_status(status.as_u16(), None);
        return Ok(Adapted { status, headers, content: Content::Stream { upstream, reply } });
    }
    let body = collect(upstream).await?;
    let mut adapted = Adapted { status, headers, content: Content::Whole(body.clone()) };
    if let Ok(document) = Document::parse(body, answer::DEPTH) {
        complete(&document, reply, record, &mut adapted);
    }
    record.note_status(status.as_u16(), None);
    record.note_end("done");
    Ok(adapted)
}

/// A whole JSON answer: read for its tokens, and given another form where the plan says.
fn complete(document: &Document, reply: ReplyPlan, record: &mut Record, adapted: &mut Adapted) {
    let read = answer::Answer::read(document);
    record.note_usage(read.usage);
    if read.reasoning_exhausted() {
        record.note_exhausted();
        adapted.headers.insert("x-azgate-warning", HeaderValue::from_static("reasoning-exhausted-budget"));
    }
    let changes = if reply.legacy_functions { functions::to_legacy(document) } else { Vec::new() };
    let legacy = (!changes.is_empty()).then(|| edited(document, &changes));
    if let Some(body) = &legacy {
        adapted.content = Content::Whole(body.clone());
    }
    if reply.framing == Framing::JsonToSse {
        let reshaped = legacy.and_then(|body| Document::parse(body, answer::DEPTH).ok());
        let document = reshaped.as_ref().unwrap_or(document);
        if let Ok(stream) = synthesize(document, reply.usage_chunk) {
            let event_stream = HeaderValue::from_static("text/event-stream; charset=utf-8");
            adapted.headers.insert(header::CONTENT_TYPE, event_stream);
            adapted.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            adapted.content = Content::Whole(stream);
        }
    }
}

/// An error answer. It stays one, whatever framing was asked for.
async fn failed(
    status: StatusCode,
    mut headers: HeaderMap,
    upstream: Incoming,
    route: &Route,
    record: &mut Record,
) -> Result<Adapted, AnswerError> {
    let body = collect(upstream).await?;
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let resource = route.resource.name.clone();
        tracing::error!(
            resource,
            status = status.as_u16(),
            "Azure refused azgate's credential: check the resource's api_key and the endpoint"
        );
        return Err(AnswerError::Authentication { resource, status: status.as_u16() });
    }
    let (body, code) = envelope(status, &body);
    let (name, json) = JSON;
    headers.insert(name, json);
    record.note_status(status.as_u16(), code);
    record.note_end("done");
    Ok(Adapted { status, headers, content: Content::Whole(body) })
}

fn is_stream(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    kind.get(..17).is_some_and(|kind| kind.eq_ignore_ascii_case(b"text/event-stream"))
}

async fn collect(mut body: Incoming) -> Result<Bytes, AnswerError> {
    let mut first = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(AnswerError::Interrupted)?.into_data() else { continue };
        if first.len() + joined.len() + data.len() > LARGEST {
            return Err(AnswerError::TooLarge { limit: LARGEST });
        }
        if first.is_empty() && joined.is_empty() {
            first = data;
        } else {
            joined.extend_from_slice(&std::mem::take(&mut first));
            joined.extend_from_slice(&data);
        }
    }
    Ok(if joined.is_empty() { first } else { joined.freeze() })
}
