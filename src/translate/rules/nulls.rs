//! A `null` that means the same as an absent parameter. Some api-versions read it as a value. Answers that are replayed
//! as history carry such members (`"tool_calls": null`), and typed clients send them for what was not set.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.null"],
    summary: "A null parameter, and a null member of a message other than its content or of a reasoning item, is taken \
              out.",
    on: BOTH,
    run,
};

/// The optional parameters of a chat call (OpenAI's OpenAPI document of 2026-08-21, and Azure's own two). A null under
/// a key that is not known stays.
const CHAT: &[&str] = &[
    "audio",
    "data_sources",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "metadata",
    "modalities",
    "moderation",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "user_security_context",
    "verbosity",
    "web_search_options",
];

/// The optional parameters of a Responses call, and chat's names of them.
const RESPONSES: &[&str] = &[
    "background",
    "context_management",
    "conversation",
    "include",
    "instructions",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "metadata",
    "moderation",
    "parallel_tool_calls",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "service_tier",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "truncation",
    "user",
    "verbosity",
];

/// Optional members of a reasoning item, which typed clients carry as null when they replay one.
const OF_REASONING: &[&str] = &["content", "encrypted_content"];

/// Optional members of a message, which Azure's own answers and typed clients carry as null. `content` is not one: an
/// assistant that calls a tool has it null.
const MEMBERS: &[&str] =
    &["annotations", "audio", "function_call", "name", "refusal", "tool_call_id", "tool_calls"];

const WHY: &str = "null means the same as leaving the parameter out, and some api-versions refuse it";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let mut places = Vec::new();
    let params = match draft.call.dialect {
        Dialect::Chat => CHAT,
        Dialect::Responses => RESPONSES,
    };
    for (key, value) in draft.call.body.root().members() {
        if value.is_null() && params.contains(&key.as_ref()) {
            places.push(Pointer::key(key.into_owned()));
        }
    }
    let list = draft.parameter_names().messages;
    for (index, item) in draft.call.body.root().get(list).into_iter().flat_map(View::items).enumerate() {
        let optional = optional(draft.call.dialect, item);
        for (key, value) in item.members() {
            // If a key occurs twice, the last value counts.
            let counts = || item.get(&key).is_some_and(|last| last.span() == value.span());
            if value.is_null() && optional.contains(&key.as_ref()) && counts() {
                places.push(Pointer::key(list).item(index).then(key.into_owned()));
            }
        }
    }
    for at in places {
        draft.edit("drop.null", Effect::Same, WHY, Change::Remove { at })?;
    }
    Ok(())
}

/// The members of an item of the messages, or of the input, that may as well be absent.
fn optional(dialect: Dialect, item: View<'_>) -> &'static [&'static str] {
    match dialect {
        Dialect::Chat => MEMBERS,
        Dialect::Responses if item.get("type").and_then(View::text).as_deref() == Some("reasoning") => {
            OF_REASONING
        }
        Dialect::Responses => &[],
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{responses, sent, with};

    #[test]
    fn on_responses_null_parameters_go_and_those_that_a_reasoning_item_is_replayed_with() {
        let (body, edits) = responses(
            "gpt-5",
            "v1",
            r#"{"x":null,"reasoning":null,"text":{"format":null},"input":[{"type":"reasoning","id":"r","content":null,"encrypted_content":null,"summary":[]},{"role":"user","content":"a","y":null}]}"#,
        );
        assert_eq!(
            body,
            r#"{"x":null,"text":{"format":null},"input":[{"type":"reasoning","id":"r","summary":[]},{"role":"user","content":"a","y":null}]}"#
        );
        assert_eq!(edits, "drop.null;n=3");
    }

    #[test]
    fn null_parameters_and_members_go_and_other_nulls_stay() {
        let (body, edits) = sent(
            "gpt-4.1",
            "v1",
            r#"{"x":null,"stop":null,"messages":[{"role":"user","content":"a","name":null,"y":null},{"role":"assistant","content":null,"refusal":"no","tool_calls":null}],"user":null}"#,
        );
        assert_eq!(
            body,
            r#"{"x":null,"messages":[{"role":"user","content":"a","y":null},{"role":"assistant","content":null,"refusal":"no"}]}"#
        );
        assert_eq!(edits, "drop.null;n=4");
    }

    #[test]
    fn of_a_member_that_stands_twice_the_last_value_counts() {
        let body =
            r#"{"messages":[{"content":"a","name":null,"name":"a"},{"content":"a","name":"a","name":null}]}"#;
        let (sent, edits) = sent("gpt-4.1", "v1", body);
        assert_eq!(sent, body.replace(r#","name":"a","name":null"#, ""));
        assert_eq!(edits, "drop.null");
    }

    #[test]
    fn a_null_that_a_policy_keeps_is_no_value_and_is_not_doubled_by_a_rename() {
        let body = r#"{"max_completion_tokens":null,"max_tokens":5}"#;
        let (body, edits) = with("drop.null", Action::Pass, "o1", body).unwrap();
        assert_eq!(body, r#"{"max_completion_tokens":5}"#);
        assert_eq!(edits, "rename.max_tokens;n=2");
    }
}
