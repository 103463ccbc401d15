//! Suggests the right name for a misspelt one.

/// Returns the candidate that is most similar to `written`, if one is similar enough to be meant.
pub(crate) fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(written, candidate), candidate))
        .filter(|(similarity, _)| *similarity >= 0.8)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// Returns the remedy that suggests `name`.
pub(crate) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}
