//! Tool calls and their results in the history, for families that have no tools at all: "'messages\[1\].role' does not
//! support 'tool' with this model".

use super::{CHAT, Rule, empty_lists::is_empty};
use crate::{
    call::Refusal,
    catalog::Verb,
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.tool_messages"],
    summary: "Tool calls and results in the history are refused for families without tools; a policy of `apply` drops \
              them.",
    on: CHAT,
    run,
};

const ID: &str = "refuse.tool_messages";
const WHY: &str = "this model has no tools, so it takes no tool calls and results in the history: choose a model that \
                   calls tools, or put the results into the text";
/// The members of an assistant's message that call something.
const CALLS: &[&str] = &["tool_calls", "function_call"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let refuses =
        |param| draft.profile().chat.iter().any(|row| row.param == param && row.verb == Verb::Refuse);
    if !refuses("tools") || !refuses("functions") {
        return Ok(());
    }
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
        Action,
        rules::testing::{refused, sent, with},
    };

    const BODY: &str = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]},{"role":"tool","tool_call_id":"1","content":"b"},{"role":"assistant","content":"c","function_call":{"name":"f"}},{"role":"function","name":"f","content":"d"}]}"#;

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
}
