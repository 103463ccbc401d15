//! Remedies for names that do not exist, and how a message shows a value.

use crate::catalog::{did_you_mean, nearest};

/// How many characters of a value a message repeats.
const SHOWN: usize = 60;

/// Returns a value as a message shows it.
pub(super) fn shortened(value: &str) -> String {
    let clean = |letter: char| if letter.is_control() { '\u{fffd}' } else { letter };
    let mut letters = value.chars().map(clean);
    let shown: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() { format!("{shown}…") } else { shown }
}

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
