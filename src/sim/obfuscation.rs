//! The padding of stream events, which hides the length of their text.

const LETTERS: &str = "q7RzWb2LkXeT9c";

/// Returns one of the paddings. Each number that is one higher drops one more letter, and the paddings repeat.
pub(super) fn padding(number: usize) -> &'static str {
    LETTERS.get(number % LETTERS.len()..).unwrap_or(LETTERS)
}
