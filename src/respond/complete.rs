//! Gives a whole answer its last form: legacy functions, a made stream, and a warning if reasoning used up the token
//! cap.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{
    adapted::{Adapted, Content},
    answer::{self, AnswerReading},
    edited,
    error::{AnswerError, malformed},
    functions,
    media::{EVENTS, JSON, is_json},
    origin::Origin,
    outcome::Outcome,
    synthesize::{self, synthesize},
    tool_calls::repaired,
};
use crate::{
    bridge::over_responses,
    call::{Dialect, ReplyPlan, Shape},
    json::Document,
};

/// Completes a whole answer in the client's dialect. A client that reads events gets a stream.
pub(super) fn complete(
    answer: &Document,
    (status, mut headers): (StatusCode, HeaderMap),
    reply: &ReplyPlan,
    (reads_events, origin): (bool, Origin<'_>),
) -> Result<Adapted, AnswerError> {
    let dialect = reply.asked();
    let repaired = if reply.normalize && dialect == Dialect::Chat { repaired(answer) } else { None };
    let repaired = repaired.and_then(|body| Document::parse(body, answer::DEPTH).ok());
    let answer = repaired.as_ref().unwrap_or(answer);
    let read = AnswerReading::read(dialect, answer);
    let exhausted = read.reasoning_exhausted();
    if exhausted {
        headers.insert("x-azgate-warning", HeaderValue::from_static("reasoning-exhausted-budget"));
    }
    let legacy = if reply.legacy_functions && dialect == Dialect::Chat {
        let changes = functions::to_legacy(answer);
        (!changes.is_empty()).then(|| edited(answer, &changes))
    } else {
        None
    };
    let body = if reads_events {
        let reshaped = legacy.and_then(|body| Document::parse(body, answer::DEPTH).ok());
        let answer = reshaped.as_ref().unwrap_or(answer);
        let stream = streamed(answer, reply)
            .ok_or_else(|| malformed(origin, (status, headers.get(header::CONTENT_TYPE)), answer.source()))?;
        for (name, value) in EVENTS {
            headers.insert(name, value);
        }
        stream
    } else {
        // The SDKs parse a body only if its type is JSON.
        if !is_json(&headers) {
            let (name, json) = JSON;
            headers.insert(name, json);
        }
        legacy.unwrap_or_else(|| answer.source().clone())
    };
    let mut summary = read.summary;
    if let Shape::OverResponses(over) = &reply.shape {
        summary.reasoning = over_responses::kept_of_completion(answer, &over.resource);
    }
    let outcome = Outcome { summary, exhausted, ..Outcome::default() };
    Ok(Adapted { status, headers, content: Content::Whole(body, outcome) })
}

/// Returns a whole answer as events; `None` if the document is not an answer.
fn streamed(answer: &Document, reply: &ReplyPlan) -> Option<Bytes> {
    match reply.asked() {
        Dialect::Chat => synthesize(answer, reply.usage_chunk).ok(),
        Dialect::Responses => synthesize::responses::synthesize(answer).ok(),
    }
}
