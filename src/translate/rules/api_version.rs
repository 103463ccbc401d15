//! Dated surfaces: the api-version is raised to the oldest one that serves the family, never lowered. It is settled
//! first, since what the version knows decides on roles and keys.

use super::{CHAT, Rule};
use crate::{call::Refusal, translate::Draft};

pub(super) const RULE: Rule = Rule {
    ids: &["raise.api_version"],
    summary: "On a dated surface the api-version is raised to the oldest one that serves the family.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(oldest) = &draft.target.raised else { return Ok(()) };
    let why = format!("Azure serves this model from api-version {} on", oldest.name);
    draft.raise_version("raise.api_version", oldest, why)
}
