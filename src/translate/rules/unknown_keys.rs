//! Dated surfaces: keys and values that the version sent does not know are rewritten or dropped (`surfaces.toml`).

use super::{CHAT, Rule, params};
use crate::{call::Refusal, translate::Draft};

pub(super) const RULE: Rule = Rule {
    ids: &[],
    summary: "On a dated surface, keys and values that the api-version does not know are rewritten, dropped or refused \
              (`version.KEY`).",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(version) = draft.version() else { return Ok(()) };
    for row in version.unknown.iter() {
        params::apply(draft, row)?;
    }
    Ok(())
}
