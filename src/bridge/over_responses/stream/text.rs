//! The texts of a stream: the answer, its refusal, the reasoning.

use bytes::{Bytes, BytesMut};

use super::{Chunks, Context, place, progress::Place};
use crate::{
    bridge::over_responses::{
        answer::BLANK_LINE,
        citations::context,
        item::{Item, PartKind},
        kept,
        spelt::{list, string},
    },
    json::{View, text},
};

impl Chunks {
    /// The text of a member of an event.
    pub(super) fn text(&mut self, kind: PartKind, event: View<'_>, key: &str, out: &mut BytesMut) {
        if let Some(text) = string(event, key) {
            let logprobs = list(event, "logprobs").map(View::raw);
            self.say(place(kind, event), text, logprobs, out);
        }
    }

    /// Passes a text on, or a piece of it, given with its quotes.
    pub(super) fn say(&mut self, place: Place, text: &[u8], logprobs: Option<&[u8]>, out: &mut BytesMut) {
        let inner = text::inner(text);
        if inner.is_empty() {
            return;
        }
        self.writer.begin(None, out);
        if place.kind != PartKind::Text {
            self.release(out);
        }
        let another = self.texts.tell(place);
        match place.kind {
            PartKind::Text => self.content(text, logprobs, place.output, out),
            PartKind::Refusal => self.writer.delta([&br#""refusal":""#[..], inner, b"\""], out),
            PartKind::Summary | PartKind::Thought => {
                let gap = if another { BLANK_LINE } else { b"" };
                self.writer.delta([&br#""reasoning_content":""#[..], gap, inner, b"\""], out);
            }
        }
    }

    fn content(&mut self, text: &[u8], logprobs: Option<&[u8]>, output: u64, out: &mut BytesMut) {
        if self.context == Context::Due {
            self.context = Context::Told;
            if let Some(context) = context(self.items.all()) {
                self.writer.delta([br#""context":"#, &*context], out);
            }
        }
        let inner = text::inner(text);
        if self.reply.stop.is_empty() {
            return self.writer.text(inner, logprobs, out);
        }
        let (shown, complete) = self.held.push(inner, &self.reply.stop);
        let logprobs = logprobs.filter(|_| !complete);
        if !shown.is_empty() || logprobs.is_some() {
            self.writer.text(&shown, logprobs, out);
        }
        if complete {
            // Of the message that is not finished, its mark is kept.
            let begun = self.begun.take().filter(|(place, _)| *place == output).map(|(_, mark)| mark);
            let mark = begun.unwrap_or(Bytes::from_static(br#"{"type":"message"}"#));
            if let Some(mark) = Item::open(mark) {
                self.items.keep(output, mark);
            }
            self.close("stop", None, out);
        }
    }

    /// A message begins, or is there: what is known of it if it is cut.
    pub(super) fn begun(&mut self, message: &Item, output: Option<u64>) {
        if let Some(output) = output.filter(|_| !self.reply.stop.is_empty()) {
            self.begun = Some((output, kept::message(message).into()));
        }
    }

    /// Passes on what is held back: whatever follows it is not said before it.
    pub fn release(&mut self, out: &mut BytesMut) {
        let held = self.held.take();
        if !held.is_empty() {
            self.writer.text(&held, None, out);
        }
    }
}
