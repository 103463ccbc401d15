//! A stream of chat chunks becomes the events of a response.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{Reply, builder::ResponseBuilder, event_writer::EventWriter};
use crate::{
    bridge::{INTERRUPTED, MOST_KEPT, UNREADABLE, too_large, values::string},
    call::AnswerSummary,
    json::{Document, Kind, View, text},
};

/// How deep a chat answer or chunk must be parsed for the bridge: down to the members of a message. Deeper values
/// (calls, annotations) are parsed where they occur, so that long `logprobs` cost nothing.
pub const DEPTH: u32 = 4;

/// Turns the chunks of one stream into events, one by one.
#[derive(Debug)]
pub struct Events {
    builder: ResponseBuilder,
    /// How many bytes the builder may keep.
    limit: usize,
    /// The number of the next event.
    next: u64,
    done: bool,
}

impl Events {
    /// Starts the stream for one call.
    pub fn new(reply: Arc<Reply>) -> Events {
        Events::limited(reply, MOST_KEPT)
    }

    /// Starts the stream, and ends it with an error once it has brought more than `limit` bytes.
    pub(super) fn limited(reply: Arc<Reply>, limit: usize) -> Events {
        Events { builder: ResponseBuilder::new(reply), limit, next: 0, done: false }
    }

    /// Takes the data of one event from upstream, and appends whole events to `out`. `[DONE]` completes the response,
    /// since the usage and the verdicts of the asynchronous filter follow the finish reason.
    pub fn event(&mut self, data: &Bytes, out: &mut BytesMut) {
        let trimmed = data.trim_ascii();
        if self.done || trimmed.is_empty() {
            return;
        }
        if trimmed == b"[DONE]" {
            return self.close(true, out);
        }
        let Ok(chunk) = Document::parse(data.clone(), DEPTH) else {
            return self.fail(UNREADABLE.0, UNREADABLE.1, out);
        };
        match chunk.root().non_null("error") {
            Some(error) => self.error(error, out),
            None if self.builder.kept(chunk.root()) > self.limit => {
                let (code, message) = too_large(self.limit);
                self.fail(code, &message, out);
            }
            None => self.write(out, |builder, events| builder.add(&chunk, events)),
        }
    }

    /// Ends the stream because upstream has ended. After a finish reason the response is complete even without
    /// `[DONE]`. Without one, upstream broke off.
    pub fn end(&mut self, out: &mut BytesMut) {
        if !self.done {
            self.close(self.builder.is_finished(), out);
        }
    }

    /// Ends the stream with an error of azgate's own.
    pub fn fail(&mut self, code: &str, message: &str, out: &mut BytesMut) {
        let error = format!(
            "{{\"message\":{},\"type\":\"server_error\",\"param\":null,\"code\":{}}}",
            text::quote(message),
            text::quote(code)
        );
        if let Ok(error) = Document::parse(error.into(), 1) {
            self.error(error.root(), out);
        }
    }

    /// Returns the number of the next event.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Returns whether the last event is written.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Returns the summary of the answer so far.
    pub fn summary(&mut self) -> &mut AnswerSummary {
        &mut self.builder.summary
    }

    fn close(&mut self, whole: bool, out: &mut BytesMut) {
        if !whole || !self.builder.has_begun() {
            return self.fail(INTERRUPTED.0, INTERRUPTED.1, out);
        }
        self.write(out, |builder, events| {
            builder.end(events);
        });
        self.done = true;
    }

    /// Writes an error of upstream in the form of a response's. OpenAI's SDKs raise because of the nested copy
    /// (openai-python, _streaming.py; openai-node, core/streaming.ts).
    fn error(&mut self, error: View<'_>, out: &mut BytesMut) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        let code = match error.get("code") {
            Some(number) if number.kind() == Kind::Number => [b"\"", number.raw(), b"\""].concat(),
            _ => string(error, "code").unwrap_or(b"null").into(),
        };
        let name = error.non_null("code").or_else(|| error.non_null("type"));
        self.builder.summary.error = name.map(|name| {
            name.text().map_or_else(|| String::from_utf8_lossy(name.raw()).into_owned(), Into::into)
        });
        let whole = (error.kind() == Kind::String).then(|| error.raw());
        let message = string(error, "message").or(whole).unwrap_or(b"\"Azure OpenAI reported an error.\"");
        let param = string(error, "param").unwrap_or(b"null");
        self.write(out, |_, events| {
            let members = [&b"\"code\":"[..], &code, b",\"message\":", message, b",\"param\":", param];
            events.event("error", &[&members.concat(), b",\"error\":", error.raw()]);
        });
    }

    fn write(&mut self, out: &mut BytesMut, run: impl FnOnce(&mut ResponseBuilder, &mut EventWriter<'_>)) {
        let mut events = EventWriter::new(out, self.next);
        run(&mut self.builder, &mut events);
        self.next = events.next();
    }
}
