//! The answer that a replayed message came from, as the vendor field `azgate` holds it:
//! `{"resource": "NAME", "output": [item, …]}`.

use std::borrow::Cow;

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

/// Finds the answer that a message came from, wherever a program gives the field back: in the message, in a part of its
/// text (openai-agents-js), in a call, or in what litellm keeps of any of these.
pub(super) fn of_message(message: View<'_>) -> Option<PastAnswer<'_>> {
    let inner =
        ["content", "tool_calls"].into_iter().filter_map(|key| message.get(key)).flat_map(View::items);
    std::iter::once(message).chain(inner).find_map(|holder| {
        let kept = holder.get(LITELLM).and_then(|kept| kept.get("azgate"));
        holder.get("azgate").and_then(read).or_else(|| read(kept?))
    })
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
