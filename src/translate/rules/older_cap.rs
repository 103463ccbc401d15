//! Renames the cap on an answer to its older name.

use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer},
    translate::Draft,
};

/// Gives the cap its older name, which means the same for a family that takes both.
pub(super) fn rename(draft: &mut Draft<'_>, why: &'static str) -> Result<(), Refusal> {
    const ID: &str = "rename.max_completion_tokens";
    if draft.is_null("max_tokens") {
        draft.edit(ID, Effect::Same, why, Change::Remove { at: Pointer::key("max_tokens") })?;
    }
    let change = Change::Rename { from: Pointer::key("max_completion_tokens"), to: "max_tokens".to_owned() };
    draft.edit(ID, Effect::Same, why, change)?;
    Ok(())
}
