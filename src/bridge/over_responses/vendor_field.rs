//! The vendor field `azgate`: what a response has and a chat message cannot hold. It shows a client what the hosted
//! tools did. A client that sends it back with its message gives the model its reasoning back, in encrypted form.
//! Items that the message itself holds stand in the field as marks, which keep their place.

use super::item::{ItemKind, OutputItem};
use crate::{
    bridge::values::list,
    json::{
        Kind, text,
        write::{item, member},
    },
};

/// Returns the field for `items` and for the `annotations` that chat cannot hold, the inside of a list; `None` if the
/// message holds everything. If the text was cut, `cut` is the index of the message with the cut: then messages are
/// only marked, and those behind the cut are left out.
pub(super) fn vendor_field<'a>(
    items: impl Iterator<Item = &'a OutputItem> + Clone,
    resource: &str,
    cut: Option<usize>,
    annotations: &[u8],
) -> Option<Vec<u8>> {
    let is_message = |item: &OutputItem| item.kind() == ItemKind::Message;
    let several = items.clone().filter(|item| is_message(item)).count() > 1;
    let items = (0..).zip(items).filter(|(at, item)| !(is_message(item) && cut.is_some_and(|cut| *at > cut)));
    if annotations.is_empty() && !items.clone().any(|(_, item)| is_kept(item)) {
        return None;
    }
    let mut output = Vec::new();
    for (at, one) in items {
        match one.kind() {
            ItemKind::Message if cut.is_none() && (several || one.has_other_content()) => {
                item(&mut output, one.raw());
            }
            ItemKind::Message if cut.is_none_or(|cut| cut == at) || one.has_other_content() => {
                item(&mut output, &message_mark(one));
            }
            ItemKind::Message => {}
            ItemKind::Call(_) => item(&mut output, &mark(one, &["call_id", "namespace"])),
            _ if is_kept(one) => item(&mut output, one.raw()),
            _ => {}
        }
    }
    let mut field = Vec::from(b"{");
    member(&mut field, "resource", text::quote(resource).as_bytes());
    member(&mut field, "output", &[b"[", &*output, b"]"].concat());
    if !annotations.is_empty() {
        member(&mut field, "annotations", &[b"[", annotations, b"]"].concat());
    }
    field.push(b'}');
    Some(field)
}

/// Returns whether a chat message cannot hold an item, or some of it. Reasoning that is only an id is of no use, since
/// Azure does not store it.
fn is_kept(item: &OutputItem) -> bool {
    let has = |key| item.view().non_null(key).is_some();
    match item.kind() {
        // OpenAI's specification: a model that labels its messages does worse if the labels are missing
        // (`MessagePhase`).
        ItemKind::Message => has("phase") || item.has_other_content(),
        // Without its namespace, the name may mean another tool.
        ItemKind::Call(_) => has("namespace"),
        ItemKind::Reasoning => {
            let encrypted = item.view().get("encrypted_content");
            encrypted.is_some_and(|encrypted| encrypted.kind() == Kind::String)
                || list(item.view(), "summary").is_some()
                || item.has_other_content()
        }
        ItemKind::Other => true,
    }
}

/// Returns the mark of a message: the chat message holds its texts, so they are left out.
pub(super) fn message_mark(message: &OutputItem) -> Vec<u8> {
    let mut mark = mark(message, &["phase"]);
    let mut parts = Vec::new();
    message.other_parts().for_each(|part| item(&mut parts, part.raw()));
    if !parts.is_empty() {
        mark.pop();
        member(&mut mark, "content", &[b"[", &*parts, b"]"].concat());
        mark.push(b'}');
    }
    mark
}

/// Returns a mark of an item: its type, and those of the members `keys` that it has.
fn mark(item: &OutputItem, keys: &[&str]) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    member(&mut out, "type", text::quote(&item.name()).as_bytes());
    for key in keys {
        if let Some(value) = item.view().non_null(key) {
            member(&mut out, key, value.raw());
        }
    }
    out.push(b'}');
    out
}
