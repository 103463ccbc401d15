//! The text of a JSON string as bytes, whatever is spelt there.

use std::borrow::Cow;

use crate::json::text;

/// The text in a string's inside, in UTF-8. Half of a pair of surrogates is no character: it stands there as the three bytes
/// that it would have (WTF-8), and so is equal to nothing in a text.
pub(super) fn plain(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    for spelt in text::pieces(inner, 1) {
        push(&mut out, spelt);
    }
    Cow::Owned(out)
}

/// How many bytes of a string's inside spell the first `length` bytes of its text.
pub(super) fn spelling(inner: &[u8], length: usize) -> usize {
    let (mut spelt, mut plain) = (0, Vec::new());
    let mut told = 0;
    for piece in text::pieces(inner, 1) {
        if told >= length {
            break;
        }
        plain.clear();
        push(&mut plain, piece);
        told += plain.len();
        spelt += piece.len();
    }
    spelt
}

/// Whether a text ends in the first half of a pair of surrogates.
pub(super) fn ends_in_half(plain: &[u8]) -> bool {
    // No character begins so.
    matches!(plain, [.., 0xED, 0xA0..=0xAF, _])
}

/// Bytes of a half in a text.
pub(super) const HALF: usize = 3;

fn push(out: &mut Vec<u8>, spelt: &[u8]) {
    if !spelt.starts_with(b"\\") {
        return out.extend_from_slice(spelt);
    }
    match text::unquote(&[b"\"", spelt, b"\""].concat()) {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => out.extend(half(spelt).into_iter().flatten()),
    }
}

/// The bytes of an escape that is half of a pair.
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
    fn half_of_a_pair_is_equal_to_nothing() {
        assert_eq!(*plain(br"a\ud83d"), [b'a', 0xED, 0xA0, 0xBD]);
        assert_eq!(*plain(br"\uDe00\/"), [0xED, 0xB8, 0x80, b'/']);
        assert_eq!(*plain(br"\ud800\ud83d\ude00"), *b"\xED\xA0\x80\xF0\x9F\x98\x80");
        assert!(ends_in_half(&plain(br"a\ud83d")) && !ends_in_half(&plain(br"a\ude00")));
        assert!(!ends_in_half("\u{d7ff}".as_bytes()));
    }

    proptest! {
        #[test]
        fn a_text_is_what_it_is_however_it_is_spelt(text in "(\\PC|[\u{1F600}\"\\\\\n]){0,20}", behind in "[a😀]{0,3}", ascii: bool) {
            let spell = |text: &str| if ascii {
                text.encode_utf16().fold(String::new(), |out, unit| out + &format!("\\u{unit:04x}"))
            } else {
                String::from_utf8(text::inner(text::quote(text).as_bytes()).to_vec()).unwrap()
            };
            let whole = spell(&text) + &spell(&behind);
            let expected = text.clone() + &behind;
            prop_assert_eq!(&*plain(whole.as_bytes()), expected.as_bytes());
            prop_assert_eq!(spelling(whole.as_bytes(), text.len()), spell(&text).len());
        }
    }
}
