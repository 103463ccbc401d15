//! The texts of a stream: the answer, its refusal, the reasoning.

use bytes::{Bytes, BytesMut};

use super::{
    Chunks, Context, output,
    texts::{More, Place, Teller, Which},
};
use crate::{
    bridge::over_responses::{
        answer::{BLANK_LINE, tokens},
        citations::context,
        item::{Item, PartKind},
        kept,
        spelt::{list, string},
    },
    json::{View, text},
};

impl Chunks {
    /// A piece of a text.
    pub(super) fn piece(&mut self, kind: PartKind, event: View<'_>, out: &mut BytesMut) {
        let Some(inner) = string(event, "delta").map(text::inner).filter(|inner| !inner.is_empty()) else {
            return;
        };
        let (place, placed) = self.place(kind, event);
        let more = if placed && self.texts.goes_on(place, inner) {
            Some(More { inner, before: 0, another: false })
        } else {
            self.texts.piece(which(place, placed, event), inner)
        };
        if let Some(more) = more {
            self.say(place, more, list(event, "logprobs").map(View::raw), out);
        }
    }

    /// All of a text, in an event of its own.
    pub(super) fn whole(&mut self, kind: PartKind, event: View<'_>, out: &mut BytesMut) {
        let key = if kind == PartKind::Refusal { "refusal" } else { "text" };
        if let Some(raw) = string(event, key) {
            let (place, placed) = self.place(kind, event);
            self.rest(which(place, placed, event), raw, list(event, "logprobs"), out);
        }
    }

    /// What was not told yet of a text, which is given with its quotes.
    pub(super) fn rest(
        &mut self,
        which: Which<'_>,
        raw: &[u8],
        logprobs: Option<View<'_>>,
        out: &mut BytesMut,
    ) {
        let Some(more) = self.texts.all(which, text::inner(raw)) else { return };
        if more.before == 0 {
            return self.say(which.place, more, logprobs.map(View::raw), out);
        }
        let behind = logprobs.map(|list| tokens(text::inner(list.raw()), more.before..usize::MAX));
        let behind = behind.filter(|inside| !inside.is_empty()).map(|inside| [b"[", &*inside, b"]"].concat());
        self.say(which.place, more, behind.as_deref(), out);
    }

    /// Where the text of an event belongs, and whether the event says the item's place. What says none belongs to the item that
    /// is not finished yet.
    fn place(&self, kind: PartKind, event: View<'_>) -> (Place, bool) {
        let key = if kind == PartKind::Summary { "summary_index" } else { "content_index" };
        let index = event.get(key).and_then(View::whole).unwrap_or_default();
        let output = output(event);
        let place = Place { kind, output: output.unwrap_or_else(|| self.items.next()), index };
        (place, output.is_some())
    }

    /// Passes on what is to be told of a text.
    fn say(&mut self, place: Place, more: More<'_>, logprobs: Option<&[u8]>, out: &mut BytesMut) {
        let inner = more.inner;
        self.writer.begin(None, out);
        if place.kind != PartKind::Text {
            self.release(out);
        }
        match place.kind {
            PartKind::Text => self.content(inner, logprobs, place.output, out),
            PartKind::Refusal => self.writer.delta([&br#""refusal":""#[..], inner, b"\""], out),
            PartKind::Summary | PartKind::Thought => {
                let gap = if more.another { BLANK_LINE } else { b"" };
                self.writer.delta([&br#""reasoning_content":""#[..], gap, inner, b"\""], out);
            }
        }
    }

    fn content(&mut self, inner: &[u8], logprobs: Option<&[u8]>, output: u64, out: &mut BytesMut) {
        if self.context == Context::Due {
            self.context = Context::AnswerSummary;
            if let Some(context) = context(self.items.all(), None) {
                self.writer.delta([br#""context":"#, &*context], out);
            }
        }
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
    pub(super) fn begun(&mut self, message: &Item, output: u64) {
        if !self.reply.stop.is_empty() {
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

/// Which text an event tells of.
fn which(place: Place, placed: bool, event: View<'_>) -> Which<'_> {
    Which { place, placed, id: string(event, "item_id"), teller: Teller::Event }
}
