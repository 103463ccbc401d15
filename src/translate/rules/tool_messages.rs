//! Tool calls and their results in the history, for families that have no tools at all: "'messages\[1\].role' does not
//! support 'tool' with this model". On the Responses API they are items of the input, and gpt-5-chat is the one family
//! there without tools: "Functions are not supported with gpt-5-chat-2025-08-07" (pydantic-ai#2887).

use super::{
    empty_lists::is_empty,
    rule::{BOTH, Rule},
};
use crate::{
    call::{Dialect, Refusal},
    catalog::Verb,
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.tool_messages"],
    summary: "Tool calls and results in the history are refused for families without tools; a policy of `apply` drops \
              them.",
    on: BOTH,
    run,
};

const ID: &str = "refuse.tool_messages";
const WHY: &str = "this model has no tools, so it takes no tool calls and results in the history: choose a model that \
                   calls tools, or put the results into the text";
/// The members of an assistant's message that call something.
const CALLS: &[&str] = &["tool_calls", "function_call"];
/// The items of an input that call a tool of the client's, and the items with its result.
const ITEMS: &[&str] =
    &["function_call", "function_call_output", "custom_tool_call", "custom_tool_call_output"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let refuses = |param| draft.rows().iter().any(|row| row.param == param && row.verb == Verb::Refuse);
    match draft.call.dialect {
        Dialect::Chat if refuses("tools") && refuses("functions") => messages(draft),
        Dialect::Responses if refuses("tools") => items(draft),
        Dialect::Chat | Dialect::Responses => Ok(()),
    }
}

fn items(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    let list = Pointer::key("input");
    for (index, item) in draft.items(input, &list) {
        if item.get("type").and_then(View::text).is_some_and(|kind| ITEMS.contains(&&*kind)) {
            draft.refuse(ID, WHY, Change::Remove { at: list.clone().item(index) })?;
        }
    }
    Ok(())
}

fn messages(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index).cloned() else { break };
        let at = Pointer::key("messages").item(index);
        if message.role == "tool" || message.role == "function" {
            draft.refuse(ID, WHY, Change::Remove { at })?;
            continue;
        }
        let calls: Vec<&str> = CALLS.iter().copied().filter(|key| is_there(message.view.get(key))).collect();
        if !calls.is_empty() && !is_there(message.view.get("content")) {
            draft.refuse(ID, WHY, Change::Remove { at })?;
            continue;
        }
        for key in calls {
            draft.refuse(ID, WHY, Change::Remove { at: at.clone().then(key) })?;
        }
    }
    Ok(())
}

fn is_there(member: Option<View<'_>>) -> bool {
    member.is_some_and(|value| !value.is_null() && !is_empty(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::{
        Action, Policy,
        rules::testing::{refused, respond, responses, responses_with, sent, target, with},
    };

    const BODY: &str = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":"b"},{"role":"assistant","content":"c","function_call":{"name":"f","arguments":""}},{"role":"function","name":"f","content":"d"}]}"#;

    #[test]
    fn a_history_with_tools_is_refused_or_loses_them() {
        let refusal = refused("o1-preview", "v1", BODY);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (ID, "messages[1]"));
        let (body, edits) = with(ID, Action::Apply, "o1-preview", BODY).unwrap();
        assert_eq!(
            body,
            r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"c"}]}"#
        );
        assert_eq!(edits, "refuse.tool_messages;lossy;n=4");
    }

    #[test]
    fn families_with_tools_take_it() {
        assert_eq!(sent("gpt-4.1", "v1", BODY).0, BODY);
        assert!(sent("o1", "v1", BODY).1.starts_with("convert.functions"));
    }

    const INPUT: &str = r#"{"input":[{"role":"user","content":"a"},{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"b"},{"type":"custom_tool_call","call_id":"2","name":"c","input":"i"},{"type":"custom_tool_call_output","call_id":"2","output":"b"},{"type":"message","role":"assistant","content":"c"}]}"#;

    #[test]
    fn on_the_responses_api_calls_and_results_are_items() {
        let refusal = respond(&target("gpt-5-chat", "v1"), INPUT, &Policy::default()).unwrap_err();
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (ID, "input[1]"));
        let (body, edits) = responses_with(ID, Action::Apply, "gpt-5-chat", INPUT).unwrap();
        assert_eq!(
            body,
            r#"{"input":[{"role":"user","content":"a"},{"type":"message","role":"assistant","content":"c"}]}"#
        );
        assert_eq!(edits, "refuse.tool_messages;lossy;n=4");
        assert_eq!(responses_with(ID, Action::Pass, "gpt-5-chat", INPUT).unwrap().0, INPUT);
        for family in ["gpt-4.1", "gpt-5", "gpt-5-codex", "unknown"] {
            assert_eq!(responses(family, "v1", INPUT).0, INPUT, "{family}");
        }
        // What Azure's own tools did says what it did.
        let searched =
            r#"{"input":[{"type":"web_search_call","id":"ws_1","status":"completed","action":{}}]}"#;
        assert_eq!(responses("gpt-5-chat", "v1", searched).0, searched);
    }
}
