//! The id by which a tool's result finds its call. Azure takes it up to a length, and other vendors' are longer.

use super::fnv::Fnv;

/// The most characters of an id in chat completions: "string too long. Expected a string with maximum length 40, but got a
/// string with length 41 instead." (litellm#11392, azure-dev#7324).
pub const LONGEST_IN_CHAT: usize = 40;

/// The most characters of a `call_id` (OpenAI's API description, `FunctionCallOutputItemParam`).
pub const LONGEST_IN_RESPONSES: usize = 64;

/// What ends a shortened id: an underscore and sixteen digits.
const ENDING: usize = 17;

/// The id of a call and of its result alike, if it must be shortened to so many characters.
pub fn shortened(id: &str, longest: usize) -> Option<String> {
    id.chars().nth(longest)?;
    let kept: String = id.chars().take(longest.saturating_sub(ENDING)).collect();
    Some(format!("{kept}_{:016x}", Fnv::of(id.as_bytes()).number()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_long_is_shortened_and_what_differs_stays_different() {
        assert_eq!(shortened(&"é".repeat(40), 40), None);
        let long = |end: &str| shortened(&format!("{}{end}", "é".repeat(60)), 40).unwrap();
        assert_eq!(long("a").chars().count(), 40);
        assert_eq!(long("a"), long("a"));
        assert_ne!(long("a"), long("b"));
        assert_eq!(shortened(&"x".repeat(65), 64).unwrap(), format!("{}_7d70a52549704607", "x".repeat(47)));
    }
}
