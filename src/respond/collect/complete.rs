//! Completes a collected answer with the members that chunks leave out.

use super::value::Members;

/// Returns whether the stream came to its end: with `[DONE]`, or with a finish reason for every choice.
pub(super) fn is_whole(answer: &mut Members, done: bool) -> bool {
    answer.items("choices").is_some_and(|choices| {
        !choices.is_empty() && (done || choices.values().all(|choice| choice.has_value("finish_reason")))
    })
}

/// Gives the collected members the form of an answer.
pub(super) fn complete(answer: &mut Members) {
    answer.fill("object", "\"chat.completion\"");
    // Every chunk but the last has `"usage":null`, and a stream that the filter cut has no last chunk. An answer's
    // usage is an object or absent.
    answer.drop_empty("usage");
    for (index, choice) in answer.items("choices").into_iter().flatten() {
        choice.fill("index", &index.to_string());
        choice.fill("finish_reason", "null");
        choice.fill("logprobs", "null");
        choice.rename("delta", "message");
        message(choice.object("message"));
    }
}

/// Adds the four members that Azure's messages always have. Deltas have no member `annotations` for an empty list.
fn message(message: &mut Members) {
    message.fill("annotations", "[]");
    message.fill("content", "null");
    message.fill("refusal", "null");
    message.fill("role", "\"assistant\"");
    for call in message.items("tool_calls").into_iter().flat_map(|calls| calls.values_mut()) {
        // Azure may leave the type out of a delta (vercel/ai#12770).
        let kind = if call.has_value("custom") { "\"custom\"" } else { "\"function\"" };
        call.fill("type", kind);
    }
}
