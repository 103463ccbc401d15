//! The tool calls of a stream: one chunk with what is called, and the input piece by piece.

use bytes::BytesMut;

use super::{
    Chunks,
    calls::{Call, Name},
    output, sliced,
};
use crate::{
    bridge::over_responses::{
        item::{Item, ItemKind, Tool},
        spelt::string,
        tool_call::tool_call,
    },
    json::{Document, View, text},
};

/// What a tool is called with, a string with its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Input<'a> {
    /// A piece.
    More(&'a [u8]),
    /// All of it, which says nothing new behind all pieces.
    All(&'a [u8]),
}

impl Chunks {
    /// An item begins.
    pub(super) fn item(&mut self, event: &Document, out: &mut BytesMut) {
        let item = event.root().get("item").and_then(|item| Item::open(sliced(event, item)));
        let Some(item) = item else { return };
        let output = output(event.root());
        match item.kind() {
            ItemKind::Call(tool) => {
                let index = self.call(&item, tool, output, out);
                if let Some(call) = self.calls.get(index) {
                    call.begins(text::inner(tool.input(item.view())));
                }
            }
            ItemKind::Message => self.begun(&item, output.unwrap_or(self.items.next())),
            ItemKind::Reasoning | ItemKind::Other => {}
        }
    }

    /// Tells of a call, unless that was done. Gives its index.
    pub(super) fn call(&mut self, item: &Item, tool: Tool, output: Option<u64>, out: &mut BytesMut) -> usize {
        let call = item.view();
        let name = Name { call_id: string(call, "call_id"), id: string(call, "id"), output };
        if let Some(index) = self.calls.of_item(name) {
            return index;
        }
        let index = self.calls.add(Call::new(name, tool));
        let call = tool_call(call, tool, Some(index), b"\"\"");
        self.release(out);
        self.writer.begin(None, out);
        self.writer.delta([br#""tool_calls":["#, &*call, b"]"], out);
        index
    }

    /// What the call of an event is called with.
    pub(super) fn input(&mut self, event: View<'_>, input: Input<'_>, out: &mut BytesMut) {
        let is_piece = matches!(input, Input::More(_));
        match self.calls.of_input(string(event, "item_id"), output(event), is_piece) {
            Some(index) => self.feed(index, input, out),
            // Its item tells of it. The text before is at its end.
            None => self.release(out),
        }
    }

    /// What a call is called with.
    pub(super) fn feed(&mut self, index: usize, input: Input<'_>, out: &mut BytesMut) {
        let Some(call) = self.calls.get(index) else { return };
        let (inner, is_said) = match input {
            Input::More(raw) => (call.more(text::inner(raw)), !text::inner(raw).is_empty()),
            Input::All(raw) => (call.all(text::inner(raw)), false),
        };
        let (kind, slot) = call.tool.words();
        // The text before is at its end, though the piece may have to wait.
        if is_said || !inner.is_empty() {
            self.release(out);
        }
        if !inner.is_empty() {
            let open = format!(r#""tool_calls":[{{"index":{index},"{kind}":{{"{slot}":""#);
            self.writer.delta([open.as_bytes(), inner, br#""}}]"#], out);
        }
    }

    /// The end of all calls: what nothing told whole is told as it came.
    pub(super) fn feed_left(&mut self, out: &mut BytesMut) {
        while let Some((index, left)) = self.calls.left() {
            self.feed(index, Input::More(&[b"\"", &*left, b"\""].concat()), out);
        }
    }
}
