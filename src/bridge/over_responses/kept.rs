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

/// The field for `items`; `None` if the message holds everything. Of a text that was `cut` no message is kept as it was.
pub(super) fn kept<'a>(
    items: impl IntoIterator<Item = &'a Item> + Clone,
    resource: &str,
    cut: bool,
) -> Option<Vec<u8>> {
    if !items.clone().into_iter().any(is_kept) {
        return None;
    }
    let is_message = |item: &Item| item.kind() == ItemKind::Message;
    let marked = cut || items.clone().into_iter().filter(|item| is_message(item)).count() == 1;
    let mut once = true;
    let mut output = Vec::new();
    for one in items {
        match one.kind() {
            ItemKind::Message if !marked => item(&mut output, one.raw()),
            ItemKind::Message if std::mem::take(&mut once) => item(&mut output, &mark(one, &["phase"])),
            ItemKind::Call(_) => item(&mut output, &mark(one, &["call_id", "namespace"])),
            _ if is_kept(one) => item(&mut output, one.raw()),
            _ => {}
        }
    }
    let resource = text::quote(resource);
    Some([b"{\"resource\":", resource.as_bytes(), b",\"output\":[", &*output, b"]}"].concat())
}

/// Whether a chat message has no place for an item. Reasoning that is only an id is nothing without Azure's memory of it.
fn is_kept(item: &Item) -> bool {
    match item.kind() {
        ItemKind::Message => false,
        // Its call by name alone would be another one.
        ItemKind::Call(_) => item.view().get("namespace").is_some_and(|namespace| !namespace.is_null()),
        ItemKind::Reasoning => {
            let encrypted = item.view().get("encrypted_content");
            encrypted.is_some_and(|encrypted| encrypted.kind() == Kind::String)
                || list(item.view(), "summary").is_some()
        }
        ItemKind::Other => true,
    }
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
