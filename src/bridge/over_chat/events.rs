//! A stream of chat chunks as the events of a response.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{DEPTH, Reply, builder::ResponseBuilder, teller::Teller};
use crate::{
    bridge::INTERRUPTED,
    call::AnswerSummary,
    json::{Document, Kind, View, text},
};

/// What a client reads when upstream sends something else than chunks.
const UNREADABLE: (&str, &str) =
    ("upstream_stream_unreadable", "Azure OpenAI sent an event that is no JSON.");

/// Turns the chunks of one stream into events, one by one.
#[derive(Debug)]
pub struct Events {
    story: ResponseBuilder,
    /// The number of the next event.
    next: u64,
    done: bool,
}

impl Events {
    /// For the answer to one call.
    pub fn new(reply: Arc<Reply>) -> Events {
        Events { story: ResponseBuilder::new(reply), next: 0, done: false }
    }

    /// Takes the data of one event from upstream, and appends whole events to `out`. The response is completed when
    /// upstream says `[DONE]`: usage, and what the asynchronous filter finds, come behind the finish reason.
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
        match chunk.root().get("error").filter(|error| !error.is_null()) {
            Some(error) => self.error(error, out),
            None => self.telling(out, |story, teller| story.take(&chunk, teller)),
        }
    }

    /// Upstream ended. Behind a finish reason the response is complete without `[DONE]` too; otherwise it broke off.
    pub fn end(&mut self, out: &mut BytesMut) {
        if !self.done {
            self.close(self.story.finished(), out);
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

    /// The number of the next event.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Whether the last event was told.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// What the stream told of itself.
    pub fn told(&mut self) -> &mut AnswerSummary {
        &mut self.story.told
    }

    fn close(&mut self, whole: bool, out: &mut BytesMut) {
        if !whole || !self.story.begun() {
            return self.fail(INTERRUPTED.0, INTERRUPTED.1, out);
        }
        self.telling(out, |story, teller| {
            story.end(teller);
        });
        self.done = true;
    }

    /// Upstream's error in the form of a response's. The nested copy is what makes OpenAI's SDKs raise (openai-python,
    /// _streaming.py; openai-node, core/streaming.ts).
    fn error(&mut self, error: View<'_>, out: &mut BytesMut) {
        if std::mem::replace(&mut self.done, true) {
            return;
        }
        let string = |key: &str| error.get(key).filter(|value| value.kind() == Kind::String).map(View::raw);
        let code = match error.get("code") {
            Some(number) if number.kind() == Kind::Number => [b"\"", number.raw(), b"\""].concat(),
            _ => string("code").unwrap_or(b"null").into(),
        };
        let name = |key: &str| error.get(key).filter(|value| !value.is_null());
        self.story.told.error = name("code").or_else(|| name("type")).map(|code| {
            code.text().map_or_else(|| String::from_utf8_lossy(code.raw()).into_owned(), Into::into)
        });
        let whole = (error.kind() == Kind::String).then(|| error.raw());
        let message = string("message").or(whole).unwrap_or(b"\"Azure OpenAI told of an error.\"");
        let param = string("param").unwrap_or(b"null");
        self.telling(out, |_, teller| {
            let members = [&b"\"code\":"[..], &code, b",\"message\":", message, b",\"param\":", param];
            teller.tell("error", &[&members.concat(), b",\"error\":", error.raw()]);
        });
    }

    fn telling(&mut self, out: &mut BytesMut, tell: impl FnOnce(&mut ResponseBuilder, &mut Teller<'_>)) {
        let mut teller = Teller::new(out, self.next);
        tell(&mut self.story, &mut teller);
        self.next = teller.next();
    }
}
