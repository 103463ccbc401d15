//! An answer that lacks only the headers that every answer gets.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{begun::BegunBody, media::JSON, outcome::Outcome, pulse::Pulse};
use crate::call::ReplyPlan;

/// An answer for the client.
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
    /// The whole body, with the outcome of its call.
    Whole(Bytes, Outcome),
    /// Events that are still coming.
    Stream {
        /// The body of Azure's answer.
        upstream: BegunBody,
        /// The form of the events for the client.
        reply: ReplyPlan,
        /// The time limits, and when the client gets a heartbeat.
        pulse: Pulse,
    },
    /// Bytes that are still coming, and that pass unchanged.
    Bytes {
        /// The body of Azure's answer.
        upstream: BegunBody,
        /// Whether the bytes are one JSON object. A body that ends before the object does is cut.
        json: bool,
        /// The time limits.
        pulse: Pulse,
    },
}

/// Returns an answer of azgate's own without a body.
pub fn empty(headers: HeaderMap) -> Adapted {
    let content = Content::Whole(Bytes::new(), Outcome::default());
    Adapted { status: StatusCode::NO_CONTENT, headers, content }
}

/// Returns an answer of azgate's own from a whole JSON body.
pub fn whole(json: Bytes) -> Adapted {
    let headers = HeaderMap::from_iter([JSON]);
    Adapted { status: StatusCode::OK, headers, content: Content::Whole(json, Outcome::default()) }
}
