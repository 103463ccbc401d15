//! The ids of calls in the input of a Responses call. Azure reads in the id of a call which reasoning led to it, and
//! refuses the call without that: "Item 'fc_…' … was provided without its required 'reasoning' item: 'rs_…'"
//! (continue#12113, laravel/ai#1052). It also refuses ids of another form: "Expected an ID that begins
//! with 'fc'" (nodetool#4252). A call needs no id of its own, since its result names its `call_id`.
//!
//! Programs lose the reasoning where they cut a long history, or keep texts and calls alone. An item that the client
//! made ends an answer, so reasoning counts for the calls up to the next such item.

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "A function call or custom tool call in the input loses an id of its own that Azure would refuse: one of \
              another form, or one that asks for reasoning that is not there.",
    on: RESPONSES,
    run,
};

const ID: &str = "drop.item_id";
const ALONE: &str = "with its id Azure asks for the reasoning that led to the call, which is not there";
const FORM: &str = "Azure refuses an id of this form, and a call needs none beside its call_id";

const LONG: &str = "Azure refuses an id of more than 64 characters, and this item needs none";

/// The items that call a tool of the client's, and how their ids begin.
const CALLS: [(&str, &str); 2] = [("function_call", "fc"), ("custom_tool_call", "ctc")];

/// The longest id of an item, in characters.
const LONGEST: usize = 64;

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    // Models without reasoning have none to ask for. What Azure has stored may hold it.
    let reasons = draft.profile().system_role != SystemRole::System
        && !["previous_response_id", "conversation"].iter().any(|key| draft.has(key));
    let mut reasoned = false;
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        let kind = item.get("type").and_then(View::text).unwrap_or_default();
        let Some((_, start)) = CALLS.iter().find(|(call, _)| *call == kind) else {
            reasoned = holds_reasoning(&kind, item).unwrap_or(reasoned);
            let id = item.get("id").and_then(View::text).filter(|_| needs_no_id(&kind, item));
            if id.is_some_and(|id| id.chars().nth(LONGEST).is_some()) {
                let at = Pointer::key("input").item(index).then("id");
                draft.edit(ID, Effect::Same, LONG, Change::Remove { at })?;
            }
            continue;
        };
        let Some(id) = item.get("id") else { continue };
        let well_formed = |id: &str| id.starts_with(start) && id.chars().nth(LONGEST).is_none();
        let why = match id.text() {
            Some(id) if well_formed(&id) && (reasoned || !reasons) => continue,
            Some(id) if id.starts_with(start) => ALONE,
            _ => FORM,
        };
        let at = Pointer::key("input").item(index).then("id");
        draft.edit(ID, Effect::Same, why, Change::Remove { at })?;
    }
    Ok(())
}

/// Returns whether an item means the same without an id: a message with its role, or the output of a call.
fn needs_no_id(kind: &str, item: View<'_>) -> bool {
    match kind {
        "message" | "" => item.get("role").is_some(),
        kind => kind.ends_with("_call_output"),
    }
}

