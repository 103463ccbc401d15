//! How much of a text was told, so that whatever tells all of it adds the rest.

use crate::bridge::over_responses::plain::{plain, spelling};

/// What was told of a text, the inside of a string.
#[derive(Debug, Default)]
pub(super) struct Said(Vec<u8>);

impl Said {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A piece is told.
    pub(super) fn more(&mut self, inner: &[u8]) {
        self.0.extend_from_slice(inner);
    }

    /// How much was told, in bytes of the text that is spelt.
    pub(super) fn length(&self) -> usize {
        plain(&self.0).len()
    }

    /// All of the text is known, and what this gives of it is told. Where something else was told, that stays.
    pub(super) fn rest<'a>(&mut self, all: &'a [u8]) -> &'a [u8] {
        let rest = behind(&self.0, all);
        self.more(rest);
        rest
    }
}

/// What of `all` comes behind `told`, however either is spelt; nothing if it does not begin so.
fn behind<'a>(told: &[u8], all: &'a [u8]) -> &'a [u8] {
    if let Some(rest) = all.strip_prefix(told) {
        return rest;
    }
    let told = plain(told);
    let same = plain(all).starts_with(&told);
    let rest = if same { all.get(spelling(all, told.len())..) } else { None };
    rest.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_what_was_not_told() {
        for (told, all, expected) in [
            ("", "ab", "ab"),
            ("a", "ab", "b"),
            ("ab", "ab", ""),
            ("abc", "ab", ""),
            ("b", "ab", ""),
            (r"\u00e9", "éa", "a"),
            ("é", r"\u00E9\n", r"\n"),
            (r"\ud83d", r"\ud83d\ude00", r"\ude00"),
            (r"\ud83d", "😀", ""),
        ] {
            let mut said = Said(told.into());
            assert_eq!(said.rest(all.as_bytes()), expected.as_bytes(), "{told} {all}");
            assert_eq!(said.rest(all.as_bytes()), b"", "{told} {all}");
        }
    }
}
