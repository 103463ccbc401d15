//! The last step of every answer: adds the headers that report what azgate did, and a body that settles the call at its
//! end.

use std::sync::Arc;

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response};

use super::{
    adapted::{Adapted, Content},
    outcome::Outcome,
    passthrough::Passthrough,
    relay::Relay,
};
use crate::{connections::Connections, observe::Record, settlement::Settlement};

/// A call that has its answer, with its settlement and its record.
#[derive(Debug)]
pub struct Ending {
    /// The answer.
    pub answer: Adapted,
    /// The settlement of the call; `None` if the call was not admitted.
    pub settlement: Option<Settlement>,
    /// The record of the call.
    pub record: Record,
    /// The connections of clients, whose calls may be cut off.
    pub connections: Arc<Connections>,
}

/// Returns the answer as it goes out. The body of a stream holds the record and the settlement until it ends.
pub fn finish(ending: Ending) -> Response<Body> {
    let Ending { answer, settlement, mut record, connections } = ending;
    let mut headers = answer.headers;
    describe(&record, &mut headers);
    record.note_status(answer.status);
    let body = match answer.content {
        Content::Whole(bytes, outcome) => {
            settle(settlement, record, outcome);
            Body::from(bytes)
        }
        Content::Stream { upstream, reply, pulse } => {
            let pulse = pulse.until_cut_off(connections);
            Body::new(Relay::new(upstream, &reply, pulse, move |outcome| settle(settlement, record, outcome)))
        }
        Content::Bytes { upstream, json, pulse } => {
            let pulse = pulse.until_cut_off(connections);
            let report = move |outcome| settle(settlement, record, outcome);
            Body::new(Passthrough::new(upstream, json, pulse, report))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// Settles a call, and records how it ended.
fn settle(settlement: Option<Settlement>, mut record: Record, mut outcome: Outcome) {
    if let Some(settlement) = settlement {
        settlement.settle(&mut outcome.summary);
    }
    let Outcome { summary, exhausted, end, cause, .. } = outcome;
    record.note_end(end.name(), summary, exhausted, cause);
}

/// The headers of a call that ended before it had a deployment.
const NOWHERE: [(HeaderName, HeaderValue); 2] = [
    (HeaderName::from_static("x-azgate-family"), HeaderValue::from_static("none")),
    (HeaderName::from_static("x-azgate-deployment"), HeaderValue::from_static("none")),
];

/// Adds the headers with the deployment, the family, the edits and the request ids. `x-request-id` is Azure's if Azure
/// gave one, because Azure's support asks for it. azgate's own id always stands in `x-azgate-request-id`.
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
