//! The texts of a stream that something was told of.

use super::{
    calls::agree,
    said::{Rest, Said},
};
use crate::bridge::over_responses::item::PartKind;

/// A text by its place in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: PartKind,
    /// The item's place in the output.
    pub(super) output: u64,
    /// The part's place in the item.
    pub(super) index: u64,
}

/// Who tells of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Teller {
    /// An event of its own.
    Event,
    /// Its item, when that is finished.
    Item,
    /// The end, which counts the items anew.
    End,
}

/// What tells a text from others, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Which<'a> {
    pub(super) place: Place,
    /// Whether the place in the output was said, and is not a guess.
    pub(super) placed: bool,
    /// The id of its item, as it is spelt.
    pub(super) id: Option<&'a [u8]>,
    pub(super) teller: Teller,
}

/// What is to be told of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct More<'a> {
    /// The inside of a string.
    pub(super) inner: &'a [u8],
    /// So many bytes of the text were told before, if it is all of it that is told now.
    pub(super) before: usize,
    /// It begins another part of the reasoning than the first.
    pub(super) another: bool,
}

#[derive(Debug)]
struct Text {
    place: Place,
    id: Option<Vec<u8>>,
    said: Said,
    /// An event has told all of it.
    whole: bool,
    /// Its item is finished: what comes now was told.
    over: bool,
}

/// The texts in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Text>);

impl Texts {
    /// Whether a text goes on that is the last one, and at this place. Nearly every piece is of such a one.
    pub(super) fn goes_on(&mut self, place: Place, inner: &[u8]) -> bool {
        let last = self.0.last_mut().filter(|last| last.place == place && !last.whole && !last.over);
        last.map(|last| last.said.more(inner)).is_some()
    }

    /// A piece of a text; what of it is to be told.
    pub(super) fn piece<'a>(&mut self, which: Which<'_>, inner: &'a [u8]) -> Option<More<'a>> {
        let (text, another) = self.of(which)?;
        if text.over {
            return None;
        }
        text.said.more(inner);
        Some(More { inner, before: 0, another })
    }

    /// All of a text; what of it is to be told.
    pub(super) fn all<'a>(&mut self, which: Which<'_>, inner: &'a [u8]) -> Option<More<'a>> {
        if inner.is_empty() {
            return None;
        }
        let (text, another) = self.of(which)?;
        text.whole = true;
        text.over |= which.teller != Teller::Event;
        let Rest { inner, before } = text.said.rest(inner)?;
        Some(More { inner, before, another })
    }

    /// The text, a new one if it is not known; and whether it is new, and another part of the reasoning than the first.
    fn of(&mut self, which: Which<'_>) -> Option<(&mut Text, bool)> {
        if let Some(at) = self.find(which) {
            return Some((self.0.get_mut(at)?, false));
        }
        let is_thought = |place: Place| matches!(place.kind, PartKind::Summary | PartKind::Thought);
        let another = is_thought(which.place) && self.0.iter().any(|text| is_thought(text.place));
        let (place, id) = (which.place, which.id.map(Into::into));
        self.0.push(Text { place, id, said: Said::default(), whole: false, over: false });
        Some((self.0.last_mut()?, another))
    }

    /// The id of an item is not the same in all events of every gateway, nor another for every item, and its place is not
    /// either. So a text is known by both, or by the one that is sure.
    fn find(&self, which: Which<'_>) -> Option<usize> {
        let Which { place, placed, id, teller } = which;
        let by = |test: &dyn Fn(&Text) -> bool| {
            let part = |text: &Text| (text.place.kind, text.place.index) == (place.kind, place.index);
            self.0.iter().rposition(|text| part(text) && test(text))
        };
        let here = |text: &Text| text.place.output == place.output;
        let named = |text: &Text| agree(text.id.as_deref(), id);
        let moved = !placed || teller == Teller::End;
        // Another id at the same place is another text, if that one is at its end.
        let ended = |text: &Text| text.over || !placed || teller == Teller::Event && text.whole;
        by(&|text| here(text) && named(text) == Some(true))
            .or_else(|| by(&|text| moved && named(text) == Some(true)))
            .or_else(|| by(&|text| here(text) && !(named(text) == Some(false) && ended(text))))
    }
}
