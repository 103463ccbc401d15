//! Ids of tool calls that are longer than chat completions take: other vendors and the Responses API make longer ones,
//! and a conversation may come from there. The call and its result get the same shorter one.

use super::rule::{CHAT, Rule};
use crate::{
    bridge::tool_call_id::{LONGEST_IN_CHAT, shortened},
    call::{Effect, Refusal},
    json::{Change, Pointer, Raw, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "The id of a tool call that is longer than Azure takes, 40 characters, is shortened, in the call and in \
              its result alike.",
    on: CHAT,
    run,
};

const ID: &str = "shorten.tool_call_id";
const WHY: &str = "Azure takes ids of tool calls of 40 characters at most, and refuses longer ones";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for (at, id) in too_long(draft) {
        draft.edit(ID, Effect::Same, WHY, Change::Set { at, value: Raw::string(&id) })?;
    }
    Ok(())
}

/// Returns the places of too long ids, and their shorter forms.
fn too_long(draft: &Draft<'_>) -> Vec<(Pointer, String)> {
    let shorter = |id: Option<View<'_>>| shortened(&id?.text()?, LONGEST_IN_CHAT);
    let mut found = Vec::new();
    for (index, message) in draft.messages.iter().enumerate().filter(|(_, message)| !message.removed) {
        if let Some(id) = shorter(message.view.get("tool_call_id")) {
            found.push((draft.message_pointer(index).then("tool_call_id"), id));
        }
        for (call, made) in message.view.get("tool_calls").into_iter().flat_map(View::items).enumerate() {
            if let Some(id) = shorter(made.get("id")) {
                found.push((draft.message_pointer(index).then("tool_calls").item(call).then("id"), id));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::{
        Action,
        rules::testing::{sent, strictly, with},
    };

    fn body(first: &str, second: &str) -> String {
        let call = |id: &str| {
            format!(r#"{{"id":"{id}","type":"function","function":{{"name":"f","arguments":"{{}}"}}}}"#)
        };
        format!(
            r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":null,"tool_calls":[{},{}]}},{{"role":"tool","tool_call_id":"{second}","content":"b"}},{{"role":"tool","tool_call_id":"{first}","content":"c"}}]}}"#,
            call(first),
            call(second),
        )
    }

    #[test]
    fn call_and_result_get_the_same_shorter_id_whatever_the_family() {
        let (a, b) = ("x".repeat(59) + "a", "x".repeat(59) + "b");
        let short = |id: &str| shortened(id, LONGEST_IN_CHAT).unwrap();
        for family in ["gpt-4.1", "gpt-35-turbo", "o1", "gpt-5", "model-router", "unknown"] {
            let expected = (body(&short(&a), &short(&b)), "shorten.tool_call_id;n=4".to_owned());
            assert_eq!(sent(family, "v1", &body(&a, &b)), expected, "{family}");
            assert_eq!(strictly(family, "v1", &body(&a, &b)).unwrap(), expected, "{family}");
        }
        assert_eq!(sent("gpt-4.1", "v1", &body(&"x".repeat(40), "y")).1, "none");
    }

    #[test]
    fn what_another_rule_takes_out_is_not_looked_at_and_a_policy_may_leave_it() {
        let body = body(&"x".repeat(41), "y");
        let (_, edits) = with("refuse.tool_messages", Action::Apply, "o1-preview", &body).unwrap();
        assert_eq!(edits, "refuse.tool_messages;lossy;n=3");
        assert_eq!(with(ID, Action::Pass, "gpt-4.1", &body).unwrap(), (body, "none".into()));
    }
}
