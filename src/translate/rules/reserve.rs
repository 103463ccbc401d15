//! Reasoning is paid out of `max_completion_tokens` first, so a small `max_tokens` copied over leaves no room for text.
//! An operator can reserve tokens for reasoning; they also count when Azure admits the call against its token limit.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer, Raw, text},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["reserve.reasoning"],
    summary: "With `reasoning_reserve` set, a cap that was renamed from max_tokens is raised by it, up to the family's \
              limit.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let reserve = draft.target.reasoning_reserve;
    if reserve == 0 || !draft.has_edit("rename.max_tokens") {
        return Ok(());
    }
    let Some(scalar @ Scalar::Number(_)) =
        draft.get("max_completion_tokens").and_then(|value| value.scalar())
    else {
        return Ok(());
    };
    let Some(cap) = text::whole(&scalar.json()) else { return Ok(()) };
    let limit = draft.profile().context.output.unwrap_or(u64::MAX);
    let raised = cap.saturating_add(reserve).min(limit);
    if raised > cap {
        let why = format!("{reserve} tokens are reserved for reasoning, which is paid out of the same cap");
        let change =
            Change::Set { at: Pointer::key("max_completion_tokens"), value: Raw::json(raised.to_string()) };
        draft.edit("reserve.reasoning", Effect::Same, why, change)?;
    }
    Ok(())
}
