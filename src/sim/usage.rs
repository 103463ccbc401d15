//! Token counts. The tokens of an answer are exact pieces of its text, and the totals add up.

use serde::Serialize;
use serde_json::Value;

/// The tokens of an image: OpenAI's base price and the price of one tile.
pub(super) const IMAGE: u64 = 255;

/// The most characters of one piece.
const PIECE: usize = 10;

/// Splits a text into pieces, which are its tokens. A piece is a word with the space before it, or a part of a long
/// word. Joined, the pieces are the text; no character is split.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, tail) = rest.split_at_checked(piece_end(rest)).filter(|(piece, _)| !piece.is_empty())?;
        rest = tail;
        Some(piece)
    })
}

fn piece_end(text: &str) -> usize {
    let mut in_word = false;
    for (count, (at, char)) in text.char_indices().enumerate() {
        if (in_word && char.is_whitespace()) || count == PIECE {
            return at;
        }
        in_word |= !char.is_whitespace();
    }
    text.len()
}

/// Counts the tokens of a text.
pub(super) fn tokens(text: &str) -> u64 {
    pieces(text).count() as u64
}

/// Returns the first `most` tokens of a text.
pub(super) fn first_tokens(text: &str, most: u64) -> &str {
    let end = pieces(text).zip(0..most).map(|(piece, _)| piece.len()).sum();
    text.split_at_checked(end).map_or(text, |(head, _)| head)
}

/// Counts the characters of a JSON value's keys and strings, without quotes, escapes and punctuation. A number or a
/// boolean counts as four.
pub(super) fn json_characters(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) => 4,
        Value::String(text) => text.chars().count() as u64,
        Value::Array(items) => items.iter().map(json_characters).sum(),
        Value::Object(object) => {
            object.iter().map(|(key, value)| key.len() as u64 + json_characters(value)).sum()
        }
    }
}

/// The `usage` of an answer, with its members in Azure's order.
#[derive(Debug, Clone, Serialize)]
pub(super) struct TokenUsage {
    pub(super) completion_tokens: u64,
    completion_tokens_details: CompletionDetails,
    pub(super) prompt_tokens: u64,
    prompt_tokens_details: PromptDetails,
    pub(super) total_tokens: u64,
}

#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are Azure's")]
struct CompletionDetails {
    accepted_prediction_tokens: u64,
    audio_tokens: u64,
    reasoning_tokens: u64,
    rejected_prediction_tokens: u64,
}

#[derive(Debug, Clone, Serialize)]
struct PromptDetails {
    audio_tokens: u64,
    cached_tokens: u64,
}

impl TokenUsage {
    /// Builds the usage. `completion` includes `reasoning`.
    pub(super) fn new(prompt: u64, completion: u64, reasoning: u64) -> Self {
        Self {
            completion_tokens: completion,
            completion_tokens_details: CompletionDetails {
                accepted_prediction_tokens: 0,
                audio_tokens: 0,
                reasoning_tokens: reasoning,
                rejected_prediction_tokens: 0,
            },
            prompt_tokens: prompt,
            prompt_tokens_details: PromptDetails { audio_tokens: 0, cached_tokens: 0 },
            total_tokens: prompt + completion,
        }
    }

    /// Returns the hidden part of the completion tokens.
    pub(super) fn reasoning_tokens(&self) -> u64 {
        self.completion_tokens_details.reasoning_tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_pieces_are_the_text_and_split_no_character() {
        for text in [
            "",
            " ",
            "one two  three",
            "naïve 東京タワーへようこそようこそ 🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
            "a\n\nb",
        ] {
            assert_eq!(pieces(text).collect::<String>(), text);
            assert!(pieces(text).all(|piece| piece.chars().count() <= PIECE));
        }
        assert_eq!(pieces("one two").collect::<Vec<_>>(), ["one", " two"]);
    }

    #[test]
    fn a_cut_keeps_whole_tokens() {
        assert_eq!(first_tokens("one two three", 2), "one two");
        assert_eq!(first_tokens("one", 9), "one");
        assert_eq!(first_tokens("one", 0), "");
    }
}
