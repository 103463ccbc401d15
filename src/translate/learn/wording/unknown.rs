//! Wordings about parameters and members that Azure does not know.

use super::{
    reason::{Reading, RefusalReason},
    text::{after_any, names, quoted_after, without},
};

/// `Unknown parameter: 'reasoning_effort'.` (`llama_index`#17731, promptfoo#3781); `Unrecognized request argument
/// supplied: a. Please contact us …` (azure-rest-api-specs#29545, openai-python#1080); `Unrecognized request
/// arguments supplied: tool_choice, tools` (azure-docs#118117); `Extra parameters ['n'] are not allowed when
/// extra-parameters is not set …` (langchain#29679).
pub(super) fn unknown(message: &str) -> Reading<'_> {
    let rest = after_any(message, &["Unknown ", "Unrecognized ", "Unrecognised ", "Unexpected ", "Extra "])?;
    let rest = without(rest, &["request ", "body "]);
    let rest = after_any(
        rest,
        &[
            "parameter(s)",
            "argument(s)",
            "field(s)",
            "parameters",
            "parameter",
            "arguments",
            "argument",
            "fields",
            "field",
            "properties",
            "property",
            "keys",
            "key",
        ],
    )?;
    let rest = without(rest, &[" supplied", " found", " provided"]);
    let rest = without(rest, &[":", " in request body:", " in request:"]);
    let (names, rest) = names(without(rest.trim_start(), &["["]));
    if names.is_empty() {
        let is_generic = rest.trim_matches(['.', ' ']).is_empty();
        return is_generic.then(|| vec![RefusalReason::Unsupported { param: "", instead: None }]);
    }
    Some(names.into_iter().map(|param| RefusalReason::Unsupported { param, instead: None }).collect())
}

/// The end of the sentences about members that a schema does not have, as two versions of pydantic write it.
const EXTRA: &[&str] = &["Extra inputs are not permitted", "extra fields not permitted"];

/// `Validation error at #/logprobs: Extra inputs are not permitted`, a line for each (openai-python#1468,
/// sample-app-aoai-chatGPT#1260); `messages.13.content.0.thinking.cache_control: Extra inputs are not permitted`
/// (sub2api#225); and pydantic's own two lines, the place and then the sentence.
pub(super) fn extra_inputs(message: &str) -> Reading<'_> {
    let mut reasons = Vec::new();
    let mut before = "";
    let mut is_extra = false;
    // Some servers join the sentences. A line that repeats a value of the client's may hold the client's own text.
    let joint = |line: &str| if line.contains("input_value") { "\n" } else { "; " };
    for line in message.lines().flat_map(|line| line.split(joint(line))) {
        let Some((start, after)) = EXTRA.iter().find_map(|sentence| line.split_once(sentence)) else {
            before = line;
            continue;
        };
        is_extra = true;
        let start = without(start.trim(), &["Validation error at ", "body."]).trim_end_matches(':').trim();
        let (listed, _) = names(without(after, &[":"]).trim_start());
        let is_list = after.starts_with(':') && !listed.is_empty();
        let place = if start.is_empty() { before.trim() } else { start };
        if is_list {
            reasons.extend(listed.into_iter().map(|param| RefusalReason::Extra { param }));
        } else if !place.contains(' ') || place.contains(" -> ") {
            reasons.push(RefusalReason::Extra { param: place });
        }
        before = "";
    }
    is_extra.then_some(reasons)
}

/// `Additional properties are not allowed ('parsed', 'refusal' were unexpected) - 'messages.2'` (azurechat#503,
/// auto-playwright#50); without the last part it is about the body itself (azure-sdk-for-net#43800).
pub(super) fn additional_properties(message: &str) -> Reading<'_> {
    let rest = message.strip_prefix("Additional properties are not allowed (")?;
    let (members, rest) = names(rest);
    let rest = after_any(rest, &[" was unexpected)", " were unexpected)"])?;
    let object = quoted_after(rest, " - ").map(|(object, _)| object).unwrap_or_default();
    Some(members.into_iter().map(|member| RefusalReason::Unexpected { object, member }).collect())
}
