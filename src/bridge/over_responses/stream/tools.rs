//! The tool calls of a stream: one chunk with what is called, and the input piece by piece.

use bytes::BytesMut;

use super::{Chunks, output, progress::Call, sliced};
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
        if let ItemKind::Call(tool) = item.kind() {
            self.call(&item, tool, output(event.root()), out);
        }
    }

    /// Tells of a call, unless that was done.
    pub(super) fn call(&mut self, item: &Item, tool: Tool, output: Option<u64>, out: &mut BytesMut) {
        let id = string(item.view(), "id");
        if self.calls.of(id, output).is_some() {
            return;
        }
        let index = self.calls.add(Call { id: id.map(<[u8]>::to_vec), output, tool, fed: false });
        let call = tool_call(item.view(), tool, Some(index), b"\"\"");
        self.writer.begin(None, out);
        self.writer.delta([br#""tool_calls":["#, &*call, b"]"], out);
    }

    /// What the call of an event is called with.
    pub(super) fn input(&mut self, event: View<'_>, input: Input<'_>, out: &mut BytesMut) {
        self.feed(string(event, "item_id"), output(event), input, out);
    }

    /// What the call of an item is called with.
    pub(super) fn feed(
        &mut self,
        id: Option<&[u8]>,
        output: Option<u64>,
        input: Input<'_>,
        out: &mut BytesMut,
    ) {
        let (raw, is_all) = match input {
            Input::More(raw) => (raw, false),
            Input::All(raw) => (raw, true),
        };
        let inner = text::inner(raw);
        let call = self.calls.of(id, output).filter(|(_, call)| !(inner.is_empty() || is_all && call.fed));
        if let Some((index, call)) = call {
            call.fed = true;
            let (kind, slot) = call.tool.words();
            let open = format!(r#""tool_calls":[{{"index":{index},"{kind}":{{"{slot}":""#);
            self.writer.delta([open.as_bytes(), inner, br#""}}]"#], out);
        }
    }
}
