//! The last step of every answer, good or bad: the headers that say what azgate did, and the record that rides in the
//! body until the client has all of it.

use std::borrow::Cow;

use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use percent_encoding::{CONTROLS, utf8_percent_encode};

use super::{
    adapt::{Adapted, Content},
    outcome::{End, StreamOutcome},
    relay::Relay,
};
use crate::{observe::Record, translate::edits_header};

/// The answer as it goes out.
pub fn finish(answer: Adapted, record: Record) -> Response<Body> {
    let mut headers = answer.headers;
    describe(&record, &mut headers);
    let body = match answer.content {
        Content::Whole(bytes) => Body::from(bytes),
        Content::Stream { upstream, reply } => {
            Body::new(Relay::new(upstream, reply, move |outcome| told(record, &outcome)))
        }
    };
    let mut response = Response::new(body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// Who answered, for what family, after which edits.
fn describe(record: &Record, headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &str| {
        // Names of deployments and families may be any text; clients read headers as ASCII.
        let value: Cow<'_, str> = utf8_percent_encode(value, CONTROLS).into();
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    set("x-azgate-request-id", record.request_id());
    set("x-azgate-edits", &edits_header(record.edits()));
    if let Some(route) = record.route() {
        set("x-azgate-family", &route.target.profile.name);
        set("x-azgate-deployment", &route.target.deployment);
    }
    if !headers.contains_key("x-request-id")
        && let Ok(id) = HeaderValue::from_str(record.request_id())
    {
        headers.insert("x-request-id", id);
    }
}

/// Notes how a stream ended; the record then tells its story.
fn told(mut record: Record, outcome: &StreamOutcome) {
    record.note_usage(outcome.usage);
    if outcome.reasoning_exhausted() {
        record.note_exhausted();
    }
    record.note_end(match outcome.end {
        End::Done => "done",
        End::Eof => "eof",
        End::UpstreamFailed => "upstream_failed",
        End::ClientGone => "client_gone",
    });
}
