//! Collects a stream into the JSON answer that Azure would have sent, for a client that asked for JSON where azgate
//! asked Azure for a stream. This is the inverse of [`super::synthesize`]. Both copy values as they are spelt.

use bytes::Bytes;

use self::{chat::ChatCollector, response::ResponseCollector};
use crate::{
    call::Dialect,
    sse::{Decoder, EVENT_LIMIT, Event},
};

mod chat;
mod complete;
mod error;
mod merge;
#[cfg(test)]
mod proptests;
mod response;
mod table;
#[cfg(test)]
mod tests;
mod value;

pub use error::CollectError;
pub(super) use response::reported;

/// Collects one stream.
#[derive(Debug)]
pub struct Collector {
    decoder: Decoder,
    answer: DialectCollector,
    limit: usize,
    done: bool,
}

#[derive(Debug)]
enum DialectCollector {
    Chat(ChatCollector),
    Response(ResponseCollector),
}

impl Collector {
    /// Creates a collector for an answer of at most about `limit` bytes.
    pub fn new(dialect: Dialect, limit: usize) -> Collector {
        let decoder = Decoder::new(EVENT_LIMIT.min(limit));
        let answer = match dialect {
            Dialect::Chat => DialectCollector::Chat(ChatCollector::default()),
            Dialect::Responses => DialectCollector::Response(ResponseCollector::default()),
        };
        Collector { decoder, answer, limit, done: false }
    }

    /// Takes the next bytes of the stream, cut anywhere. After an error the collector is of no use.
    pub fn push(&mut self, chunk: Bytes) -> Result<(), CollectError> {
        self.decoder.push(chunk);
        while let Some(event) = self.decoder.event()? {
            self.event(&event)?;
        }
        Ok(())
    }

    /// Returns whether the last event of the stream was seen. Anything after it, even a broken connection, is ignored.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Returns the `chat.completion` or the response, at the end of the stream.
    pub fn finish(mut self) -> Result<Bytes, CollectError> {
        if let Some(tail) = self.decoder.finish() {
            match self.event(&tail) {
                // The event was cut off. `finish` below checks whether the answer is complete without it.
                Ok(()) | Err(CollectError::Malformed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        match self.answer {
            DialectCollector::Chat(answer) => answer.finish(self.done),
            DialectCollector::Response(answer) => answer.finish(),
        }
    }

    fn event(&mut self, event: &Event) -> Result<(), CollectError> {
        let Some(data) = event.data().filter(|data| !self.done && !data.trim_ascii().is_empty()) else {
            return Ok(());
        };
        if data.trim_ascii() == b"[DONE]" {
            self.done = true;
            return Ok(());
        }
        match &mut self.answer {
            DialectCollector::Chat(answer) => answer.event(&data, self.limit),
            DialectCollector::Response(answer) => answer.event(&data).map(|last| self.done = last),
        }
    }
}
