//! The search for the oldest dated api-version that serves the model. Azure often names it in its first refusal;
//! otherwise each question halves what is left.

use super::{
    answer::Verdict,
    context::effort_param,
    question::{Question, Topic},
    state::State,
};
use crate::{
    call::{ApiVersion, Dialect},
    catalog::{Scalar, Verb},
};

/// What is settled at the end of the search.
pub(super) const ID: &str = "min_api_version";

/// Returns the next question of the search; `None` at its end.
pub(super) fn next(state: &State) -> Option<Question> {
    let dialect = state.primary()?;
    if state.is_done(ID) || told(state).is_some() {
        return None;
    }
    let versions = candidates(state, dialect);
    let (low, high) = bounds(state, &versions);
    let middle = low + (high.checked_sub(low)?) / 2;
    let version = versions.get(middle).filter(|_| low < high)?;
    Some(state.make(dialect, Topic::Version(version.clone())))
}

/// Returns the oldest version that serves the model, at the end of the search. Azure may serve it on none.
pub(super) fn found(state: &State) -> Option<ApiVersion> {
    if let Some(told) = told(state) {
        return Some(told);
    }
    let versions = candidates(state, state.primary()?);
    let (low, high) = bounds(state, &versions);
    versions.get(high).filter(|_| low >= high).cloned()
}

/// Returns the found version if the catalog has another. An older one counts only if it knows the efforts of the model
/// as well as the catalog's does, because azgate raises a call to the version that does.
pub(super) fn change(state: &State) -> Option<ApiVersion> {
    let found = found(state)?;
    let Some(known) = &state.profile().min_api_version else {
        // Without a version in the catalog, calls go to whichever is configured.
        let earliest = candidates(state, state.primary()?);
        let first = earliest.iter().find(|version| is_answered(version))?;
        return first.is_before(&found).then_some(found);
    };
    if known.is_before(&found) {
        return Some(found);
    }
    let efforts = |version: &ApiVersion| known_efforts(state, version);
    (found.is_before(known) && efforts(&found) >= efforts(known)).then_some(found)
}

/// Returns the answers of the search, for reports: the words of the newest refusal.
pub(super) fn words(state: &State) -> String {
    let mut refusals = state.answered.iter().filter(|one| matches!(one.question.topic, Topic::Version(_)));
    let last = refusals.rfind(|one| one.answer.verdict == Verdict::Refuses);
    last.map(|one| one.answer.words.clone()).unwrap_or_default()
}

fn told(state: &State) -> Option<ApiVersion> {
    state.answered.iter().find_map(|one| one.answer.version.clone()).or_else(|| state.raised.clone())
}

fn candidates(state: &State, dialect: Dialect) -> Vec<ApiVersion> {
    let oldest = state.surfaces.oldest(dialect);
    let known = state.surfaces.known_versions().iter();
    known.filter(|version| oldest.is_none_or(|oldest| !version.is_before(oldest))).cloned().collect()
}

/// Returns the index behind the newest refused version, and that of the oldest taken one.
fn bounds(state: &State, versions: &[ApiVersion]) -> (usize, usize) {
    let verdict =
        |version: &ApiVersion| state.answer(&format!("api_version={version}")).map(|answer| answer.verdict);
    let taken = versions.iter().position(|version| verdict(version) == Some(Verdict::Takes));
    let refused =
        versions.iter().rposition(|version| verdict(version).is_some_and(|one| one != Verdict::Takes));
    (refused.map_or(0, |at| at + 1), taken.unwrap_or(versions.len()))
}

/// Returns whether Azure may answer to the version at all. The oldest ones were retired (api-version-lifecycle.md).
fn is_answered(version: &ApiVersion) -> bool {
    "2023-05-15".parse().is_ok_and(|oldest| !version.is_before(&oldest))
}

/// Returns how many of the model's efforts an api-version knows.
fn known_efforts(state: &State, version: &ApiVersion) -> usize {
    let param = effort_param(Dialect::Chat);
    let rows = state.surfaces.rows(version, Dialect::Chat);
    let row = rows.iter().find(|row| row.param == param);
    let efforts = state.efforts(Dialect::Chat);
    let knows = |name: &str| match row.map(|row| &row.verb) {
        None => true,
        Some(Verb::Allow { values, .. }) => values.contains(&Scalar::Text(name.to_owned())),
        Some(_) => false,
    };
    efforts.iter().filter(|effort| knows(effort.name())).count()
}
