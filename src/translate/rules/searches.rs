//! Searches of the web in the input of a Responses call, where several callers share a resource. The item of a search
//! has no results: Azure finds them by the item's id, and would find those of another caller, too. Coding agents send
//! every item back (Codex), so the search is left out instead of the call refused.
//!
//! The reasoning right before a search led to it, and goes with it: Azure refuses reasoning "without its required
//! following item". A message behind them loses its id, by which Azure would ask for the reasoning.

use super::{
    reasoning::{BOUND, is_clients, kind},
    rule::{RESPONSES, Rule},
};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "Where several keys may not name each other's stored objects, an earlier search of the web is removed from \
              the input of a Responses call, with the reasoning that led to it.",
    on: RESPONSES,
    run,
};

const ID: &str = "drop.search_call";
const WHY: &str =
    "Azure finds the results of a search by its id, and with several keys it could be another caller's";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.call.stateless {
        return Ok(());
    }
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    // The reasoning items since the last item of another type, and whether this answer lost some.
    let (mut reasoning, mut bereft) = (Vec::new(), false);
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        let at = Pointer::key("input").item(index);
        let kind = kind(item);
        match &*kind {
            "reasoning" if !is_search(item) => {
                reasoning.push(at);
                continue;
            }
            _ if is_search(item) => {
                bereft |= !reasoning.is_empty();
                for at in reasoning.drain(..).chain([at.clone()]) {
                    // The id must not reach Azure, whatever a policy says.
                    if !draft.edit(ID, Effect::Lossy, WHY, Change::Remove { at })? {
                        let param = Pointer::key("input").item(index).to_string();
                        return Err(draft.refusal(ID, &param, WHY));
                    }
                }
            }
            kind if is_clients(kind, item) => bereft = false,
            "message" if bereft && item.get("id").is_some() => {
                draft.edit(ID, Effect::Same, BOUND, Change::Remove { at: at.then("id") })?;
            }
            _ => {}
        }
        reasoning.clear();
    }
    Ok(())
}

/// Returns whether an item is a search by any of its types: of a repeated member Azure may read either.
fn is_search(item: View<'_>) -> bool {
    item.members().any(|(key, kind)| key == "type" && kind.text().as_deref() == Some("web_search_call"))
}

#[cfg(test)]
mod tests {
    use crate::{
        call::{Dialect, Dialogue},
        json,
        translate::{
            Action, Policy, PolicyLayer, edits_header, plan,
            rules::testing::{call, target},
        },
    };

    const USER: &str = r#"{"role":"user","content":"a"}"#;
    const SEARCH: &str = r#"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search","query":"q"}}"#;
    const THOUGHT: &str = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"e"}"#;
    const CALL: &str = r#"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}"#;
    const RESULT: &str = r#"{"type":"function_call_output","call_id":"c","output":"7"}"#;
    const SAID: &str = r#"{"type":"message","role":"assistant","id":"msg_1","content":[]}"#;
    const NAMELESS: &str = r#"{"type":"message","role":"assistant","content":[]}"#;

    fn sent(items: &[&str], stateless: bool, policy: &Policy<'_>) -> Result<(String, String), String> {
        let include = r#""include":["reasoning.encrypted_content"]"#;
        let body = format!(r#"{{"input":[{}],{include}}}"#, items.join(","));
        let call = Dialogue { stateless, ..call(Dialect::Responses, &body) };
        let plan = plan(&call, &target("gpt-5-codex", "v1"), policy).map_err(|refusal| refusal.param)?;
        let sent = json::apply(plan.body(&call.body), plan.changes()).concat();
        let body = String::from_utf8(sent).unwrap();
        let body = body.strip_prefix(r#"{"input":["#).unwrap();
        let items = body.split_once(&format!("],{include}")).unwrap().0.to_owned();
        Ok((items, edits_header(&plan.edits).into_owned()))
    }

    #[test]
    fn a_search_goes_with_the_reasoning_that_led_to_it_and_everything_else_stays() {
        for (items, left, edits) in [
            (&[USER, SEARCH, CALL, RESULT][..], &[USER, CALL, RESULT][..], "drop.search_call;lossy"),
            (&[USER, THOUGHT, SEARCH, CALL, RESULT], &[USER, CALL, RESULT], "drop.search_call;lossy;n=2"),
            (
                &[USER, THOUGHT, SEARCH, THOUGHT, CALL, RESULT],
                &[USER, THOUGHT, CALL, RESULT],
                "drop.search_call;lossy;n=2",
            ),
            (&[USER, THOUGHT, SEARCH, SAID], &[USER, NAMELESS], "drop.search_call;lossy;n=3"),
            (&[USER, THOUGHT, SEARCH, USER, SAID], &[USER, USER, SAID], "drop.search_call;lossy;n=2"),
            (&[USER, THOUGHT, CALL, RESULT], &[USER, THOUGHT, CALL, RESULT], "none"),
        ] {
            let (body, header) = sent(items, true, &Policy::default()).unwrap();
            assert_eq!((body, header), (left.join(","), edits.to_owned()));
        }
        let alone = sent(&[USER, THOUGHT, SEARCH], false, &Policy::default()).unwrap();
        assert_eq!(alone, ([USER, THOUGHT, SEARCH].join(","), "none".to_owned()));
    }

    #[test]
    fn no_policy_lets_the_id_through() {
        for action in [Action::Pass, Action::Refuse] {
            let layer =
                PolicyLayer { rules: [("drop.search_call".into(), action)].into(), ..PolicyLayer::default() };
            let policy = Policy { layers: [Some(&layer), None, None], ..Policy::default() };
            assert_eq!(sent(&[USER, SEARCH], true, &policy).unwrap_err(), "input[1]");
        }
    }
}
