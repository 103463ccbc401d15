//! How much of a text was sent, so that an event with the whole text adds only the rest. For each text azgate keeps a
//! length and a hash, enough to see whether the whole text adds anything. The text itself may be long, and nearly
//! every event adds to it.

use crate::bridge::{fnv::Fnv, over_responses::decoded::decoded};

/// What was sent of a text, as the JSON spells it. A server spells all of a stream alike.
#[derive(Debug, Default)]
pub(super) struct SentText {
    length: usize,
    hash: Fnv,
}

/// The part of a text that was not sent yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsent<'a> {
    /// The inside of a JSON string.
    pub(super) inner: &'a [u8],
    /// The number of bytes of the decoded text before it.
    pub(super) before: usize,
}

impl SentText {
    pub(super) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Records a piece that is sent, the inside of a JSON string.
    pub(super) fn add(&mut self, inner: &[u8]) {
        self.length += inner.len();
        self.hash.update(inner);
    }

    /// Takes the whole text. Returns the part that was not sent yet, and records it as sent. Returns `None` if
    /// nothing is left, or if the client has received another text.
    pub(super) fn unsent<'a>(&mut self, all: &'a [u8]) -> Option<Unsent<'a>> {
        let (sent, inner) = all.split_at_checked(self.length).filter(|(_, inner)| !inner.is_empty())?;
        if Fnv::of(sent) != self.hash {
            return None;
        }
        self.add(inner);
        Some(Unsent { inner, before: decoded(sent).len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_what_was_not_sent() {
        for (sent, all, expected) in [
            ("", "ab", Some(("ab", 0))),
            ("a", "ab", Some(("b", 1))),
            ("ab", "ab", None),
            ("abc", "ab", None),
            ("b", "ab", None),
            ("", "", None),
            (r"\u00e9", r"\u00e9\n", Some((r"\n", 2))),
            (r"\ud83d", r"\ud83d\ude00", Some((r"\ude00", 3))),
            // Rather send too little than repeat something.
            (r"\u00e9", "éa", None),
        ] {
            let mut text = SentText::default();
            sent.as_bytes().chunks(2).for_each(|piece| text.add(piece));
            let rest = expected.map(|(inner, before): (&str, _)| Unsent { inner: inner.as_bytes(), before });
            assert_eq!(text.unsent(all.as_bytes()), rest, "{sent} {all}");
            assert_eq!(text.unsent(all.as_bytes()), None, "{sent} {all}");
        }
    }
}
