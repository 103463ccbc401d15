//! Why a stream could not be collected.

use bytes::Bytes;

use crate::sse;

/// Why no answer came of a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Azure told of an error in the stream.
    #[error("Azure's stream ended with an error")]
    Reported {
        /// The event's data as it came: a JSON object that has an `error`.
        event: Bytes,
    },
    /// The stream ended too early: without `[DONE]` while some choice had no finish reason yet, or without any choice; and
    /// that of a response without the event that ends it.
    #[error("Azure's stream broke off before its end")]
    BrokenOff,
    /// An event that is no chunk of an answer.
    #[error("an event of Azure's stream is no JSON object: {excerpt}")]
    Malformed {
        /// How the event begins.
        excerpt: String,
        /// How long it is.
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
