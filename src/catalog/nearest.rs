//! Suggests the right name for a misspelt one.

use std::cmp::Reverse;

/// The longest name in bytes for which a similar one is searched. The time grows with the square of the length.
const LONGEST: usize = 256;

/// The shortest name in bytes that counts as similar because another name contains it.
const SHORTEST_PART: usize = 4;

/// How many letters of a misspelt name differ at most, so that it goes before a name that is a part of it.
const SLIPS: usize = 2;

/// Returns the candidate that is most similar to `written`, if one is similar enough to be meant: at most a third of
/// its letters differ, or one of the two names contains the other as whole words (`openai/gpt-4o`). Upper and lower
/// case are equal.
pub(crate) fn nearest<'c>(written: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let written = written.to_lowercase();
    if written.len() > LONGEST {
        return None;
    }
    let near = |candidate: &&'c str| {
        let name = candidate.to_lowercase();
        let distance = strsim::damerau_levenshtein(&written, &name);
        let is_near = distance * 3 <= written.chars().count().max(name.chars().count());
        let is_part = contains(&written, &name) || contains(&name, &written);
        let rank = match (is_near, is_part) {
            (true, _) if distance <= SLIPS => 2,
            (_, true) => 1,
            (true, false) => 0,
            (false, false) => return None,
        };
        Some((rank, Reverse(distance), strsim::jaro_winkler(&written, &name)))
    };
    let rated = candidates.into_iter().filter(|candidate| candidate.len() <= LONGEST);
    let rated = rated.filter_map(|candidate| Some((near(&candidate)?, candidate)));
    let best = rated.max_by(|((rank, distance, similarity), _), ((other_rank, other_distance, other), _)| {
        (rank, distance).cmp(&(other_rank, other_distance)).then(similarity.total_cmp(other))
    });
    best.map(|(_, candidate)| candidate)
}

/// Returns whether a name contains another one as whole words.
fn contains(whole: &str, part: &str) -> bool {
    let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let (first, last) = (part.chars().next(), part.chars().next_back());
    part.len() >= SHORTEST_PART
        && whole.match_indices(part).any(|(at, _)| {
            let before = whole.get(..at).and_then(|before| before.chars().next_back());
            let after = whole.get(at + part.len()..).and_then(|after| after.chars().next());
            !(is_letter(before) && is_letter(first) || is_letter(last) && is_letter(after))
        })
}

/// Returns the remedy that suggests `name`.
pub(crate) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_recognised() {
        let names =
            ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "o1-preview", "gpt-5-pro", "drop.temperature", "listen"];
        for (written, name) in [
            ("gpt4o", "gpt-4o"),
            ("GPT-4O", "gpt-4o"),
            ("gpt-41", "gpt-4.1"),
            ("o1-previw", "o1-preview"),
            ("lsiten", "listen"),
            ("azure/gpt-4o-mini", "gpt-4o-mini"),
            ("gpt-4o-mini-prod-west", "gpt-4o-mini"),
            ("gpt-4o-prod", "gpt-4o"),
            ("temperature", "drop.temperature"),
        ] {
            assert_eq!(nearest(written, names), Some(name), "{written}");
        }
    }

    #[test]
    fn a_name_that_resembles_nothing_gets_no_suggestion() {
        for (written, names) in [
            ("gpt-4", &["ghost", "team"][..]),
            ("a/b", &["mine"]),
            ("o1", &["o3"]),
            ("claude-opus-5", &["gpt-5", "gpt-5.1", "o1-preview"]),
            ("llama-3", &["gpt-4o", "model-router"]),
            ("", &["x", "gpt-4o"]),
            ("port", &["key", "listen"]),
            ("monkey-business", &["key"]),
            (&"x".repeat(100_000), &["x"]),
        ] {
            assert_eq!(nearest(written, names.iter().copied()), None, "{written}");
        }
    }
}
