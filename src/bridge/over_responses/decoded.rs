//! The decoded text of a JSON string as bytes, even if it is not valid Unicode.

use std::borrow::Cow;

use crate::json::text;

/// Decodes the inside of a JSON string to UTF-8. Half of a surrogate pair becomes the three bytes that it has in
/// WTF-8, which no valid text contains.
pub(super) fn decoded(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    for piece in text::pieces(inner, 1) {
        push(&mut out, piece);
    }
    Cow::Owned(out)
}

/// Returns how many bytes of the inside of a JSON string encode the first `length` bytes of its text.
pub(super) fn encoded_length(inner: &[u8], length: usize) -> usize {
    let (mut encoded, mut text) = (0, Vec::new());
    let mut decoded = 0;
    for piece in text::pieces(inner, 1) {
        if decoded >= length {
            break;
        }
        text.clear();
        push(&mut text, piece);
        decoded += text.len();
        encoded += piece.len();
    }
    encoded
}

/// Returns whether a decoded text ends in the first half of a surrogate pair.
pub(super) fn ends_in_half(decoded: &[u8]) -> bool {
    // No character begins with these bytes.
    matches!(decoded, [.., 0xED, 0xA0..=0xAF, _])
}

/// The bytes of half a surrogate pair in a decoded text.
pub(super) const HALF: usize = 3;

fn push(out: &mut Vec<u8>, piece: &[u8]) {
    if !piece.starts_with(b"\\") {
        return out.extend_from_slice(piece);
    }
    match text::unquote(&[b"\"", piece, b"\""].concat()) {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => out.extend(half(piece).into_iter().flatten()),
    }
}

/// Decodes an escape that is half of a surrogate pair.
fn half(escape: &[u8]) -> Option<[u8; HALF]> {
    let digits = std::str::from_utf8(escape.get(2..6)?).ok()?;
    let unit = u16::from_str_radix(digits, 16).ok()?;
    let six = |shift: u16| u8::try_from(unit >> shift & 0x3F).map(|bits| 0x80 | bits);
    Some([u8::try_from(0xE0 | unit >> 12).ok()?, six(6).ok()?, six(0).ok()?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_of_a_pair_equals_no_valid_text() {
        assert_eq!(*decoded(br"a\ud83d"), [b'a', 0xED, 0xA0, 0xBD]);
        assert_eq!(*decoded(br"\uDe00\/"), [0xED, 0xB8, 0x80, b'/']);
        assert_eq!(*decoded(br"\ud800\ud83d\ude00"), *b"\xED\xA0\x80\xF0\x9F\x98\x80");
        assert!(ends_in_half(&decoded(br"a\ud83d")) && !ends_in_half(&decoded(br"a\ude00")));
        assert!(!ends_in_half("\u{d7ff}".as_bytes()));
    }

    proptest! {
        #[test]
        fn a_text_decodes_alike_however_it_is_escaped(text in "(\\PC|[\u{1F600}\"\\\\\n]){0,20}", behind in "[a😀]{0,3}", ascii: bool) {
            let spell = |text: &str| if ascii {
                text.encode_utf16().fold(String::new(), |out, unit| out + &format!("\\u{unit:04x}"))
            } else {
                String::from_utf8(text::inner(text::quote(text).as_bytes()).to_vec()).unwrap()
            };
            let whole = spell(&text) + &spell(&behind);
            let expected = text.clone() + &behind;
            prop_assert_eq!(&*decoded(whole.as_bytes()), expected.as_bytes());
            prop_assert_eq!(encoded_length(whole.as_bytes(), text.len()), spell(&text).len());
        }
    }
}
