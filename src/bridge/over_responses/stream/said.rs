//! How much of a text was told, so that whatever tells all of it adds the rest. The text itself is not kept: it may be long,
//! and nearly every event adds to it.

use crate::bridge::{fnv::Fnv, over_responses::plain::plain};

/// What was told of a text, as it is spelt: a server spells all of a stream alike.
#[derive(Debug, Default)]
pub(super) struct Said {
    length: usize,
    hash: Fnv,
}

/// What comes behind that which was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest<'a> {
    /// The inside of a string.
    pub(super) inner: &'a [u8],
    /// So many bytes of the text stand before it.
    pub(super) before: usize,
}

impl Said {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// A piece is told, the inside of a string.
    pub(super) fn more(&mut self, inner: &[u8]) {
        self.length += inner.len();
        self.hash.more(inner);
    }

    /// All of the text is known, and what this gives of it is told. Where something else was told, that stays.
    pub(super) fn rest<'a>(&mut self, all: &'a [u8]) -> Option<Rest<'a>> {
        let (told, inner) = all.split_at_checked(self.length).filter(|(_, inner)| !inner.is_empty())?;
        if Fnv::of(told) != self.hash {
            return None;
        }
        self.more(inner);
        Some(Rest { inner, before: plain(told).len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_what_was_not_told() {
        for (told, all, expected) in [
            ("", "ab", Some(("ab", 0))),
            ("a", "ab", Some(("b", 1))),
            ("ab", "ab", None),
            ("abc", "ab", None),
            ("b", "ab", None),
            ("", "", None),
            (r"\u00e9", r"\u00e9\n", Some((r"\n", 2))),
            (r"\ud83d", r"\ud83d\ude00", Some((r"\ude00", 3))),
            // Too little rather than twice.
            (r"\u00e9", "éa", None),
        ] {
            let mut said = Said::default();
            told.as_bytes().chunks(2).for_each(|piece| said.more(piece));
            let rest = expected.map(|(inner, before): (&str, _)| Rest { inner: inner.as_bytes(), before });
            assert_eq!(said.rest(all.as_bytes()), rest, "{told} {all}");
            assert_eq!(said.rest(all.as_bytes()), None, "{told} {all}");
        }
    }
}