/// Returns whether calls behind an item have their reasoning before it; `None` if the item does not decide that.
fn holds_reasoning(kind: &str, item: View<'_>) -> Option<bool> {
    let starts = |key: &str, start: &str| {
        item.get(key).and_then(View::text).is_some_and(|text| text.starts_with(start))
    };
    match kind {
        "reasoning" => Some(true),
        "item_reference" if starts("id", "rs_") => Some(true),
        "message" | "" if !starts("role", "assistant") => Some(false),
        kind if kind.ends_with("_call_output") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with},
    };

    #[test]
    fn an_item_that_needs_no_id_loses_one_that_is_too_long() {
        let body = |item: &str| format!(r#"{{"input":[{{"role":"user","content":"a"}},{item}]}}"#);
        let (long, longest) = ("x".repeat(65), "x".repeat(64));
        for (before, after) in [
            (r#"{"type":"message","#, r#""role":"assistant","content":[]}"#),
            ("{", r#""role":"assistant","content":"b"}"#),
            (r#"{"type":"function_call_output","#, r#""call_id":"c","output":"7"}"#),
        ] {
            let with = |id: &str| body(&format!(r#"{before}"id":"{id}",{after}"#));
            let without = body(&format!("{before}{after}"));
            assert_eq!(responses("gpt-5.4", "v1", &with(&long)), (without, "drop.item_id".into()));
            assert_eq!(responses("gpt-5.4", "v1", &with(&longest)).0, with(&longest));
        }
        let reference = body(&format!(r#"{{"type":"item_reference","id":"{long}"}}"#));
        assert_eq!(responses("gpt-5.4", "v1", &reference).0, reference);
    }

    const USER: &str = r#"{"role":"user","content":"a"}"#;
    const THOUGHT: &str = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"e"}"#;
    const SAID: &str = r#"{"type":"message","role":"assistant","content":[]}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":"c","output":"7"}"#;

    fn call(id: &str) -> String {
        format!(r#"{{"type":"function_call",{id}"call_id":"c","name":"f","arguments":"{{}}"}}"#)
    }

    fn check(family: &str, items: &[&str], expected: &[&str], edits: &str) {
        let input = |items: &[&str]| format!(r#"{{"input":[{}]}}"#, items.join(","));
        let actual = responses(family, "v1", &input(items));
        assert_eq!(actual, (input(expected), edits.to_owned()), "{family}");
    }

    #[test]
    fn a_call_whose_reasoning_is_not_there_loses_its_id_and_no_other_does() {
        let (named, bare) = (&*call(r#""id":"fc_1","#), &*call(""));
        for family in ["gpt-5.4", "gpt-5-codex", "o3", "unknown"] {
            check(family, &[USER, named, RESULT], &[USER, bare, RESULT], "drop.item_id");
            check(family, &[USER, SAID, named, RESULT], &[USER, SAID, bare, RESULT], "drop.item_id");
            let kept = [USER, THOUGHT, SAID, named, named, RESULT, RESULT];
            check(family, &kept, &kept, "none");
            // The second answer lost what the first one has.
            let (cut, mended) =
                ([USER, THOUGHT, named, RESULT, named, RESULT], [USER, THOUGHT, named, RESULT, bare, RESULT]);
            check(family, &cut, &mended, "drop.item_id");
            check(
                family,
                &[THOUGHT, SAID, USER, named, RESULT],
                &[THOUGHT, SAID, USER, bare, RESULT],
                "drop.item_id",
            );
            let stored = [USER, r#"{"type":"item_reference","id":"rs_2"}"#, named, RESULT];
            check(family, &stored, &stored, "none");
        }
        check("gpt-4.1", &[USER, named, RESULT], &[USER, named, RESULT], "none");
        let custom =
            |id: &str| format!(r#"{{"type":"custom_tool_call",{id}"call_id":"c","name":"f","input":""}}"#);
        check("gpt-5", &[&custom(r#""id":"ctc_1","#)], &[&custom("")], "drop.item_id");
    }

    #[test]
    fn an_id_of_another_form_goes_whatever_stands_before_it() {
        let long = format!(r#""id":"fc_{}","#, "x".repeat(62));
        for id in
            [r#""id":"call_1","#, r#""id":"FAKE_ID","#, r#""id":"","#, r#""id":null,"#, r#""id":7,"#, &long]
        {
            check("gpt-4.1", &[THOUGHT, &call(id), RESULT], &[THOUGHT, &call(""), RESULT], "drop.item_id");
        }
    }

    #[test]
    fn what_azure_stored_may_have_the_reasoning_and_a_policy_may_keep_the_id() {
        let stored = format!(r#"{{"previous_response_id":"resp_1","input":[{}]}}"#, call(r#""id":"fc_1","#));
        assert_eq!(responses("gpt-5", "v1", &stored), (stored.clone(), "none".into()));
        let alone = format!(r#"{{"input":[{}]}}"#, call(r#""id":"fc_1","#));
        assert_eq!(responses_with("drop.item_id", Action::Pass, "gpt-5", &alone).unwrap().0, alone);
    }
}
