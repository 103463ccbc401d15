//! Models that Azure serves on the Responses API alone cannot be reached by a chat call.

use super::{CHAT, Rule};
use crate::{
    call::{Operation, Refusal},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.operation"],
    summary: "A chat call to a family that Azure serves on the Responses API alone is refused.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.profile().operations.contains(&Operation::Chat) {
        return Ok(());
    }
    let why = "Azure serves this model on the Responses API alone: call /v1/responses on Azure itself, or choose a \
               model that serves chat completions.";
    draft.refuse_outright("refuse.operation", "model", why)
}
