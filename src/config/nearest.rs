//! "Did you mean …?" for names that do not exist.

/// The candidate that is closest to what was written, if one is close enough to be meant.
pub(super) fn nearest<'a>(written: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(written, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}

/// A remedy: this name.
pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// A remedy: the nearest name, or else all of them.
pub(super) fn suggest<'a>(written: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(written, candidates.clone()) {
        Some(name) => did_you_mean(name),
        None => match candidates.map(|name| format!("`{name}`")).collect::<Vec<_>>() {
            names if names.is_empty() => "remove it".to_owned(),
            names => format!("known: {}", names.join(", ")),
        },
    }
}
