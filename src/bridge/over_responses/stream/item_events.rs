//! The items of a stream, as they begin and as they are finished.

use bytes::BytesMut;

use super::{
    chunks::{Chunks, ContextState},
    event::output,
    texts::{TextKey, TextRef, TextSource},
    tools::ToolInput,
};
use crate::{
    bridge::{
        over_responses::{
            answer::BLANK_LINE,
            approval,
            citations::is_search,
            item::{ItemKind, OutputItem},
            tool_call,
            vendor_field::message_mark,
        },
        values::{list, string},
    },
    json::{View, text},
};

impl Chunks {
    pub(super) fn item_added(&mut self, event: View<'_>, out: &mut BytesMut) {
        let Some(item) = item(event) else { return };
        let output = output(event);
        match item.kind() {
            ItemKind::Call(kind) => {
                let index = self.call(&item, kind, output, out);
                if let Some(call) = self.calls.get(index) {
                    call.begin(text::inner(tool_call::input(item.view(), kind)));
                }
            }
            ItemKind::Message => self.open_message(&item, output.unwrap_or(self.items.next())),
            ItemKind::Reasoning | ItemKind::Other => {}
        }
    }

    pub(super) fn item_done(&mut self, event: View<'_>, out: &mut BytesMut) {
        if let Some(item) = item(event) {
            self.finished(output(event), TextSource::Item, item, out);
        }
    }

    /// Sends what was not sent yet of a finished item, and keeps the item.
    pub(super) fn finished(
        &mut self,
        output: Option<u64>,
        source: TextSource,
        item: OutputItem,
        out: &mut BytesMut,
    ) {
        let is_placed = output.is_some();
        let output = output.unwrap_or_else(|| self.items.next());
        match item.kind() {
            ItemKind::Call(kind) => {
                let index = self.call(&item, kind, Some(output), out);
                self.send_input(index, ToolInput::Whole(tool_call::input(item.view(), kind)), out);
            }
            ItemKind::Message => self.open_message(&item, output),
            ItemKind::Reasoning => {}
            ItemKind::Other => self.approval(&item, output, out),
        }
        for part in item.parts() {
            if !self.done {
                let key = TextKey { kind: part.kind, output, index: part.index };
                let text = TextRef { key, is_placed, id: string(item.view(), "id"), source };
                self.send_rest(text, part.text.raw(), list(part.whole, "logprobs"), out);
            }
        }
        if self.context == ContextState::None && is_search(&item) {
            self.context = ContextState::Due;
        }
        self.items.keep(output, item);
    }

    /// Says that the answer waits for an approval, once.
    fn approval(&mut self, item: &OutputItem, output: u64, out: &mut BytesMut) {
        let notice = approval::notice(item).filter(|_| !self.items.has(output, item));
        if let Some(notice) = notice {
            self.release(out);
            self.writer.begin(None, out);
            let gap = if approval::follows_text(self.items.all()) { BLANK_LINE } else { b"" };
            self.writer.text(&[gap, &notice].concat(), None, out);
        }
    }

    /// Notes the mark of a message that begins or is there, for the case that its text is cut.
    fn open_message(&mut self, message: &OutputItem, output: u64) {
        if !self.reply.stop.is_empty() {
            self.open_message = Some((output, message_mark(message).into()));
        }
    }
}

/// Parses the item of an event.
fn item(event: View<'_>) -> Option<OutputItem> {
    OutputItem::open(event.get("item")?.slice())
}
