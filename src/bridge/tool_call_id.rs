//! The id that links a tool's result to its call. Azure limits its length, and ids of other vendors may be longer.

use super::fnv::Fnv;

/// The longest id in chat completions, in characters: "string too long. Expected a string with maximum length 40, but
/// got a string with length 41 instead." (litellm#11392, azure-dev#7324).
pub const LONGEST_IN_CHAT: usize = 40;

/// The longest `call_id`, in characters (OpenAI's API description, `FunctionCallOutputItemParam`).
pub const LONGEST_IN_RESPONSES: usize = 64;

/// The length of the end of a shortened id: an underscore and sixteen digits.
const ENDING: usize = 17;

/// Shortens an id of more than `longest` characters; `None` if it is short enough. The same id always gives the same
/// result.
pub fn shortened(id: &str, longest: usize) -> Option<String> {
    id.chars().nth(longest)?;
    let kept: String = id.chars().take(longest.saturating_sub(ENDING)).collect();
    Some(format!("{kept}_{:016x}", Fnv::of(id.as_bytes()).number()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_ids_are_shortened_and_different_ids_stay_different() {
        assert_eq!(shortened(&"é".repeat(40), 40), None);
        let long = |end: &str| shortened(&format!("{}{end}", "é".repeat(60)), 40).unwrap();
        assert_eq!(long("a").chars().count(), 40);
        assert_eq!(long("a"), long("a"));
        assert_ne!(long("a"), long("b"));
        assert_eq!(shortened(&"x".repeat(65), 64).unwrap(), format!("{}_7d70a52549704607", "x".repeat(47)));
    }
}
