//! The tool calls of a stream: one chunk names the tool, and further chunks have the input in pieces.

use bytes::BytesMut;

use super::{
    calls::{CallRef, ToolCallState},
    chunks::Chunks,
    event::output,
};
use crate::{
    bridge::{
        over_responses::{item::OutputItem, tool_call::tool_call},
        tool_kind::ToolKind,
        values::string,
    },
    json::{View, text},
};

/// The input of a tool call, a string with its quotes.
#[derive(Clone, Copy, Debug)]
pub(super) enum ToolInput<'a> {
    /// A piece.
    Delta(&'a [u8]),
    /// The whole input, which adds nothing if all pieces came before.
    Whole(&'a [u8]),
}

impl Chunks {
    /// Sends the chunk that names a call, unless it was sent before. Returns the call's index.
    pub(super) fn call(
        &mut self,
        item: &OutputItem,
        kind: ToolKind,
        output: Option<u64>,
        out: &mut BytesMut,
    ) -> usize {
        let call = item.view();
        let name = CallRef { call_id: string(call, "call_id"), id: string(call, "id"), output };
        if let Some(index) = self.calls.of_item(name) {
            return index;
        }
        let index = self.calls.add(ToolCallState::new(name, kind));
        let call = tool_call(call, kind, Some(index), b"\"\"");
        self.release(out);
        self.writer.begin(None, out);
        self.writer.delta([br#""tool_calls":["#, &*call, b"]"], out);
        index
    }

    /// Takes input from an event, for the call that the event is about.
    pub(super) fn input(&mut self, event: View<'_>, input: ToolInput<'_>, out: &mut BytesMut) {
        let is_piece = matches!(input, ToolInput::Delta(_));
        match self.calls.of_input(string(event, "item_id"), output(event), is_piece) {
            Some(index) => self.send_input(index, input, out),
            // The call's item will have the input. The text before the call has ended.
            None => self.release(out),
        }
    }

    /// Sends what is new of a call's input.
    pub(super) fn send_input(&mut self, index: usize, input: ToolInput<'_>, out: &mut BytesMut) {
        let Some(call) = self.calls.get(index) else { return };
        let (inner, is_piece) = match input {
            ToolInput::Delta(raw) => (call.add(text::inner(raw)), !text::inner(raw).is_empty()),
            ToolInput::Whole(raw) => (call.add_whole(text::inner(raw)), false),
        };
        let kind = call.kind;
        // The text before the call has ended, even if the piece itself has to wait.
        if is_piece || !inner.is_empty() {
            self.release(out);
        }
        if !inner.is_empty() {
            let (name, input) = (kind.name(), kind.input());
            let open = format!(r#""tool_calls":[{{"index":{index},"{name}":{{"{input}":""#);
            self.writer.delta([open.as_bytes(), inner, br#""}}]"#], out);
        }
    }

    /// Sends the input that still waits when all calls have ended, because no event had the whole input.
    pub(super) fn send_waiting_input(&mut self, out: &mut BytesMut) {
        while let Some((index, waiting)) = self.calls.take_waiting() {
            self.send_input(index, ToolInput::Delta(&[b"\"", &*waiting, b"\""].concat()), out);
        }
    }
}
