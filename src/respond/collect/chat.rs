//! Collects the chunks of a chat completion. Values are copied as they are spelt and strings are only joined, so
//! nothing is re-encoded or lost.

use bytes::Bytes;

use super::{complete, error::CollectError, table::CHAT_CHUNK, value::Members};
use crate::{
    json::{Document, Kind, View},
    respond::{answer, envelope::excerpt},
};

/// The answer that the chunks have built so far.
#[derive(Debug, Default)]
pub(super) struct ChatCollector {
    answer: Members,
    /// About how many bytes the answer holds. This is limited, and not the length of the stream, because each chunk
    /// spends some hundred bytes on a single word.
    held: usize,
}

impl ChatCollector {
    /// Takes the next event's data.
    pub(super) fn event(&mut self, data: &Bytes, limit: usize) -> Result<(), CollectError> {
        let chunk = Document::parse(data.clone(), answer::DEPTH).ok();
        let Some(chunk) = chunk.filter(|chunk| chunk.root().kind() == Kind::Object) else {
            return Err(CollectError::Malformed { excerpt: excerpt(data), bytes: data.len() });
        };
        if chunk.root().get("error").is_some_and(|error| !View::is_null(error)) {
            return Err(CollectError::Reported { event: data.clone() });
        }
        self.held += self.answer.merge(chunk.root(), CHAT_CHUNK);
        if self.held > limit { Err(CollectError::TooLarge { limit }) } else { Ok(()) }
    }

    /// Returns the `chat.completion`, if the stream was complete. `done` is whether `[DONE]` was seen.
    pub(super) fn finish(mut self, done: bool) -> Result<Bytes, CollectError> {
        if !complete::is_whole(&mut self.answer, done) {
            return Err(CollectError::BrokenOff);
        }
        complete::complete(&mut self.answer);
        let mut out = Vec::with_capacity(self.held + 256);
        self.answer.write(&mut out);
        Ok(out.into())
    }
}
