//! A streamed chat answer made into the JSON answer that Azure would have sent: for a client that asked for JSON where
//! azgate asked Azure for a stream. The inverse of [`super::synthesize`], and like it values are copied as they are spelt
//! and strings are only joined, so nothing of the answer is re-encoded or lost.

use bytes::Bytes;

use self::{members::Members, table::CHAT_CHUNK};
use super::{answer, envelope::excerpt};
use crate::{
    json::{Document, Kind, View},
    sse::{self, Decoder, EVENT_LIMIT, Event},
};

mod complete;
mod members;
mod part;
#[cfg(test)]
mod proptests;
mod table;
#[cfg(test)]
mod tests;

/// Why no answer came of a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectError {
    /// Azure told of an error in the stream.
    #[error("Azure's stream ended with an error: {}", excerpt(event))]
    Told {
        /// The event's data as it came: a JSON object that has an `error`.
        event: Bytes,
    },
    /// The stream ended too early: without `[DONE]` while some choice had no finish reason yet, or without any choice.
    #[error("Azure's stream broke off before its end")]
    BrokenOff,
    /// An event that is no chunk of an answer.
    #[error("an event of Azure's stream is no JSON object: {excerpt}")]
    Malformed {
        /// How the event begins.
        excerpt: String,
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

/// Collects one stream.
#[derive(Debug)]
pub struct Collector {
    decoder: Decoder,
    answer: Members,
    /// About how many bytes the answer holds. A chunk's envelope is some hundred bytes around a word, so it is this, and
    /// not the length of the stream, that is limited.
    held: usize,
    limit: usize,
    done: bool,
}

impl Collector {
    /// Collects an answer of at most about `limit` bytes.
    pub fn new(limit: usize) -> Collector {
        let decoder = Decoder::new(EVENT_LIMIT.min(limit));
        Collector { decoder, answer: Members::default(), held: 0, limit, done: false }
    }

    /// Takes the next bytes of the stream, cut anywhere. Behind an error the answer is lost.
    pub fn push(&mut self, chunk: Bytes) -> Result<(), CollectError> {
        self.decoder.push(chunk);
        while let Some(event) = self.decoder.event()? {
            self.event(&event)?;
        }
        Ok(())
    }

    /// Whether `[DONE]` came: what follows it, a broken connection too, does not matter any more.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The `chat.completion`, at the end of the stream.
    pub fn finish(mut self) -> Result<Bytes, CollectError> {
        if let Some(tail) = self.decoder.finish() {
            match self.event(&tail) {
                // An event that was cut: whether that matters is seen below.
                Ok(()) | Err(CollectError::Malformed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if !complete::is_whole(&mut self.answer, self.done) {
            return Err(CollectError::BrokenOff);
        }
        complete::complete(&mut self.answer);
        let mut out = Vec::with_capacity(self.held + 256);
        self.answer.write(&mut out);
        Ok(out.into())
    }

    fn event(&mut self, event: &Event) -> Result<(), CollectError> {
        let Some(data) = event.data().filter(|data| !self.done && !data.trim_ascii().is_empty()) else {
            return Ok(());
        };
        if data.trim_ascii() == b"[DONE]" {
            self.done = true;
            return Ok(());
        }
        let chunk = Document::parse(data.clone(), answer::DEPTH).ok();
        let Some(chunk) = chunk.filter(|chunk| chunk.root().kind() == Kind::Object) else {
            return Err(CollectError::Malformed { excerpt: excerpt(&data) });
        };
        if chunk.root().get("error").is_some_and(|error| !View::is_null(error)) {
            return Err(CollectError::Told { event: data });
        }
        self.held += self.answer.merge(&chunk, chunk.root(), CHAT_CHUNK);
        if self.held > self.limit {
            return Err(CollectError::TooLarge { limit: self.limit });
        }
        Ok(())
    }
}
