//! Passes on Azure's 2xx answer to a call that is not translated. azgate does not parse an answer that it passes piece
//! by piece. It looks at its type and at both of its ends, so that a page, an error, or half an answer is not a
//! success.

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Body;
use http_body_util::BodyExt;

use super::{
    adapted::{Adapted, Content},
    begun::{Beginning, BegunBody, begin},
    buffer::{LARGEST, readable, whole_body},
    envelope::status_of,
    error::{AnswerError, malformed},
    first_event::stated,
    key,
    media::{JSON, is_json, is_stream},
    origin::Origin,
    outcome::Outcome,
    passthrough::closes,
    pulse::Pulse,
    refused::failed,
};
use crate::{
    call::{AnswerKind, ReplyPlan, Shape},
    deadline::{Deadlines, Limit},
    json::{Document, Kind},
    observe::Record,
    upstream::{AnswerBody, headers},
};

/// How deep an answer is parsed that azgate only passes on.
const DEPTH: u32 = 2;

/// How an answer is passed on.
#[derive(Clone, Debug)]
pub struct PassContext {
    /// The kind of body that the operation's answers have.
    pub kind: AnswerKind,
    /// The answer's dialect, if azgate reads the answer. Without it the bytes pass unread.
    pub reply: Option<ReplyPlan>,
    /// How long the answer may take.
    pub deadlines: Deadlines,
    /// The silence within a stream after which the client gets a heartbeat.
    pub heartbeat: Option<Duration>,
}

/// Passes an answer on. If azgate reads it, it reads the events of a stream, and buffers JSON. `origin` is the
/// resource that answered.
///
/// # Errors
/// When the body is not an answer, breaks off, or is compressed, which azgate does not ask for.
pub async fn pass(
    answer: Response<AnswerBody>,
    context: PassContext,
    origin: Origin<'_>,
    record: &Record,
) -> Result<Adapted, AnswerError> {
    let PassContext { kind, reply, deadlines, heartbeat } = context;
    let (status, headers) = (answer.status(), headers::down(answer.headers()));
    let streams = is_stream(&headers);
    let upstream = readable(answer)?;
    let body = match reply {
        Some(reply) if streams => match begin(upstream, &reply, &deadlines).await? {
            Beginning::Stream(upstream) => {
                let pulse = Pulse::new(deadlines, heartbeat);
                return Ok(Adapted { status, headers, content: Content::Stream { upstream, reply, pulse } });
            }
            Beginning::Error(stated) => {
                return judged(stated, (status, headers), origin, record);
            }
            Beginning::Whole(body) => body,
        },
        // Buffered, so that the client gets an error if the answer breaks off.
        Some(_) => whole_body(upstream, LARGEST, &deadlines).await?,
        None => match peeked(upstream, (kind, &headers), &deadlines).await? {
            Peeked::Good(upstream) => {
                let pulse = Pulse::new(deadlines, None);
                let json = kind == AnswerKind::Json;
                return Ok(Adapted { status, headers, content: Content::Bytes { upstream, json, pulse } });
            }
            Peeked::Doubtful(body) => body,
        },
    };
    judged(body, (status, headers), origin, record)
}

/// Returns a whole body that is an answer, or the error that it states.
fn judged(
    body: Bytes,
    (status, mut headers): (StatusCode, HeaderMap),
    origin: Origin<'_>,
    record: &Record,
) -> Result<Adapted, AnswerError> {
    let document = Document::parse(body.clone(), DEPTH).ok();
    let Some(document) = document.filter(|body| body.root().kind() == Kind::Object) else {
        return Err(malformed(origin, (status, headers.get(header::CONTENT_TYPE)), &body));
    };
    let root = document.root();
    // A stored response has an `error` of its own.
    if stated(root).is_some() && root.get("object").is_none() {
        let head = (status, headers.get(header::CONTENT_TYPE));
        let status = status_of(&body).ok_or_else(|| malformed(origin, head, &body))?;
        return failed(status, headers, &body, &Shape::Same, origin, record);
    }
    if !is_json(&headers) {
        let (name, json) = JSON;
        headers.insert(name, json);
    }
    Ok(Adapted { status, headers, content: Content::Whole(body, Outcome::default()) })
}

/// The beginning of a body.
enum Peeked {
    /// It looks like an answer.
    Good(BegunBody),
    /// It does not. This is the whole body.
    Doubtful(Bytes),
}

/// Reads the first piece of a body, and the rest if it does not look like an answer.
async fn peeked(
    mut upstream: AnswerBody,
    (kind, headers): (AnswerKind, &HeaderMap),
    deadlines: &Deadlines,
) -> Result<Peeked, AnswerError> {
    let mut read = VecDeque::new();
    if kind == AnswerKind::Bytes {
        return Ok(Peeked::Good(BegunBody::new(read, upstream)));
    }
    while read.is_empty() {
        let frame = deadlines.within(Limit::Idle, upstream.frame()).await.map_err(AnswerError::Overdue)?;
        let Some(frame) = frame else { break };
        let data = frame.map_err(AnswerError::Interrupted)?.into_data();
        read.extend(data.ok().filter(|data| !data.trim_ascii().is_empty()));
    }
    let first = read.front().map(|data: &Bytes| data.trim_ascii_start()).unwrap_or_default();
    let cut = upstream.is_end_stream() && !closes(first);
    let begins = first.starts_with(b"{") && key::ERROR.first(first).is_none();
    let typed = is_json(headers) || !headers.contains_key(header::CONTENT_TYPE);
    let body = BegunBody::new(read, upstream);
    if begins && typed && !cut {
        return Ok(Peeked::Good(body));
    }
    Ok(Peeked::Doubtful(whole_body(body, LARGEST, deadlines).await?))
}
