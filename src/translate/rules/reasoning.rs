//! Reasoning in the input of a Responses call, where the model does not take back that of every answer: "Conflicting
//! authenticated continuation identities" (hermes-agent#106718). A chat call that crosses has left it behind on the
//! way.
//!
//! An input does not mark where an answer begins. Items that the client made stand between two answers: a message that
//! is not the assistant's, a tool's result, an approval. So the items between two of these count as one answer.

use std::borrow::Cow;

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal, ReplayedReasoning},
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "Reasoning that the model does not take back is removed from the input of a Responses call: the reasoning \
              of all answers but the newest, or all of it.",
    on: RESPONSES,
    run,
};

const ID: &str = "drop.reasoning";

/// Why a message loses its id together with its reasoning.
pub(super) const BOUND: &str = "an id binds what the model said to its reasoning, which is gone";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    let (why, kept) = match draft.profile().replayed_reasoning {
        ReplayedReasoning::All | ReplayedReasoning::Turn => return Ok(()),
        ReplayedReasoning::Last => (
            "this model takes back the reasoning of one answer alone, and this is not the newest",
            newest(input),
        ),
        ReplayedReasoning::None => ("Azure does not take this reasoning back", None),
    };
    let (mut answer, mut bereft) = (0, false);
    for (index, item) in input.items().enumerate() {
        let at = Pointer::key("input").item(index);
        let kind = kind(item);
        if is_clients(&kind, item) {
            (answer, bereft) = (answer + 1, false);
        } else if kind == "reasoning" && Some(answer) != kept {
            bereft |= draft.edit(ID, Effect::Lossy, why, Change::Remove { at })?;
        } else if bereft && kind == "message" && item.get("id").is_some() {
            // A message needs no id. With it Azure finds the one that it stored, and refuses it alone: "Item … of type
            // 'message' was provided without its required 'reasoning' item" (continue#11994). `item_ids` sees to calls.
            draft.edit(ID, Effect::Same, BOUND, Change::Remove { at: at.then("id") })?;
        }
    }
    Ok(())
}

/// The newest answer that holds reasoning, by the number of items before it that the client made.
fn newest(input: View<'_>) -> Option<usize> {
    let (mut answer, mut newest) = (0, None);
    for item in input.items() {
        let kind = kind(item);
        if is_clients(&kind, item) {
            answer += 1;
        } else if kind == "reasoning" {
            newest = Some(answer);
        }
    }
    newest
}

