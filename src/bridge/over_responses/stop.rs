//! Stop sequences, which the Responses API does not have. The bridge cuts the text where the first complete sequence
//! begins. It searches the decoded text and cuts the JSON string, so that the rest of the string stays as it came.

use std::{borrow::Cow, ops::Range};

use memchr::memmem;

use super::decoded::{HALF, decoded, encoded_length, ends_in_half};

/// Returns where in the inside of a JSON string the first complete sequence stands. If two end at the same place, the
/// longer one counts.
pub(super) fn cut(inner: &[u8], sequences: &[String]) -> Option<Range<usize>> {
    let found = find(&decoded(inner), sequences)?;
    Some(encoded_length(inner, found.start)..encoded_length(inner, found.end))
}

fn find(text: &[u8], sequences: &[String]) -> Option<Range<usize>> {
    let found = sequences.iter().filter(|sequence| !sequence.is_empty());
    let found = found.filter_map(|sequence| {
        let at = memmem::find(text, sequence.as_bytes())?;
        Some(at..at + sequence.len())
    });
    found.min_by_key(|found| (found.end, found.start))
}

/// The end of a streamed text that is held back: it may be the beginning of a sequence, or half of a character.
#[derive(Debug, Default)]
pub(super) struct HeldText(Vec<u8>);

impl HeldText {
    /// Takes the next piece, the inside of a JSON string. Returns what may be shown, and whether a sequence is
    /// complete, so that nothing more must follow. If nothing is held, the result is a slice of the piece.
    pub(super) fn push<'a>(&mut self, piece: &'a [u8], sequences: &[String]) -> (Cow<'a, [u8]>, bool) {
        let all: Cow<'a, [u8]> = if self.0.is_empty() {
            piece.into()
        } else {
            self.0.extend_from_slice(piece);
            std::mem::take(&mut self.0).into()
        };
        let text = decoded(&all);
        let found = find(&text, sequences);
        let end = found.as_ref().map_or_else(|| settled_length(&text, sequences), |found| found.start);
        let shown = if end == text.len() { all.len() } else { encoded_length(&all, end) };
        if found.is_none() {
            self.0.extend_from_slice(all.get(shown..).unwrap_or_default());
        }
        drop(text);
        (truncated(all, shown), found.is_some())
    }

    /// Returns what is held, because something else than text follows.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.0)
    }
}

/// Returns the length of the part of a text in which no sequence can begin, whatever follows.
fn settled_length(text: &[u8], sequences: &[String]) -> usize {
    let whole = text.len() - if ends_in_half(text) { HALF } else { 0 };
    let longest = sequences.iter().map(String::len).max().unwrap_or_default();
    let may_begin = |at: &usize| {
        let tail = text.get(*at..whole).unwrap_or_default();
        let begins = |sequence: &&String| sequence.as_bytes().starts_with(tail);
        sequences.iter().any(|sequence| sequence.len() > tail.len() && begins(&sequence))
    };
    (whole.saturating_sub(longest)..whole).find(may_begin).unwrap_or(whole)
}

fn truncated(bytes: Cow<'_, [u8]>, length: usize) -> Cow<'_, [u8]> {
    match bytes {
        Cow::Borrowed(bytes) => bytes.get(..length).unwrap_or(bytes).into(),
        Cow::Owned(mut bytes) => {
            bytes.truncate(length);
            bytes.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_complete_sequence_cuts() {
        let sequences = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert_eq!(cut(b"xabc", &sequences(&["abc", "b"])), Some(2..3));
        assert_eq!(cut(b"xabc", &sequences(&["abc", "c"])), Some(1..4));
        assert_eq!(cut(b"xabc", &sequences(&["", "d"])), None);
        assert_eq!(cut(br"\ud800\u0061\nb", &sequences(&["a\n"])), Some(6..14));
    }

    /// Returns the UTF-16 units of a text, each as an escape.
    fn escaped(text: &str) -> Vec<String> {
        text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect()
    }

    proptest! {
        #[test]
        fn pieces_are_cut_where_the_whole_text_is(
            pieces in prop::collection::vec("[abé]{0,4}", 0..8),
            sequences in prop::collection::vec("[abé]{0,4}", 0..3),
        ) {
            same(&pieces, &sequences)?;
        }

        #[test]
        fn a_character_may_come_in_two_pieces(
            text in "[a😀😁é]{0,8}",
            lone in prop::option::of(prop::sample::select(vec!["\\ud83d", "\\ude00"])),
            size in 1usize..5,
            sequences in prop::collection::vec("[a😀é]{0,3}", 0..3),
        ) {
            let mut units = escaped(&text);
            units.extend(lone.map(str::to_owned));
            units.extend(escaped(&text));
            let pieces: Vec<String> = units.chunks(size).map(<[String]>::concat).collect();
            same(&pieces, &sequences)?;
        }
    }

    fn same(pieces: &[String], sequences: &[String]) -> Result<(), TestCaseError> {
        let whole = pieces.concat();
        let (mut held, mut shown, mut done) = (HeldText::default(), Vec::new(), false);
        for piece in pieces {
            if !done {
                let (more, end) = held.push(piece.as_bytes(), sequences);
                shown.extend_from_slice(&more);
                done = end;
            }
        }
        shown.extend(held.take());
        let at = cut(whole.as_bytes(), sequences);
        let expected = at.as_ref().map_or(&*whole, |found| whole.get(..found.start).unwrap());
        prop_assert_eq!((String::from_utf8(shown).unwrap(), done), (expected.to_owned(), at.is_some()));
        Ok(())
    }
}
