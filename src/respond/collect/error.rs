//! Why a stream could not be collected.

use bytes::Bytes;

use crate::sse;

/// Why a stream could not be collected into an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// The stream contains an error.
    #[error("Azure's stream ended with an error")]
    Reported {
        /// The event's data: a JSON object that has an `error`.
        event: Bytes,
    },
    /// The stream ended too early. A chat stream had no choice, or had no `[DONE]` and a choice without finish reason.
    /// A stream of the Responses API had no last event.
    #[error("Azure's stream broke off before its end")]
    BrokenOff,
    /// An event is not a chunk of an answer.
    #[error("an event of Azure's stream is no JSON object: {excerpt}")]
    Malformed {
        /// How the event begins.
        excerpt: String,
        /// The length of the event.
        bytes: usize,
    },
    /// The answer, or one event of the stream, is larger than any model's.
    #[error("Azure's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl From<sse::TooLarge> for CollectError {
    fn from(error: sse::TooLarge) -> CollectError {
        CollectError::TooLarge { limit: error.limit }
    }
}
