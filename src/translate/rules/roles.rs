//! `system` and `developer`: one of them in a call, and one that the family and the api-version know.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["rename.role"],
    summary: "system and developer messages get the one role that the family and the api-version know.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let has = |role| draft.messages.iter().any(|message| message.role == role);
    let (system, developer) = (has("system"), has("developer"));
    let role = match draft.profile().system_role {
        SystemRole::System if developer => "system",
        SystemRole::Any if developer && system => "system",
        SystemRole::Developer | SystemRole::Any if developer && !draft.knows_developer_role() => "system",
        // `system` alone is taken as it is by every family that has `developer`.
        SystemRole::Developer if developer && system => "developer",
        SystemRole::System | SystemRole::Developer | SystemRole::Any | SystemRole::MergeIntoUser => {
            return Ok(());
        }
    };
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index) else { break };
        if message.role != role && (message.role == "system" || message.role == "developer") {
            let why =
                format!("Azure takes instructions for this model as `{role}`, and one such role in a call");
            let at = Pointer::key("messages").item(index).then("role");
            draft.edit("rename.role", Effect::Same, why, Change::Set { at, value: Raw::string(role) })?;
        }
    }
    Ok(())
}
