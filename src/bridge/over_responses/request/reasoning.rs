//! Which messages get their reasoning back.

use super::{
    input_items::InputItems,
    past_answer::{self, PastAnswer},
};
use crate::{
    bridge::{over_responses::BridgeOptions, values::text_of},
    call::ReplayedReasoning,
    json::View,
};

/// Returns the index of the first message whose reasoning goes back.
pub(super) fn first_message(messages: View<'_>, options: &BridgeOptions<'_>) -> usize {
    let last = |matches: &dyn Fn(View<'_>) -> bool| {
        messages.items().enumerate().filter(|(_, message)| matches(*message)).last().map(|(index, _)| index)
    };
    let is = |message: View<'_>, role| text_of(message, "role").as_deref() == Some(role);
    match options.replayed {
        ReplayedReasoning::All => 0,
        ReplayedReasoning::Turn => last(&|message| is(message, "user")).map_or(0, |user| user + 1),
        ReplayedReasoning::Last => {
            let reasons = |past: PastAnswer<'_>| past.resource == options.resource && past.has_reasoning();
            let newest = last(&|message| {
                is(message, "assistant") && past_answer::of_message(message).is_some_and(reasons)
            });
            newest.unwrap_or(usize::MAX)
        }
        ReplayedReasoning::None => usize::MAX,
    }
}

/// Returns why the reasoning of a message does not go back: the rule, the reason, and whether nothing is lost by it.
/// `None` if it does go back.
pub(super) fn omitted(
    input: &InputItems<'_, '_>,
    past: &PastAnswer<'_>,
    index: usize,
) -> Option<(&'static str, &'static str, bool)> {
    let turn = "this model looks at the reasoning since the last message of the user, and at no older one";
    let elsewhere = "another Azure resource made this reasoning, and only that one can read it";
    let last = "this model takes back the reasoning of one answer alone, and this is not the newest";
    let none = "Azure does not take this reasoning back";
    let old = index < input.reasoning_from;
    let foreign = *past.resource != *input.options.resource;
    match input.options.replayed {
        // The model would ignore old reasoning, whichever resource made it.
        ReplayedReasoning::All | ReplayedReasoning::Turn if old => Some(("drop.replayed", turn, true)),
        _ if foreign => Some(("drop.reasoning", elsewhere, false)),
        ReplayedReasoning::Last if old => Some(("drop.reasoning", last, false)),
        ReplayedReasoning::None if old => Some(("drop.reasoning", none, false)),
        _ => None,
    }
}
