//! What the readers of wordings have in common: names, quoted or not, and the thing that refuses them.

use super::reason::MOST;

/// The longest name that is read.
const LONGEST: usize = 128;

/// Pairs of quotes. Gateways and editors make typographic ones.
const QUOTES: &[(char, char)] = &[('\'', '\''), ('"', '"'), ('`', '`'), ('‘', '’'), ('“', '”')];

/// What Azure says it is that does not support something.
const REFUSERS: &[&str] = &["model", "deployment", "api", "endpoint", "resource", "operation", "azure"];

/// The words between "not supported" and the thing that does not support it.
const PREPOSITIONS: &[&str] = &["with ", "in ", "on ", "for ", "by ", "of ", "at "];
const ARTICLES: &[&str] = &["this ", "the ", "your ", "that ", "any "];

/// Returns the text in quotes right behind `prefix`, and the text after it.
pub(super) fn quoted_after<'m>(text: &'m str, prefix: &str) -> Option<(&'m str, &'m str)> {
    let rest = text.strip_prefix(prefix)?;
    QUOTES.iter().find_map(|(open, close)| rest.strip_prefix(*open)?.split_once(*close))
}

/// Returns the text behind the first of the prefixes that it has.
pub(super) fn after_any<'m>(text: &'m str, prefixes: &[&str]) -> Option<&'m str> {
    prefixes.iter().find_map(|prefix| text.strip_prefix(prefix))
}

/// Returns the text without the first of the prefixes that it has.
pub(super) fn without<'m>(text: &'m str, prefixes: &[&str]) -> &'m str {
    after_any(text, prefixes).unwrap_or(text)
}

/// Reads a list of names, quoted or not, and returns the text after them.
pub(super) fn names(text: &str) -> (Vec<&str>, &str) {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = name(without(rest.trim_start(), &["and ", "or "])) {
        names.push(name);
        rest = after;
        let next = after.trim_start();
        let goes_on = next.starts_with(',') || next.starts_with("and ") || next.starts_with("or ");
        if !goes_on || names.len() == MOST {
            break;
        }
        rest = without(next, &[","]);
    }
    (names, rest)
}

/// Reads one name. A name without quotes ends where its letters end; a full stop behind it is not part of it.
fn name(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = quoted_after(text, "").or_else(|| {
        let end = text.find(|letter: char| !is_letter(letter)).unwrap_or(text.len());
        let name = text.get(..end)?.trim_end_matches('.');
        // A closing bracket belongs to the name if the opening one does.
        let name = if name.contains('[') { name } else { name.trim_end_matches(']') };
        Some((name, text.get(name.len()..)?))
    })?;
    (1..=LONGEST).contains(&name.len()).then_some((name, rest))
}

fn is_letter(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '[' | ']' | '/' | '#' | '$')
}

/// Returns whether a sentence that says "not supported" goes on with what refuses, or ends: `with this model`, `with
/// the 'M' model`, `for this deployment`, `in API version V`. Another parameter in that place is a reason that azgate
/// cannot learn from.
pub(super) fn names_refuser(tail: &str) -> bool {
    let tail = tail.trim_start();
    if tail.is_empty() || tail.starts_with(['.', ',', ';', '(', '\n']) {
        return true;
    }
    let Some(rest) = after_any(tail, PREPOSITIONS) else { return false };
    let rest = without(rest, ARTICLES);
    if let Some((_, rest)) = quoted_after(rest, "") {
        return is_refuser(rest.trim_start());
    }
    is_refuser(rest) || rest.split_once(' ').is_some_and(|(_, second)| is_refuser(second))
}

fn is_refuser(text: &str) -> bool {
    let word = text.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default();
    let word = word.to_ascii_lowercase();
    REFUSERS.contains(&word.strip_suffix('s').unwrap_or(&word))
}
