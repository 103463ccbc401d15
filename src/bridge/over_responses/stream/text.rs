//! The texts of a stream: the answer, its refusal, the reasoning.

use bytes::{Bytes, BytesMut};

use super::{
    chunks::{Chunks, ContextState},
    event::output,
    texts::{TextKey, TextRef, TextSource, ToSend},
};
use crate::{
    bridge::{
        over_responses::{
            answer::{BLANK_LINE, tokens},
            citations::context,
            item::{OutputItem, PartKind},
        },
        values::{list, string},
    },
    json::{View, text},
};

impl Chunks {
    /// Takes an event with a piece of a text.
    pub(super) fn text_delta(&mut self, kind: PartKind, event: View<'_>, out: &mut BytesMut) {
        let Some(inner) = string(event, "delta").map(text::inner).filter(|inner| !inner.is_empty()) else {
            return;
        };
        let (key, is_placed) = self.key(kind, event);
        let piece = if is_placed && self.texts.continues_last(key, inner) {
            Some(ToSend { inner, before: 0, another: false })
        } else {
            self.texts.piece(text_ref(key, is_placed, event), inner)
        };
        if let Some(piece) = piece {
            self.send(key, piece, list(event, "logprobs").map(View::raw), out);
        }
    }

    /// Takes an event with the whole text.
    pub(super) fn text_done(&mut self, kind: PartKind, event: View<'_>, out: &mut BytesMut) {
        let member = if kind == PartKind::Refusal { "refusal" } else { "text" };
        if let Some(raw) = string(event, member) {
            let (key, is_placed) = self.key(kind, event);
            self.send_rest(text_ref(key, is_placed, event), raw, list(event, "logprobs"), out);
        }
    }

    /// Sends what was not sent yet of a whole text, which is given with its quotes.
    pub(super) fn send_rest(
        &mut self,
        text: TextRef<'_>,
        raw: &[u8],
        logprobs: Option<View<'_>>,
        out: &mut BytesMut,
    ) {
        let Some(rest) = self.texts.whole(text, text::inner(raw)) else { return };
        if rest.before == 0 {
            return self.send(text.key, rest, logprobs.map(View::raw), out);
        }
        let behind = logprobs.map(|list| tokens(text::inner(list.raw()), rest.before..usize::MAX));
        let behind = behind.filter(|inside| !inside.is_empty()).map(|inside| [b"[", &*inside, b"]"].concat());
        self.send(text.key, rest, behind.as_deref(), out);
    }

    /// Returns the key of the text in an event, and whether the event names the item's position. Without a position,
    /// the text belongs to the item that is not finished yet.
    fn key(&self, kind: PartKind, event: View<'_>) -> (TextKey, bool) {
        let member = if kind == PartKind::Summary { "summary_index" } else { "content_index" };
        let index = event.get(member).and_then(View::whole).unwrap_or_default();
        let output = output(event);
        let key = TextKey { kind, output: output.unwrap_or_else(|| self.items.next()), index };
        (key, output.is_some())
    }

    fn send(&mut self, key: TextKey, text: ToSend<'_>, logprobs: Option<&[u8]>, out: &mut BytesMut) {
        let inner = text.inner;
        self.writer.begin(None, out);
        if key.kind != PartKind::Text {
            self.release(out);
        }
        match key.kind {
            PartKind::Text => self.content(inner, logprobs, key.output, out),
            PartKind::Refusal => self.writer.delta([&br#""refusal":""#[..], inner, b"\""], out),
            PartKind::Summary | PartKind::Thought => {
                let gap = if text.another { BLANK_LINE } else { b"" };
                self.writer.delta([&br#""reasoning_content":""#[..], gap, inner, b"\""], out);
            }
        }
    }

    fn content(&mut self, inner: &[u8], logprobs: Option<&[u8]>, output: u64, out: &mut BytesMut) {
        if self.context == ContextState::Due {
            self.context = ContextState::Sent;
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
            // The message is not finished, so only its mark is kept.
            let open = self.open_message.take().filter(|(at, _)| *at == output).map(|(_, mark)| mark);
            let mark = open.unwrap_or(Bytes::from_static(br#"{"type":"message"}"#));
            if let Some(mark) = OutputItem::open(mark) {
                self.items.keep(output, mark);
            }
            self.close("stop", None, out);
        }
    }
}

/// Returns the reference to the text of an event.
fn text_ref(key: TextKey, is_placed: bool, event: View<'_>) -> TextRef<'_> {
    TextRef { key, is_placed, id: string(event, "item_id"), source: TextSource::Event }
}
