//! The part of a call that translation reads, in one of the two dialects.

use std::{borrow::Cow, sync::Arc};

use super::{Dialect, Remembered};
use crate::json::{Document, Kind, View};

/// How deep the body of a dialogue is outlined: down to the members of a message's content parts.
pub const OUTLINE_DEPTH: u32 = 5;

/// A call to a model in a dialect that azgate translates.
#[derive(Clone, Debug)]
pub struct Dialogue<'a> {
    /// The dialect of the body.
    pub dialect: Dialect,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// The body, outlined to [`OUTLINE_DEPTH`].
    pub body: Cow<'a, Document>,
    /// Whether azgate repairs odd stream chunks for the client, as strict OpenAI clients need.
    pub normalize: bool,
    /// Whether the answer must contain all that a later call needs, because a later call cannot name stored objects.
    pub stateless: bool,
    /// The reasoning that messages of the call lack and azgate remembers, in the order of the messages.
    pub remembered: Arc<[Remembered]>,
}

/// Returns the dialect in which a body is written, for a call of an operation that has this dialect. A body is written
/// in the other dialect if it has the list of messages of that dialect alone (Cursor's agent mode sends `input` to chat
/// completions).
pub fn written_in(asked: Dialect, root: View<'_>) -> Dialect {
    let (own, other) = match asked {
        Dialect::Chat => ("messages", Dialect::Responses),
        Dialect::Responses => ("input", Dialect::Chat),
    };
    let is_empty = |list: View<'_>| list.is_null() || (list.kind() == Kind::Array && list.is_empty());
    if root.get(own).is_some_and(|list| !is_empty(list)) {
        return asked;
    }
    let is_there = match other {
        Dialect::Chat => {
            root.get("messages").is_some_and(|list| list.kind() == Kind::Array && !list.is_empty())
        }
        Dialect::Responses => {
            root.get("input").is_some_and(|input| matches!(input.kind(), Kind::String | Kind::Array))
        }
    };
    if is_there { other } else { asked }
}
