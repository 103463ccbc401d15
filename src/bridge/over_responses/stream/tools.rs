//! The tool calls of a stream: one chunk with what is called, and the input piece by piece.

use bytes::BytesMut;

use super::{
    Chunks, output,
    progress::{Call, Name},
    sliced,
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
    /// All of it, which says nothing new behind a piece.
    All(&'a [u8]),
}

impl Chunks {
    /// An item begins.
    pub(super) fn item(&mut self, event: &Document, out: &mut BytesMut) {
        let item = event.root().get("item").and_then(|item| Item::open(sliced(event, item)));
        let Some(item) = item else { return };
        let output = output(event.root());
        match item.kind() {
            ItemKind::Call(tool) => drop(self.call(&item, tool, output, out)),
            ItemKind::Message => self.begun(&item, output),
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
        match self.calls.of_input(string(event, "item_id"), output(event)) {
            Some(index) => self.feed(index, input, out),
            // Its item tells of it. The text before is at its end.
            None => self.release(out),
        }
    }

    /// What a call is called with.
    pub(super) fn feed(&mut self, index: usize, input: Input<'_>, out: &mut BytesMut) {
        let (raw, is_all) = match input {
            Input::More(raw) => (raw, false),
            Input::All(raw) => (raw, true),
        };
        let inner = text::inner(raw);
        let Some(call) = self.calls.get(index) else { return };
        let (kind, slot) = call.tool.words();
        if call.takes(inner, is_all) {
            self.release(out);
            let open = format!(r#""tool_calls":[{{"index":{index},"{kind}":{{"{slot}":""#);
            self.writer.delta([open.as_bytes(), inner, br#""}}]"#], out);
        }
    }
}
