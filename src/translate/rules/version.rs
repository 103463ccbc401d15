//! Dated surfaces: the api-version is raised to the oldest one that serves the family, never lowered; keys and values
//! that the version sent does not know are rewritten or dropped (`surfaces.toml`).

use super::{CHAT, Rule, params};
use crate::{call::Refusal, translate::Draft};

pub(super) const RULE: Rule = Rule {
    ids: &["raise.api_version"],
    summary: "On a dated surface the api-version is raised to the family's oldest, and what it does not know is \
              rewritten or dropped.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let target = draft.target;
    if let Some(oldest) = &target.raised {
        let why = format!("Azure serves this model from api-version {oldest} on");
        draft.raise_version("raise.api_version", oldest, why)?;
    }
    for row in target.unknown_to_version.iter() {
        params::apply(draft, row)?;
    }
    Ok(())
}
