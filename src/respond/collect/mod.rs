//! A streamed answer made into the JSON answer that Azure would have sent: for a client that asked for JSON where azgate
//! asked Azure for a stream. The inverse of [`super::synthesize`], and like it copies values as they are spelt.

use bytes::Bytes;

use self::{chat::Chat, response::Response};
use crate::{
    call::Dialect,
    sse::{self, Decoder, EVENT_LIMIT, Event},
};

mod chat;
mod complete;
mod members;
mod part;
#[cfg(test)]
mod proptests;
mod response;
mod table;
#[cfg(test)]
mod tests;

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

/// Collects one stream.
#[derive(Debug)]
pub struct Collector {
    decoder: Decoder,
    answer: Answer,
    limit: usize,
    done: bool,
}

#[derive(Debug)]
enum Answer {
    Chat(Chat),
    Response(Response),
}

impl Collector {
    /// Collects an operation's answer of at most about `limit` bytes.
    pub fn new(dialect: Dialect, limit: usize) -> Collector {
        let decoder = Decoder::new(EVENT_LIMIT.min(limit));
        let answer = match dialect {
            Dialect::Chat => Answer::Chat(Chat::default()),
            Dialect::Responses => Answer::Response(Response::default()),
        };
        Collector { decoder, answer, limit, done: false }
    }

    /// Takes the next bytes of the stream, cut anywhere. Behind an error the answer is lost.
    pub fn push(&mut self, chunk: Bytes) -> Result<(), CollectError> {
        self.decoder.push(chunk);
        while let Some(event) = self.decoder.event()? {
            self.event(&event)?;
        }
        Ok(())
    }

    /// Whether the event came that ends the stream: what follows it, a broken connection too, does not matter any more.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// The `chat.completion` or the response, at the end of the stream.
    pub fn finish(mut self) -> Result<Bytes, CollectError> {
        if let Some(tail) = self.decoder.finish() {
            match self.event(&tail) {
                // An event that was cut: whether that matters is seen below.
                Ok(()) | Err(CollectError::Malformed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        match self.answer {
            Answer::Chat(answer) => answer.finish(self.done),
            Answer::Response(answer) => answer.finish(),
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
            Answer::Chat(answer) => answer.event(&data, self.limit),
            Answer::Response(answer) => answer.event(&data).map(|last| self.done = last),
        }
    }
}
