//! The last step of every answer, good or bad: the headers that say what azgate did, and for a stream the record, which
//! rides in the body until the client has all of it.

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::{
    adapt::{Adapted, Content},
    outcome::StreamOutcome,
    relay::Relay,
};
use crate::{call::Dialect, observe::Record};

/// The answer as it goes out.
pub fn finish(answer: Adapted, record: Record) -> Response<Body> {
    let mut headers = answer.headers;
    describe(&record, &mut headers);
    let body = match answer.content {
        Content::Whole(bytes) => Body::from(bytes),
        Content::Stream { upstream, reply, pulse } => {
            let dialect = reply.dialect;
            Body::new(Relay::new(upstream, &reply, pulse, move |outcome| told(record, dialect, outcome)))
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
    match record.resolved() {
        Some(resolved) => headers.extend(resolved.headers.iter().cloned()),
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

/// The model that answered tells the family of its deployment. Chat answers name the version; of responses that is not known,
/// and one that repeats the deployment's name tells nothing.
pub(super) fn heard(record: &Record, dialect: Dialect, model: Option<&str>) {
    let (Some(route), Some(model)) = (record.route(), model) else { return };
    let name = record.resolved().map(|resolved| &*resolved.target.deployment);
    if dialect == Dialect::Chat || name != Some(model) {
        route.knowledge.heard(model);
    }
}

/// Notes how a stream ended; the record then tells its story.
fn told(mut record: Record, dialect: Dialect, outcome: StreamOutcome) {
    let StreamOutcome { told, end, cause, .. } = outcome;
    let exhausted = told.reasoning_exhausted();
    heard(&record, dialect, told.model.as_deref());
    record.note_answer(told.usage, told.model, told.finish_reason, exhausted);
    record.note_stream_end(end.name(), told.error, cause);
}
