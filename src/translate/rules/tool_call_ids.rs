//! Ids of tool calls that are longer than Azure takes: other vendors, gateways and the Responses API make longer ones,
//! and a conversation may come from there. The call and its result get the same shorter one, in every call anew.

use super::rule::{BOTH, Rule};
use crate::{
    bridge::tool_call_id::{LONGEST_IN_CHAT, LONGEST_IN_RESPONSES, shortened},
    call::{Dialect, Effect, Refusal},
    json::{Change, Pointer, Raw, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "The id of a tool call that is longer than Azure takes, 40 characters in chat and 64 on the Responses \
              API, is shortened, in the call and in its result alike.",
    on: BOTH,
    run,
};

const ID: &str = "shorten.tool_call_id";
const IN_CHAT: &str = "Azure takes ids of tool calls of 40 characters at most, and refuses longer ones";
const IN_RESPONSES: &str = "Azure takes a call_id of 64 characters at most, and refuses longer ones";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (found, why) = match draft.call.dialect {
        Dialect::Chat => (in_messages(draft), IN_CHAT),
        Dialect::Responses => (in_items(draft), IN_RESPONSES),
    };
    for (at, id) in found {
        draft.edit(ID, Effect::Same, why, Change::Set { at, value: Raw::string(&id) })?;
    }
    Ok(())
}

/// Returns the places of too long ids in chat messages, and their shorter forms.
fn in_messages(draft: &Draft<'_>) -> Vec<(Pointer, String)> {
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

/// Returns the places of too long ids in the items of an input, whatever their type, and their shorter forms.
fn in_items(draft: &Draft<'_>) -> Vec<(Pointer, String)> {
    let Some(input) = draft.call.body.root().get("input") else { return Vec::new() };
    let list = Pointer::key("input");
    let items = draft.items(input, &list).into_iter();
    let shorter = |(index, item): (usize, View<'_>)| {
        let id = shortened(&item.get("call_id")?.text()?, LONGEST_IN_RESPONSES)?;
        Some((list.clone().item(index).then("call_id"), id))
    };
    items.filter_map(shorter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with, sent, strictly, with},
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

    #[test]
    fn on_responses_too_whatever_calls_and_whatever_the_order() {
        let input = |first: &str, second: &str| {
            let item =
                |kind: &str, id: &str, more: &str| format!(r#"{{"type":"{kind}","call_id":"{id}",{more}}}"#);
            let items = [
                item("function_call", first, r#""name":"f","arguments":"{}""#),
                item("custom_tool_call", second, r#""name":"g","input":"i""#),
                item("custom_tool_call_output", second, r#""output":"b""#),
                item("function_call_output", first, r#""output":"a""#),
                item("local_shell_call_output", first, r#""output":"a""#),
            ];
            format!(r#"{{"input":[{}]}}"#, items.join(","))
        };
        let (a, b) = ("é".repeat(1323) + "a", "é".repeat(1323) + "b");
        let short = |id: &str| shortened(id, LONGEST_IN_RESPONSES).unwrap();
        for family in ["gpt-5.4", "gpt-5-codex", "unknown"] {
            let expected = (input(&short(&a), &short(&b)), "shorten.tool_call_id;n=5".to_owned());
            assert_eq!(responses(family, "v1", &input(&a, &b)), expected, "{family}");
        }
        let kept = input(&"x".repeat(64), &short(&a));
        assert_eq!(responses("gpt-5.4", "v1", &kept), (kept.clone(), "none".into()));
        let long = input(&a, &b);
        assert_eq!(responses_with(ID, Action::Pass, "gpt-5.4", &long).unwrap().0, long);
        assert_eq!(responses("gpt-5.4", "v1", r#"{"input":"x"}"#).1, "none");
    }
}
