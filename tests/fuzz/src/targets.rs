//! Deployments of every family on every kind of surface.

use std::sync::{Arc, LazyLock};

use azgate::{
    call::Dialect,
    catalog::{Catalog, Profile, Surfaces},
    translate::{Action, Lossy, OnToolsWithEffort, PolicyLayer, RULES, Summary, Target, TargetOptions},
};

use crate::choices::Choices;

/// The name of every deployment. The golden cases call it.
pub const DEPLOYMENT: &str = "alias";

const SURFACES: [&str; 6] =
    ["v1", "2023-05-15", "2024-02-01", "2024-10-21", "2024-12-01-preview", "2025-04-01-preview"];

/// The known families, and last the unknown family.
static FAMILIES: LazyLock<Vec<Arc<Profile>>> = LazyLock::new(|| {
    let catalog = Catalog::embedded();
    catalog.families().cloned().chain([catalog.unknown()]).collect()
});

/// Returns a deployment.
pub fn target(choices: &mut Choices<'_>) -> Target {
    static TABLE: LazyLock<Surfaces> = LazyLock::new(Surfaces::embedded);
    let profile = choices.of(&FAMILIES).clone();
    let surface = choices.of(&SURFACES).parse().expect("a surface of the list");
    let (options, bridging) = (choices.byte(), choices.byte());
    let profile = match bridging & 3 {
        0 => alone(&profile, Dialect::Responses),
        1 => alone(&profile, Dialect::Chat),
        _ => profile,
    };
    let with_effort = [
        OnToolsWithEffort::Bridge,
        OnToolsWithEffort::Bridge,
        OnToolsWithEffort::EffortNone,
        OnToolsWithEffort::Refuse,
    ];
    Target {
        resource: "main".into(),
        options: TargetOptions {
            markdown: options & 1 == 1,
            reasoning_reserve: if options & 2 == 2 { 1000 } else { 0 },
            normalize_stream: None,
            collect: options & 4 == 4,
            tools_with_effort: with_effort[usize::from(bridging >> 6)],
            reasoning_summary: (bridging & 16 == 16).then_some(Summary::Auto),
            cut_at_stop: bridging & 4 == 4,
            fan_out: (bridging & 8 == 8).then_some(4),
            names_in_text: options & 8 == 8,
            data_sources_identity: options & 16 == 16,
        },
        ..Target::new(DEPLOYMENT, profile, surface, &TABLE)
    }
}

/// Returns the family as if Azure served it in this dialect only.
fn alone(profile: &Arc<Profile>, dialect: Dialect) -> Arc<Profile> {
    let dialects = if profile.is_known() { vec![dialect] } else { Vec::new() };
    Arc::new(Profile { dialects, ..Profile::clone(profile) })
}

/// Returns what a caller accepts as loss, and a policy layer that gives some rules an action.
pub fn policy(choices: &mut Choices<'_>) -> (Option<Lossy>, PolicyLayer) {
    let word = [None, None, Some(Lossy::Refuse), Some(Lossy::Allow)];
    let call = *choices.of(&word);
    let ids: Vec<&str> = RULES.iter().flat_map(|rule| rule.ids.iter().copied()).collect();
    let named = choices.byte();
    let count = if named & 1 == 0 { 0 } else { usize::from(named >> 5) };
    let actions = [Action::Apply, Action::Refuse, Action::Pass];
    let rules = (0..count).map(|_| ((*choices.of(&ids)).to_owned(), *choices.of(&actions)));
    (call, PolicyLayer { lossy: None, rules: rules.collect() })
}
