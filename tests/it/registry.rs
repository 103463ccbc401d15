//! The registry of rules: each rule has a well-formed id, and a golden case that it applies to.

use std::collections::BTreeSet;

use azgate::{call::Dialect, translate::RULES};

use crate::{
    golden_bridge,
    support::calls::{cases, families, planned, target},
};

/// Rules that no golden case hits, because an operator must enable them, or because an earlier call is needed.
const SWITCHED_ON: [&str; 8] = [
    "add.markdown",
    "reserve.reasoning",
    "collect.stream",
    "refuse.tools_with_effort",
    "add.encrypted_reasoning",
    // Several keys
    "drop.search_call",
    // tests/it/remembered.rs
    "add.remembered_reasoning",
    // Only a family whose `modalities` name files takes them in chat.
    "drop.detail",
];

#[test]
fn every_rule_has_a_unique_id_in_the_form_verb_dot_subject() {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    for rule in RULES {
        for id in rule.ids {
            let (verb, subject) = id.split_once('.').unwrap_or_else(|| panic!("{id}"));
            assert!(is_word(verb) && is_word(subject), "{id}");
        }
        assert!(rule.summary.ends_with('.') && !rule.on.is_empty(), "{:?}", rule.ids);
    }
}

#[test]
fn every_rule_is_hit_by_a_golden_case() {
    let mut hit: BTreeSet<String> = SWITCHED_ON.map(str::to_owned).into();
    let all = Dialect::ALL.into_iter().flat_map(cases);
    for case in all.chain(Dialect::ALL.into_iter().flat_map(golden_bridge::requests)) {
        for family in families() {
            for surface in ["v1", "2023-05-15", "2024-10-21"] {
                let target = golden_bridge::with_options(target(&family, surface), &case.name);
                match planned(case.dialect, &case.body, &target) {
                    Ok((mut plan, _)) => {
                        hit.extend(plan.take_edits().iter().map(|edit| edit.rule.to_string()));
                    }
                    Err(refusal) => _ = hit.insert(refusal.rule.to_string()),
                }
            }
        }
    }
    let ids: BTreeSet<&str> = RULES.iter().flat_map(|rule| rule.ids).copied().collect();
    let missed: Vec<&&str> = ids.iter().filter(|id| !hit.contains(**id)).collect();
    assert!(missed.is_empty(), "no golden case for {missed:?}");
}
