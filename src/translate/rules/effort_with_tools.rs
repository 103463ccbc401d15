//! Function tools beside a reasoning effort: from gpt-5.4 on a chat call takes them only while the effort is `none`,
//! and some models have no `none`. The exact boundary differs by host and source, so `none` is always said out loud.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::{Effort, Scalar, ToolsWithEffort},
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["none.reasoning_effort", "refuse.tools_with_effort"],
    summary: "Where a family takes function tools only without reasoning, the effort is set to none; where it has no \
              such effort, the call is refused.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.profile().tools_with_effort == ToolsWithEffort::Any || !draft.function_tools() {
        return Ok(());
    }
    if draft.profile().tools_with_effort == ToolsWithEffort::Never {
        let why = "Azure serves function tools for this model on the Responses API alone: choose another model, or \
                   call without tools";
        draft.refuse("refuse.tools_with_effort", why, Change::Remove { at: Pointer::key("tools") })?;
        return Ok(());
    }
    let none = Scalar::Text(Effort::None.name().to_owned());
    let sent = draft.get("reasoning_effort").and_then(|value| value.scalar());
    if sent.as_ref() == Some(&none) {
        return Ok(());
    }
    let unchanged = draft.effective("reasoning_effort") == Some(none);
    let effect = if unchanged { Effect::Same } else { Effect::Lossy };
    let why = "in a chat call this model takes function tools only with reasoning_effort none; send no tools, or \
               allow this, or use the Responses API to have both";
    let change =
        Change::Set { at: Pointer::key("reasoning_effort"), value: Raw::string(Effort::None.name()) };
    draft.edit("none.reasoning_effort", effect, why, change)?;
    Ok(())
}
