//! The last step of every answer, good or bad: the headers that say what azgate did, and for a stream the record, which
//! rides in the body until the client has all of it.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::{
    adapt::{Adapted, Content},
    outcome::StreamOutcome,
    relay::Relay,
};
use crate::observe::Record;

/// The answer as it goes out.
pub fn finish(answer: Adapted, record: Record) -> Response<Body> {
    let mut headers = answer.headers;
    describe(&record, &mut headers);
    let body = match answer.content {
        Content::Whole(bytes) => Body::from(bytes),
        Content::Stream { upstream, reply, pulse } => {
            Body::new(Relay::new(upstream, &reply, pulse, move |outcome| told(record, outcome)))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// What a call carries that ended before it had a deployment.
const NOWHERE: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-azgate-family"), HeaderValue::from_static("none")),
    (HeaderName::from_static("x-azgate-deployment"), HeaderValue::from_static("none")),
];

/// Who answered, for what family, after which edits. `x-request-id` is Azure's if it gave one, since its support asks
/// for that; azgate's own always stands in `x-azgate-request-id`.
pub(super) fn describe(record: &Record, headers: &mut HeaderMap) {
    match record.aim() {
        Some(aim) => headers.extend(aim.headers.iter().cloned()),
        None => headers.extend(NOWHERE),
    }
    if let Ok(edits) = HeaderValue::from_str(record.edits_header()) {
        headers.insert("x-azgate-edits", edits);
    }
    if let Ok(id) = HeaderValue::from_str(record.request_id()) {
        headers.entry("x-request-id").or_insert_with(|| id.clone());
        headers.insert("x-azgate-request-id", id);
    }
}

/// The model that answered tells the family of its deployment.
pub(super) fn heard(record: &Record, model: Option<&str>) {
    if let (Some(route), Some(model)) = (record.route(), model) {
        route.knowledge.heard(model);
    }
}

/// Notes how a stream ended; the record then tells its story.
fn told(mut record: Record, outcome: StreamOutcome) {
    let exhausted = outcome.reasoning_exhausted();
    heard(&record, outcome.model.as_deref());
    record.note_answer(outcome.usage, outcome.model, outcome.finish_reason, exhausted);
    record.note_stream_end(outcome.end.name(), outcome.error, outcome.cause);
}
