//! The words of `chat.dict`, which libFuzzer reads too: the keys and values that have a meaning.

use std::sync::LazyLock;

const DICTIONARY: &str = include_str!("../chat.dict");

/// Keys, without their quotes.
pub static KEYS: LazyLock<Vec<String>> =
    LazyLock::new(|| words("# Keys").map(|word| word.trim_matches('"').to_owned()).collect());

/// Values, as JSON text without white space.
pub static VALUES: LazyLock<Vec<String>> = LazyLock::new(|| words("# Values").collect());

/// Returns the entries below a heading, up to the next heading.
fn words(heading: &str) -> impl Iterator<Item = String> {
    let section = DICTIONARY.lines().skip_while(move |line| *line != heading).skip(1);
    let entries = section.take_while(|line| !line.starts_with('#')).filter(|line| !line.is_empty());
    entries.map(|line| line[1..line.len() - 1].replace("\\\"", "\"").replace("\\\\", "\\"))
}
