//! Stop sequences, which the Responses API does not know: the text is cut where the first one that is complete begins.

use std::ops::Range;

/// Where the first sequence to be complete stands; of two, the longer one.
pub(super) fn cut(text: &str, sequences: &[String]) -> Option<Range<usize>> {
    let found = sequences.iter().filter(|sequence| !sequence.is_empty());
    let found = found.filter_map(|sequence| {
        let at = text.find(sequence.as_str())?;
        Some(at..at + sequence.len())
    });
    found.min_by_key(|found| (found.end, found.start))
}

/// What is held back of a text that comes in pieces, since it may be the beginning of a sequence.
#[derive(Debug, Default)]
pub(super) struct Held(String);

impl Held {
    /// Takes the next piece, and gives what may be shown; true if a sequence is complete, and nothing more is to come.
    pub(super) fn push(&mut self, piece: &str, sequences: &[String]) -> (String, bool) {
        let mut text = std::mem::take(&mut self.0);
        text.push_str(piece);
        if let Some(found) = cut(&text, sequences) {
            text.truncate(found.start);
            return (text, true);
        }
        let mut tails = text.char_indices().map(|(at, _)| at);
        let begins = |at: &usize| {
            let tail = text.get(*at..).unwrap_or_default();
            sequences.iter().any(|sequence| sequence.starts_with(tail))
        };
        let longest = sequences.iter().map(String::len).max().unwrap_or_default();
        let held = tails.find(|at| text.len() - at < longest && begins(at));
        self.0 = text.split_off(held.unwrap_or(text.len()));
        (text, false)
    }

    /// What is held, at the end of the text.
    pub(super) fn take(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_sequence_that_is_complete_first_cuts() {
        let sequences = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        assert_eq!(cut("xabc", &sequences(&["abc", "b"])), Some(2..3));
        assert_eq!(cut("xabc", &sequences(&["abc", "c"])), Some(1..4));
        assert_eq!(cut("xabc", &sequences(&["", "d"])), None);
    }

    proptest! {
        #[test]
        fn pieces_are_cut_where_the_whole_is(
            pieces in prop::collection::vec("[abé]{0,4}", 0..8),
            sequences in prop::collection::vec("[abé]{0,4}", 0..3),
        ) {
            let whole = pieces.concat();
            let (mut held, mut shown, mut done) = (Held::default(), String::new(), false);
            for piece in &pieces {
                if !done {
                    let (more, end) = held.push(piece, &sequences);
                    shown += &more;
                    done = end;
                }
            }
            shown += &held.take();
            let at = cut(&whole, &sequences);
            let expected = at.as_ref().map_or(&*whole, |found| whole.get(..found.start).unwrap());
            prop_assert_eq!((&*shown, done), (expected, at.is_some()));
        }
    }
}
