//! A tool call as a chat completion has it.

use crate::{
    bridge::{tool_kind::ToolKind, values::string},
    json::{View, write::member},
};

/// Returns the input that the item of a call holds: a string with its quotes.
pub(super) fn input(call: View<'_>, kind: ToolKind) -> &[u8] {
    string(call, kind.input()).unwrap_or(b"\"\"")
}

/// Returns the tool call of an item, with this `input`. In a stream it has an `index`.
pub(super) fn tool_call(call: View<'_>, kind: ToolKind, index: Option<usize>, input: &[u8]) -> Vec<u8> {
    let string_or_empty = |key| string(call, key).unwrap_or(b"\"\"");
    let mut out = Vec::from(b"{");
    if let Some(index) = index {
        member(&mut out, "index", index.to_string().as_bytes());
    }
    // The item's own `id` is another one.
    member(&mut out, "id", string_or_empty("call_id"));
    member(&mut out, "type", &[b"\"", kind.name().as_bytes(), b"\""].concat());
    let mut inner = Vec::from(b"{");
    member(&mut inner, "name", string_or_empty("name"));
    member(&mut inner, kind.input(), input);
    inner.push(b'}');
    member(&mut out, kind.name(), &inner);
    out.push(b'}');
    out
}
