//! The answer that a replayed message came from, as the vendor field `azgate` holds it:
//! `{"resource": "NAME", "output": [item, …]}`.

use std::borrow::Cow;

use super::object::{Member, members};
use crate::{
    bridge::values::{text_of, type_of},
    json::{Kind, View},
};

/// The answer that a message came from.
#[derive(Debug)]
pub(super) struct PastAnswer<'a> {
    pub(super) resource: Cow<'a, str>,
    /// The output items, each with its type.
    pub(super) output: Vec<(Cow<'a, str>, View<'a>)>,
}

impl PastAnswer<'_> {
    /// Returns whether the answer has reasoning that Azure can read.
    pub(super) fn has_reasoning(&self) -> bool {
        self.output.iter().any(|(kind, item)| kind == "reasoning" && is_encrypted(*item))
    }
}

/// The member in which litellm keeps the members of an answer that it does not know, and sends them back.
pub(super) const LITELLM: &str = "provider_specific_fields";

/// The members that hold what a call calls. Only azgate's field inside is no part of them.
const CALLED: [&str; 3] = ["function", "custom", "function_call"];

/// Returns whether a member is azgate's field, or one of the objects in which programs keep members that they do not
/// know (litellm, `LangChain`'s `additional_kwargs`, the AI SDK's `providerMetadata`) and that has the field.
pub(super) fn is_own(key: &str, value: View<'_>) -> bool {
    matches!(key, "azgate" | LITELLM) || (!CALLED.contains(&key) && value.get("azgate").is_some())
}

/// Returns the members that count of a part, a call or what it calls: without azgate's field and what holds it.
pub(super) fn others(object: View<'_>) -> impl Iterator<Item = Member<'_>> {
    members(object).into_iter().filter(|member| !is_own(&member.key, member.value))
}

/// Finds the answer that a message came from, wherever a program gives the field back: in the message, in a part of its
/// text (openai-agents-js), in a call or what that calls, or in an object in any of these.
pub(super) fn of_message(message: View<'_>) -> Option<PastAnswer<'_>> {
    let inner = ["content", "tool_calls"].into_iter().filter_map(|key| message.get(key));
    let inner = inner.flat_map(View::items).flat_map(|item| {
        let called = CALLED.iter().filter_map(move |key| item.get(key));
        std::iter::once(item).chain(called)
    });
    let called = message.get("function_call");
    std::iter::once(message).chain(called).chain(inner).find_map(within)
}

/// Finds the answer in an object, or in one of its members.
fn within(holder: View<'_>) -> Option<PastAnswer<'_>> {
    let kept = || holder.members().filter_map(|(_, member)| member.get("azgate")).find_map(read);
    holder.get("azgate").and_then(read).or_else(kept)
}

/// Reads the value of `azgate`; `None` if azgate did not write it.
pub(super) fn read(azgate: View<'_>) -> Option<PastAnswer<'_>> {
    let resource = text_of(azgate, "resource")?;
    let output = azgate.get("output").filter(|output| output.kind() == Kind::Array)?;
    let output = output.items().map(|item| Some((type_of(item)?, item))).collect::<Option<_>>()?;
    Some(PastAnswer { resource, output })
}

/// Returns whether a reasoning item holds its content. Without it, the item only names something that Azure may have
/// stored.
pub(super) fn is_encrypted(reasoning: View<'_>) -> bool {
    let content = reasoning.get("encrypted_content");
    content.is_some_and(|content| content.kind() == Kind::String && content.raw() != br#""""#)
}
