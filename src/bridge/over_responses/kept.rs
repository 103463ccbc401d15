//! The vendor field `azgate`: what a response has and a chat message has no place for. A client that sends it back with
//! its message lets the model go on where it was (reasoning in its encrypted form), and reads in it what the hosted tools
//! did. Items that the message itself holds stand in it as marks of their place.

use super::{
    item::{Item, ItemKind},
    spelt::list,
};
use crate::json::{
    Kind, View, text,
    write::{item, member},
};

/// The field for `items`; `None` if the message holds everything. Of a text that was cut, `cut` is the message in which that
/// was: no message is kept as it was then, and none behind.
pub(super) fn kept<'a>(
    items: impl Iterator<Item = &'a Item> + Clone,
    resource: &str,
    cut: Option<usize>,
) -> Option<Vec<u8>> {
    let is_message = |item: &Item| item.kind() == ItemKind::Message;
    let several = items.clone().filter(|item| is_message(item)).count() > 1;
    let items = (0..).zip(items).filter(|(at, item)| !(is_message(item) && cut.is_some_and(|cut| *at > cut)));
    if !items.clone().any(|(_, item)| is_kept(item)) {
        return None;
    }
    let mut output = Vec::new();
    for (at, one) in items {
        match one.kind() {
            ItemKind::Message if cut.is_none() && (several || one.has_untold()) => {
                item(&mut output, one.raw());
            }
            ItemKind::Message if cut.is_none_or(|cut| cut == at) || one.has_untold() => {
                item(&mut output, &message(one));
            }
            ItemKind::Message => {}
            ItemKind::Call(_) => item(&mut output, &mark(one, &["call_id", "namespace"])),
            _ if is_kept(one) => item(&mut output, one.raw()),
            _ => {}
        }
    }
    let resource = text::quote(resource);
    Some([b"{\"resource\":", resource.as_bytes(), b",\"output\":[", &*output, b"]}"].concat())
}

/// Whether a chat message has no place for an item, or for something of it. Reasoning that is only an id is nothing
/// without Azure's memory of it.
fn is_kept(item: &Item) -> bool {
    let has = |key| item.view().get(key).is_some_and(|value| !value.is_null());
    match item.kind() {
        // OpenAI's specification: a model that labels its messages does worse if it finds them without (`MessagePhase`).
        ItemKind::Message => has("phase") || item.has_untold(),
        // Its call by name alone would be another one.
        ItemKind::Call(_) => has("namespace"),
        ItemKind::Reasoning => {
            let encrypted = item.view().get("encrypted_content");
            encrypted.is_some_and(|encrypted| encrypted.kind() == Kind::String)
                || list(item.view(), "summary").is_some()
                || item.has_untold()
        }
        ItemKind::Other => true,
    }
}

/// The mark of a message: without its texts, which the chat message holds.
pub(super) fn message(message: &Item) -> Vec<u8> {
    let mut mark = mark(message, &["phase"]);
    let mut parts = Vec::new();
    message.untold().for_each(|part| item(&mut parts, part.raw()));
    if !parts.is_empty() {
        mark.pop();
        member(&mut mark, "content", &[b"[", &*parts, b"]"].concat());
        mark.push(b'}');
    }
    mark
}

/// An item by its type and those of some members that it has.
fn mark(item: &Item, keys: &[&str]) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    member(&mut out, "type", text::quote(&item.name()).as_bytes());
    for key in keys {
        if let Some(value) = item.view().get(key).filter(|value| !View::is_null(*value)) {
            member(&mut out, key, value.raw());
        }
    }
    out.push(b'}');
    out
}
