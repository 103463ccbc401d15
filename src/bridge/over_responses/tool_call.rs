//! A tool call in the words of a chat completion.

use super::{item::Tool, spelt::string};
use crate::json::{View, write::member};

impl Tool {
    /// What a completion calls the tool, and what it is called with.
    pub(super) fn words(self) -> (&'static str, &'static str) {
        match self {
            Tool::Function => ("function", "arguments"),
            Tool::Custom => ("custom", "input"),
        }
    }

    /// What the call's item says it is called with: a string.
    pub(super) fn input(self, call: View<'_>) -> &[u8] {
        string(call, self.words().1).unwrap_or(b"\"\"")
    }
}

/// The call that an item is, with `input`; in a stream, with its `index`.
pub(super) fn tool_call(call: View<'_>, tool: Tool, index: Option<usize>, input: &[u8]) -> Vec<u8> {
    let (kind, slot) = tool.words();
    let of = |key| string(call, key).unwrap_or(b"\"\"");
    let mut out = Vec::from(b"{");
    if let Some(index) = index {
        member(&mut out, "index", index.to_string().as_bytes());
    }
    // The id of the item itself is another.
    member(&mut out, "id", of("call_id"));
    member(&mut out, "type", &[b"\"", kind.as_bytes(), b"\""].concat());
    let mut inner = Vec::from(b"{");
    member(&mut inner, "name", of("name"));
    member(&mut inner, slot, input);
    inner.push(b'}');
    member(&mut out, kind, &inner);
    out.push(b'}');
    out
}
