//! `system` and `developer`: a call uses one of them, and the family and the api-version must know it.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["rename.role"],
    summary: "system and developer messages get the one role that the family and the api-version know.",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let has = |role| draft.messages.iter().any(|message| message.role == role);
    let (system, developer) = (has("system"), has("developer"));
    let role = match draft.profile().system_role {
        // azgate does not know whether an unknown family takes both in one call.
        SystemRole::Any if !draft.profile().is_known() => return Ok(()),
        SystemRole::System if developer => "system",
        SystemRole::DeveloperOnly if system => "developer",
        SystemRole::Any if developer && system => "system",
        SystemRole::Developer | SystemRole::Any if developer && !draft.knows_developer_role() => "system",
        // `system` alone is taken as it is by every family that has `developer`.
        SystemRole::Developer if developer && system => "developer",
        SystemRole::System
        | SystemRole::Developer
        | SystemRole::DeveloperOnly
        | SystemRole::Any
        | SystemRole::MergeIntoUser => return Ok(()),
    };
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index) else { break };
        if message.role != role && (message.role == "system" || message.role == "developer") {
            let why =
                format!("Azure takes instructions for this model as `{role}`, and one such role in a call");
            let at = draft.message_pointer(index).then("role");
            draft.edit("rename.role", Effect::Same, why, Change::Set { at, value: Raw::string(role) })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{responses, sent};

    const BOTH: &str = r#"{"messages":[{"role":"system","content":"a"},{"role":"user","content":"b"},{"role":"developer","content":"c"}]}"#;

    #[test]
    fn one_role_carries_the_instructions_wherever_they_stand() {
        let role = |role| {
            format!(
                r#"{{"messages":[{{"role":"{role}","content":"a"}},{{"role":"user","content":"b"}},{{"role":"{role}","content":"c"}}]}}"#
            )
        };
        assert_eq!(sent("gpt-4.1", "v1", BOTH), (role("system"), "rename.role".into()));
        assert_eq!(sent("gpt-5", "v1", BOTH), (role("developer"), "rename.role".into()));
        assert_eq!(sent("model-router", "v1", BOTH).0, role("system"));
        assert_eq!(sent("unknown", "v1", BOTH).0, BOTH);
    }

    #[test]
    fn on_responses_the_messages_stand_among_other_items() {
        let input = |role: &str| {
            format!(
                r#"{{"instructions":"x","input":[{{"type":"reasoning","id":"r"}},{{"role":"{role}","content":"a"}},{{"type":"message","role":"developer","content":"b"}},{{"type":"item_reference","id":"i"}}]}}"#
            )
        };
        let expected = (input("developer"), "rename.role".to_owned());
        assert_eq!(responses("gpt-5", "v1", &input("system")), expected);
        let body = r#"{"input":"hello"}"#;
        assert_eq!(responses("gpt-5", "v1", body).1, "none");
    }

    #[test]
    fn one_role_alone_is_left_where_it_is_known() {
        for family in ["gpt-5", "o1", "model-router"] {
            for role in ["system", "developer"] {
                let body = format!(r#"{{"messages":[{{"role":"{role}","content":"a"}}]}}"#);
                assert_eq!(sent(family, "v1", &body).0, body, "{family}");
            }
        }
    }

    #[test]
    fn an_api_version_without_developer_gets_system() {
        let body = r#"{"messages":[{"role":"developer","content":"a"}]}"#;
        let expected = r#"{"messages":[{"role":"system","content":"a"}]}"#;
        assert_eq!(sent("model-router", "2024-10-21", body).0, expected);
        assert_eq!(sent("gpt-4.1", "2024-10-21", body).0, expected);
        assert_eq!(sent("model-router", "2024-12-01-preview", body).0, body);
    }
}
