//! Asks for encrypted reasoning in the answer, where a later call cannot name objects that Azure stores. Clients send a
//! response's output back as the next input. Without encrypted content the reasoning in it is only an id.

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &["add.encrypted_reasoning"],
    summary: "Where several keys may not name each other's stored objects, a Responses call asks for its reasoning in \
              encrypted form too, so that the next call can send it back whole.",
    on: RESPONSES,
    run,
};

const ENCRYPTED: &str = "reasoning.encrypted_content";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    // Models without reasoning refuse this `include`.
    if !draft.call.stateless || draft.profile().system_role == SystemRole::System {
        return Ok(());
    }
    let at = Pointer::key("include");
    let change = match draft.get("include") {
        None => Change::Set { at, value: Raw::json(format!("[\"{ENCRYPTED}\"]")) },
        Some(ParamValue::Sent(include)) if include.kind() == Kind::Array && !names_it(include) => {
            Change::Insert { at: at.item(include.items().count()), value: Raw::string(ENCRYPTED) }
        }
        Some(_) => return Ok(()),
    };
    let why =
        "with several keys a later call cannot name this answer's reasoning, so it must be able to send it";
    draft.edit("add.encrypted_reasoning", Effect::Same, why, change)?;
    Ok(())
}

fn names_it(include: View<'_>) -> bool {
    include.items().any(|item| item.text().as_deref() == Some(ENCRYPTED))
}

#[cfg(test)]
mod tests {
    use crate::{
        call::{Dialect, Dialogue},
        translate::{
            Policy, edits_header, plan,
            rules::testing::{call, target},
        },
    };

    fn sent(family: &str, body: &str) -> (String, String) {
        let call = Dialogue { stateless: true, ..call(Dialect::Responses, body) };
        let plan = plan(&call, &target(family, "v1"), &Policy::default()).unwrap();
        let edits = plan.edits.iter().filter_map(crate::call::Edit::body_change);
        let body = String::from_utf8(crate::json::apply(plan.body(&call.body), edits).concat()).unwrap();
        (body, edits_header(&plan.edits).into_owned())
    }

    #[test]
    fn reasoning_is_asked_for_beside_whatever_else_is() {
        let added = "add.encrypted_reasoning".to_owned();
        for (body, expected) in [
            (r#"{"input":"a"}"#, r#"{"input":"a","include":["reasoning.encrypted_content"]}"#),
            (r#"{"include":[]}"#, r#"{"include":["reasoning.encrypted_content"]}"#),
            (
                r#"{"include":["file_search_call.results"]}"#,
                r#"{"include":["file_search_call.results","reasoning.encrypted_content"]}"#,
            ),
        ] {
            assert_eq!(sent("gpt-5", body), (expected.to_owned(), added.clone()));
        }
    }

    #[test]
    fn who_asks_already_and_who_does_not_reason_is_left_alone() {
        let asked = r#"{"include":["reasoning.encrypted_content"]}"#;
        assert_eq!(sent("gpt-5", asked), (asked.to_owned(), "none".to_owned()));
        assert_eq!(sent("gpt-4.1", r#"{"input":"a"}"#), (r#"{"input":"a"}"#.to_owned(), "none".to_owned()));
    }
}
