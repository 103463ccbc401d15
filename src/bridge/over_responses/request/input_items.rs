//! The input items of the new body, while the messages of the chat call are translated one by one.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    bridge::{Loss, over_responses::BridgeOptions, values::text_of},
    json::{Pointer, Raw, View},
};

/// The items so far, and what later messages need to know of earlier ones.
#[derive(Debug)]
pub(super) struct InputItems<'a, 'o> {
    pub(super) options: &'o BridgeOptions<'o>,
    /// The first message whose reasoning goes back.
    pub(super) reasoning_from: usize,
    pub(super) items: Vec<Raw>,
    pub(super) losses: &'o mut Vec<Loss>,
    /// The ids of the calls of custom tools so far.
    pub(super) custom: HashSet<Cow<'a, str>>,
    /// The id of the last legacy call, until its result comes.
    pub(super) legacy: Option<String>,
}

impl InputItems<'_, '_> {
    pub(super) fn lose(&mut self, rule: &'static str, at: Pointer, why: &'static str, same: bool) {
        self.losses.push(Loss { rule, at, why: why.into(), same });
    }

    /// Drops a participant's name, which an item cannot hold. A tool's name is in its call, and a name can be in the
    /// text, so dropping either loses nothing.
    pub(super) fn drop_name(&mut self, message: View<'_>, at: &Pointer, is_in_text: bool) {
        let is_tool = text_of(message, "role").as_deref() == Some("tool");
        let why = if is_in_text {
            "the Responses API, on which this call is served, has no names of participants; the text begins with the name"
        } else {
            "the Responses API, on which this call is served, has no names of participants; with `names_in_text` set for \
             the model, the text of a user's message begins with the name"
        };
        self.lose("drop.name", at.clone().then("name"), why, is_tool || is_in_text);
    }
}

/// Returns the id of a legacy call, made of the position of its message.
pub(super) fn legacy_id(index: usize) -> String {
    format!("call_azgate_{index}")
}
