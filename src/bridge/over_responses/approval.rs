//! Approvals that an MCP server asks for. Azure ends its answer with the request and waits for the approval as the next
//! input. A chat completion has no place for either, and without a word of it the client would read an empty answer.

use super::item::{ItemKind, OutputItem, PartKind};
use crate::{bridge::values::text_of, json::text};

/// Returns whether the client reads a text of these items, so that a notice begins a paragraph of its own.
pub(super) fn follows_text<'a>(mut items: impl Iterator<Item = &'a OutputItem>) -> bool {
    let says = |item: &OutputItem| {
        item.kind() == ItemKind::Message
            && item.parts().any(|part| part.kind == PartKind::Text && part.text.raw() != br#""""#)
    };
    items.any(|item| says(item) || notice(item).is_some())
}

/// Returns what the client must know of a request for an approval, the inside of a JSON string; `None` for any other
/// item.
pub(super) fn notice(item: &OutputItem) -> Option<Vec<u8>> {
    if item.name() != "mcp_approval_request" {
        return None;
    }
    let of = |key| text_of(item.view(), key).unwrap_or_default();
    let notice = format!(
        "The MCP server `{}` waits for an approval before it runs `{}` with {}. A chat completion cannot give it: set \
         `require_approval` of this tool to \"never\", or call /v1/responses and answer `{}` there.",
        of("server_label"),
        of("name"),
        of("arguments"),
        of("id"),
    );
    Some(text::inner(text::quote(&notice).as_bytes()).into())
}
