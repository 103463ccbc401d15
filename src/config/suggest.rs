//! Remedies for names that do not exist.

use crate::catalog::{did_you_mean, nearest};

/// Returns the remedy for a misspelt name: the nearest candidate, or else all of them.
pub(super) fn suggest<'a>(written: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(written, candidates.clone()) {
        Some(name) => did_you_mean(name),
        None => match candidates.map(|name| format!("`{name}`")).collect::<Vec<_>>() {
            names if names.is_empty() => "remove it".to_owned(),
            names => format!("known: {}", names.join(", ")),
        },
    }
}