/// Returns the type of an item. A message may omit it.
pub(super) fn kind(item: View<'_>) -> Cow<'_, str> {
    match item.get("type").filter(|kind| !kind.is_null()) {
        Some(kind) => kind.text().unwrap_or_default(),
        None if item.get("role").is_some() => "message".into(),
        None => Cow::default(),
    }
}

/// Returns whether the client made the item. Such an item is not part of an answer.
pub(super) fn is_clients(kind: &str, item: View<'_>) -> bool {
    match kind {
        "message" => item.get("role").and_then(View::text).as_deref() != Some("assistant"),
        "mcp_approval_response" => true,
        kind => kind.ends_with("_call_output"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        catalog::Profile,
        translate::{
            Action, Lossy, Policy, Target,
            rules::testing::{respond, responses, responses_with, target},
        },
    };

    const USER: &str = r#"{"role":"user","content":"a"}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":"c","output":"7"}"#;
    const SAID: &str = r#"{"type":"message","role":"assistant","id":"msg_1","content":[]}"#;
    const NAMELESS: &str = r#"{"type":"message","role":"assistant","content":[]}"#;
    const CALLED: &str = r#"{"type":"function_call","call_id":"c","id":"fc_1","name":"f","arguments":"{}"}"#;
    const CALLED_NAMELESS: &str = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#;
    const SEARCH: &str = r#"{"type":"web_search_call","id":"ws_1","status":"completed","action":{}}"#;

    fn thought(id: u8) -> String {
        format!(r#"{{"type":"reasoning","id":"rs_{id}","summary":[],"encrypted_content":"e"}}"#)
    }

    fn input(items: &[&str]) -> String {
        format!(r#"{{"input":[{}]}}"#, items.join(","))
    }

    fn check(items: &[&str], expected: &[&str]) {
        let (body, edits) = responses("gpt-6-astra", "v1", &input(items));
        assert_eq!(body, input(expected));
        assert_eq!(edits.contains("drop.reasoning;lossy"), items.len() != expected.len(), "{edits}");
    }

    #[test]
    fn the_reasoning_of_the_newest_answer_stays_and_older_goes_with_the_ids_that_would_ask_for_it() {
        let (a, b, c) = (&*thought(1), &*thought(2), &*thought(3));
        check(&[USER, a, SAID, USER, b, SAID, USER], &[USER, NAMELESS, USER, b, SAID, USER]);
        check(
            &[USER, a, CALLED, RESULT, b, CALLED, RESULT],
            &[USER, CALLED_NAMELESS, RESULT, b, CALLED, RESULT],
        );
        // The reasoning belongs to one answer, whatever stands between.
        check(&[USER, a, SEARCH, b, SAID, c, CALLED, RESULT], &[USER, a, SEARCH, b, SAID, c, CALLED, RESULT]);
        check(&[a, SEARCH, b, SAID, USER, c, SAID], &[SEARCH, NAMELESS, USER, c, SAID]);
        // The newest answer that has any; what stood before the reasoning is not bound to it.
        check(
            &[SAID, a, CALLED, RESULT, b, SAID, USER, SAID],
            &[SAID, CALLED_NAMELESS, RESULT, b, SAID, USER, SAID],
        );
        check(&[USER, a, SAID, RESULT], &[USER, a, SAID, RESULT]);
        check(&[USER, SAID, USER], &[USER, SAID, USER]);
    }

    #[test]
    fn every_item_that_a_client_made_ends_an_answer() {
        let (a, b) = (&*thought(1), &*thought(2));
        for item in [
            r#"{"type":"message","role":"developer","content":"x"}"#,
            r#"{"type":null,"role":"user","content":"x"}"#,
            r#"{"type":"custom_tool_call_output","call_id":"c","output":"x"}"#,
            r#"{"type":"computer_call_output","call_id":"c","output":{}}"#,
            r#"{"type":"mcp_approval_response","approval_request_id":"m","approve":true}"#,
        ] {
            check(&[a, SAID, item, b, SAID], &[NAMELESS, item, b, SAID]);
        }
    }

    #[test]
    fn models_that_take_more_get_all_of_it_and_those_that_take_none_get_none() {
        let (a, b) = (&*thought(1), &*thought(2));
        let items = input(&[USER, a, SAID, USER, b, SAID, USER]);
        for family in ["gpt-5", "gpt-6.1", "gpt-4.1", "unknown"] {
            assert_eq!(responses(family, "v1", &items).0, items, "{family}");
        }
        let stripped = target("gpt-6-astra", "v1").without_replayed_reasoning();
        let sent = respond(&stripped, &items, &Policy::default()).unwrap();
        assert_eq!(sent.body, input(&[USER, NAMELESS, USER, NAMELESS, USER]));
        let profile = Profile { replayed_reasoning: ReplayedReasoning::Last, ..(*stripped.profile).clone() };
        let last = Target { profile: profile.into(), ..stripped };
        for body in [r#"{"input":"reasoning"}"#, "{}", r#"{"input":[7,null,{"type":7}]}"#] {
            assert_eq!(respond(&last, body, &Policy::default()).unwrap().body, body);
        }
    }

    #[test]
    fn a_policy_keeps_it_or_refuses_the_call() {
        let items = input(&[USER, &thought(1), SAID, USER, &thought(2), SAID, USER]);
        let passed = responses_with(ID, Action::Pass, "gpt-6-astra", &items).unwrap();
        assert_eq!(passed, (items.clone(), "none".to_owned()));
        let strictly = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
        let refusal = respond(&target("gpt-6-astra", "v1"), &items, &strictly).unwrap_err();
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (ID, "input[1]"));
    }

    #[test]
    fn an_item_that_is_gone_is_not_mended_first() {
        let old = thought(1).replace(r#""summary""#, r#""status":"completed","summary""#);
        let (body, edits) =
            responses("gpt-6-astra", "v1", &input(&[USER, &old, NAMELESS, USER, &thought(2), NAMELESS]));
        assert_eq!(body, input(&[USER, NAMELESS, USER, &thought(2), NAMELESS]));
        assert_eq!(edits, "drop.reasoning;lossy");
    }
}
