//! Names that say what a call is about, however a client spells them. A client that writes `responseFormat`,
//! `Instructions` or `max_completion_token` means what the parameter of nearly that name means, and Azure knows none of
//! these spellings. Without it the call asks for something else, so no such name is learned away.

/// Parts of a parameter's name that speak of the conversation, its files, the tools, the form of the answer or where
/// the answer ends.
const PARAMETER_WORDS: &[&str] = &[
    "attachment",
    "audio",
    "budget",
    "choice",
    "content",
    "context",
    "conversation",
    "developer",
    "document",
    "file",
    "format",
    "function",
    "grammar",
    "guardrail",
    "guided",
    "history",
    "image",
    "input",
    "instruction",
    "json",
    "knowledge",
    "message",
    "moderation",
    "plugin",
    "prompt",
    "query",
    "question",
    "regex",
    "retrieval",
    "safety",
    "schema",
    "search",
    "stop",
    "system",
    "thread",
    "tool",
    "video",
];

/// Parts of a member's name that speak of files, of what a tool may find, or of the form of the answer. A message has
/// more members that only describe it than a body has, such as `reasoning_content` and `context`.
const MEMBER_WORDS: &[&str] = &[
    "attachment",
    "audio",
    "budget",
    "document",
    "file",
    "filter",
    "format",
    "grammar",
    "image",
    "media",
    "regex",
    "schema",
    "source",
    "uri",
    "url",
    "video",
];

/// Returns whether two names differ at most in capitals, separators and a plural.
pub(super) fn is_alike(name: &str, other: &str) -> bool {
    name == other || folded(name).eq(folded(other))
}

/// Returns whether a part of a parameter's name says what the call is about.
pub(super) fn is_meant_parameter(name: &str) -> bool {
    has_word(name, PARAMETER_WORDS)
}

/// Returns whether a part of a member's name says what the call is about.
pub(super) fn is_meant_member(name: &str) -> bool {
    has_word(name, MEMBER_WORDS)
}

/// Returns whether the name of a parameter may be that of a cap on the answer.
pub(super) fn may_be_cap(name: &str) -> bool {
    name.to_ascii_lowercase().contains("token")
}

/// Returns the letters of a name in lower case, without the `s` of a plural.
fn folded(name: &str) -> impl Iterator<Item = u8> {
    let name = name.trim_end_matches(['_', '-']).trim_end_matches(['s', 'S']);
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// Returns whether one of the parts of a name is one of the words. A part ends at a separator, and before a capital
/// that follows a small letter; a number behind it is not part of it.
fn has_word(name: &str, words: &[&str]) -> bool {
    let mut was_small = false;
    let mut start = 0;
    let mut parts = Vec::new();
    for (at, byte) in name.bytes().enumerate() {
        if !byte.is_ascii_alphanumeric() || (was_small && byte.is_ascii_uppercase()) {
            parts.extend(name.get(start..at));
            start = at;
        }
        was_small = byte.is_ascii_lowercase() || byte.is_ascii_digit();
    }
    parts.extend(name.get(start..));
    let mut parts =
        parts.into_iter().map(|part| part.trim_end_matches(|letter: char| letter.is_ascii_digit()));
    parts.any(|part| words.iter().any(|word| folded(part).eq(word.bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_spelling() {
        for (name, other) in [
            ("responseFormat", "response_format"),
            ("Instructions", "instructions"),
            ("MAX-TOKENS", "max_tokens"),
            ("max_completion_token", "max_completion_tokens"),
            ("N", "n"),
        ] {
            assert!(is_alike(name, other) && is_alike(other, name), "{name}");
        }
        for (name, other) in [("x_vendor", "vendor"), ("input_items", "input"), ("", "n")] {
            assert!(!is_alike(name, other), "{name}");
        }
    }

    #[test]
    fn a_part_of_a_name_may_say_what_it_means() {
        for name in [
            "systemMessage",
            "system-message",
            "json_mode",
            "chatHistory2",
            "JSON_MODE",
            "_tools_",
            "fileIds",
        ] {
            assert!(is_meant_parameter(name), "{name}");
        }
        for name in ["x_vendor", "apiMode", "top_k", "profile", "ecosystem", "topLogprobs", "", "é"] {
            assert!(!is_meant_parameter(name), "{name}");
        }
        assert!(is_meant_member("video_url") && is_meant_member("experimentalAttachments"));
        assert!(!is_meant_member("reasoning_content") && !is_meant_member("response_metadata"));
    }
}
