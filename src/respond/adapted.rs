//! An answer ready for the client, but for the headers that every answer gets.

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::{media::JSON, outcome::Outcome, pulse::Pulse};
use crate::{call::ReplyPlan, upstream::AnswerBody};

/// An answer ready for the client.
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
    /// All of it, with the outcome of its call.
    Whole(Bytes, Outcome),
    /// Events that are still coming.
    Stream {
        /// Where they come from.
        upstream: AnswerBody,
        /// The form that they get.
        reply: ReplyPlan,
        /// How long they may take, and when the client gets a sign of life.
        pulse: Pulse,
    },
    /// Bytes that are still coming, and that pass as they come.
    Bytes {
        /// Where they come from.
        upstream: AnswerBody,
        /// How long they may take.
        pulse: Pulse,
    },
}

/// An answer of azgate's own: JSON, all of it at once.
pub fn whole(json: Bytes) -> Adapted {
    let headers = HeaderMap::from_iter([JSON]);
    Adapted { status: StatusCode::OK, headers, content: Content::Whole(json, Outcome::default()) }
}
