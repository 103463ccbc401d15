//! The request: a Responses call becomes a chat call.

mod content;
mod conversation;
mod echo;
mod input;
mod lacking;
mod parameters;

#[cfg(test)]
mod tests;
mod tool_names;
mod tools;

pub use self::lacking::{Lacking, lacking};
use self::{input::Messages, parameters::ChatCall, tool_names::ToolNames};
use super::Reply;
use crate::{
    bridge::{Bridged, Unbridgeable, require::refuse},
    call::Compaction,
    json::{Document, Pointer},
};

/// The rules that a [`Loss`](crate::bridge::Loss) of this direction may name.
pub const LOSS_RULES: &[&str] = &[
    "drop.annotations",
    "drop.detail",
    "drop.include",
    "drop.max_tool_calls",
    "drop.metadata",
    "drop.name",
    "drop.phase",
    "drop.reasoning",
    "drop.reasoning_summary",
    "drop.store",
    "drop.text",
    "drop.top_logprobs",
];

/// Translates a Responses call, parsed to five levels or more, to chat. Also returns what its answer will repeat of it.
pub fn request(responses: &Document) -> Result<(Bridged, Reply), Unbridgeable> {
    let names = ToolNames::of(responses.root());
    let mut call = ChatCall::new(responses.root(), &names);
    // This check comes first: a call that refers to a stored conversation sends outputs without their calls.
    call.require_stateless()?;
    let mut messages = Messages::default();
    for (key, value) in responses.root().members().filter(|(_, value)| !value.is_null()) {
        match &*key {
            "instructions" => messages.instructions(value)?,
            "input" => messages.input(value, &names, &mut call.losses)?,
            _ => call.parameter(&key, value)?,
        }
    }
    let compacts = messages.asks_for_compaction();
    let Some(messages) = messages.finish()? else {
        return refuse(&Pointer::key("input"), "it is missing, and a chat completion needs a message");
    };
    call.body.member("messages", messages);
    call.added_tools()?;
    let bridged = Bridged { body: call.body.finish(), losses: call.losses };
    let compaction = compacts.then_some(Compaction::Response);
    Ok((bridged, Reply { echo: echo::echo(responses), tools: names.namespaced, compaction }))
}
