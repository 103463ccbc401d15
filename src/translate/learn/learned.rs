//! Finds out whether a rule acts because of a lesson.

use super::lesson::LEARNED;
use crate::{call::Dialect, catalog::Profile};

/// The rules in code that act on a field which can be learned.
const RULES_OF_FIELDS: &[(&str, &str)] = &[
    ("bridge.responses", "operations"),
    ("bridge.responses", "tools_with_effort"),
    ("bridge.chat", "operations"),
    ("synthesize.stream", "streaming"),
    ("rename.role", "system_role"),
    ("merge.system", "system_role"),
    ("raise.api_version", "min_api_version"),
    ("none.reasoning_effort", "tools_with_effort"),
    ("refuse.tools_with_effort", "tools_with_effort"),
    ("drop.reasoning", "replayed_reasoning"),
];

/// Returns whether a rule acts for this family because of a lesson.
pub(in crate::translate) fn is_learned(profile: &Profile, dialect: Dialect, rule: &str) -> bool {
    let mut fields = RULES_OF_FIELDS.iter().filter(|(actor, _)| *actor == rule).map(|(_, field)| field);
    fields.any(|field| profile.origins.get(*field).is_some_and(|origin| origin == LEARNED))
        || profile.origin(dialect, rule) == Some(LEARNED)
}
