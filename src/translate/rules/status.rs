//! `status` on messages and reasoning items in the input. Clients replay an answer's items with it, and Azure refuses
//! it: "Unknown parameter: 'input\[1\].status'" (litellm#13420).

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "The status of messages and reasoning items in the input is removed.",
    on: RESPONSES,
    run,
};

const ID: &str = "drop.status";
const WHY: &str =
    "Azure refuses the status of an item that is given back; it told the client how the item came to an end";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        if item.get("status").is_some() && has_no_status(item) {
            let at = Pointer::key("input").item(index).then("status");
            draft.edit(ID, Effect::Same, WHY, Change::Remove { at })?;
        }
    }
    Ok(())
}

fn has_no_status(item: View<'_>) -> bool {
    match item.get("type").and_then(View::text) {
        Some(kind) => kind == "message" || kind == "reasoning",
        None => item.get("role").is_some(),
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{responses, responses_with};

    const BODY: &str = r#"{"input":[{"role":"user","content":"a","status":"completed"},{"type":"reasoning","id":"r","summary":[],"status":null},{"type":"message","role":"assistant","id":"m","status":"completed","content":[]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"}]}"#;

    #[test]
    fn messages_and_reasoning_lose_it_and_calls_keep_it() {
        for family in ["gpt-5", "gpt-4.1", "unknown"] {
            let (body, edits) = responses(family, "v1", BODY);
            assert_eq!(
                body,
                r#"{"input":[{"role":"user","content":"a"},{"type":"reasoning","id":"r","summary":[]},{"type":"message","role":"assistant","id":"m","content":[]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}","status":"completed"}]}"#
            );
            assert_eq!(edits, "drop.status;n=3");
        }
        assert_eq!(responses_with("drop.status", Action::Pass, "gpt-5", BODY).unwrap().0, BODY);
    }

    #[test]
    fn a_text_has_no_items() {
        let body = r#"{"input":"status"}"#;
        assert_eq!(responses("gpt-5", "v1", body).0, body);
    }
}
