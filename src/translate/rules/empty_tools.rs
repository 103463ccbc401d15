//! Empty lists of tools, which Azure refuses. They go before any rule could take them for tools.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.empty_tools"],
    summary: "An empty list of tools or functions is dropped.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for list in ["tools", "functions"] {
        if let Some(Value::Sent(tools)) = draft.get(list)
            && tools.kind() == Kind::Array
            && tools.items().next().is_none()
        {
            let why = format!("Azure refuses an empty list of {list}");
            draft.edit("drop.empty_tools", Effect::Same, why, Change::Remove { at: Pointer::key(list) })?;
        }
    }
    Ok(())
}
