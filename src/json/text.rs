//! JSON strings and numbers as text: quoting, unquoting, and cutting a quoted string without breaking a character.

use std::borrow::Cow;

/// The most characters of [`shortened`] text.
const SHOWN: usize = 100;

/// Returns `text` as a JSON string with its quotes.
pub fn quote(text: &str) -> String {
    // Serialising a string cannot fail. If it did, the result would be an empty string.
    serde_json::to_string(text).unwrap_or_else(|_| String::from("\"\""))
}

/// Returns the text of a JSON string given with its quotes; `None` if it is not Unicode.
pub fn unquote(raw: &[u8]) -> Option<Cow<'_, str>> {
    let inner = inner(raw);
    if memchr::memchr(b'\\', inner).is_none() {
        return std::str::from_utf8(inner).ok().map(Cow::Borrowed);
    }
    serde_json::from_slice::<String>(raw).ok().map(Cow::Owned)
}

/// Returns the inside of a JSON string: what stands between its quotes.
pub fn inner(raw: &[u8]) -> &[u8] {
    raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default()
}

/// Returns the beginning of a text that a client sent, for a message that repeats it. The text may be as long as the
/// body.
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => Cow::Owned(text.get(..end).unwrap_or_default().to_owned() + "\u{2026}"),
        None => Cow::Borrowed(text),
    }
}

/// Parses a JSON number that is whole, not negative, and small enough to be exact in any reader (2^53).
pub fn whole(text: &str) -> Option<u64> {
    if let Ok(number) = text.parse::<u64>() {
        return Some(number);
    }
    let number: f64 = text.parse().ok()?;
    let exact = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked on the line above")]
    exact.then_some(number as u64)
}

/// Cuts the inside of a JSON string into pieces of about `size` bytes. Each piece is the inside of a JSON string: no
/// cut falls into a UTF-8 sequence, an escape, or a pair of escaped surrogates.
pub fn pieces(inner: &[u8], size: usize) -> impl Iterator<Item = &[u8]> {
    let mut rest = inner;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut at = 0;
        while at < size && at < rest.len() {
            at += character(rest.get(at..).unwrap_or_default());
        }
        let (piece, behind) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        rest = behind;
        Some(piece)
    })
}

/// Returns the number of bytes of the first character in the inside of a JSON string.
fn character(inner: &[u8]) -> usize {
    match inner {
        [
            b'\\',
            b'u',
            b'd' | b'D',
            b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B',
            _,
            _,
            b'\\',
            b'u',
            b'd' | b'D',
            b'c'..=b'f' | b'C'..=b'F',
            ..,
        ] => 12,
        [b'\\', b'u', ..] => 6,
        [0xF0..=0xFF, ..] => 4,
        [0xE0..=0xEF, ..] => 3,
        [b'\\' | 0xC0..=0xDF, ..] => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn whole_numbers_are_read_in_any_notation() {
        assert_eq!(whole("256"), Some(256));
        assert_eq!(whole("256.0"), Some(256));
        assert_eq!(whole("2.56e2"), Some(256));
        assert_eq!(whole("-1"), None);
        assert_eq!(whole("0.5"), None);
        assert_eq!(whole("1e300"), None);
        assert_eq!(whole("\"1\""), None);
    }

    #[test]
    fn two_first_halves_do_not_make_a_pair() {
        let parts: Vec<&[u8]> = pieces(br"\ud83d\ud83d\ude00", 1).collect();
        assert_eq!(parts, [&br"\ud83d"[..], br"\ud83d\ude00"]);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(shortened(&"é".repeat(SHOWN)), "é".repeat(SHOWN));
        assert_eq!(shortened(&"é".repeat(SHOWN + 1)), "é".repeat(SHOWN) + "…");
    }

    proptest! {
        #[test]
        fn pieces_are_strings_and_join_to_the_whole(text in "(\\PC|[\u{1F600}\"\\\\\n]){0,40}", size in 1usize..9, ascii: bool) {
            let quoted = if ascii {
                text.encode_utf16().fold(String::from("\""), |out, unit| out + &format!("\\u{unit:04x}")) + "\""
            } else {
                quote(&text)
            };
            let parts: Vec<&[u8]> = pieces(inner(quoted.as_bytes()), size).collect();
            let mut joined = String::new();
            for part in parts {
                let whole = [b"\"", part, b"\""].concat();
                joined += &unquote(&whole).expect("a piece is a string");
            }
            prop_assert_eq!(joined, text);
        }
    }
}
