//! The items that a message of the assistant becomes.

use super::{
    object::{Member, Object},
    tool_calls::CallItem,
};
use crate::json::Raw;

/// A message of the assistant as items.
#[derive(Debug)]
pub(super) struct AssistantItems<'a> {
    /// The item with the text or refusal.
    pub(super) message: Option<Object<'a>>,
    pub(super) calls: Vec<CallItem<'a>>,
    /// The members that have no equivalent. They stand in the first item.
    pub(super) extras: Vec<Member<'a>>,
}

impl AssistantItems<'_> {
    /// Returns the text, then the calls.
    pub(super) fn finish(self) -> Vec<Raw> {
        let calls = self.calls.into_iter().map(|call| call.item);
        self.message.into_iter().chain(calls).map(Object::finish).collect()
    }
}

/// Starts the item of an assistant's message; its content is to follow.
pub(super) fn message_item<'a>() -> Object<'a> {
    let mut item = Object::typed("message");
    item.put("role", Raw::string("assistant"));
    item
}
