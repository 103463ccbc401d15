//! `max_tokens` and `max_completion_tokens` in one call: Azure takes one of them, and the newer one wins.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.max_tokens"],
    summary: "Of max_tokens and max_completion_tokens in one call the latter wins.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (Some(old), Some(new)) = (draft.get("max_tokens"), draft.get("max_completion_tokens")) else {
        return Ok(());
    };
    let effect = if old.scalar() == new.scalar() { Effect::Same } else { Effect::Lossy };
    let why = "max_tokens and max_completion_tokens cannot be set together; max_completion_tokens is kept";
    draft.edit("drop.max_tokens", effect, why, Change::Remove { at: Pointer::key("max_tokens") })?;
    Ok(())
}
