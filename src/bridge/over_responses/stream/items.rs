//! The finished items of a stream, for what its end tells of them.

use crate::bridge::over_responses::{
    item::{Item, ItemKind},
    spelt::string,
};

/// Finished items in the order of their places in the output. An upstream that counts amiss gives several the same place.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<(u64, Item)>);

impl Items {
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Item> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, item)| item)
    }

    /// The place behind all.
    pub(super) fn next(&self) -> u64 {
        self.0.last().map_or(0, |(last, _)| last.saturating_add(1))
    }

    /// The index of the last message.
    pub(super) fn last_message(&self) -> Option<usize> {
        self.all().rposition(|item| item.kind() == ItemKind::Message)
    }

    /// Keeps an item. What comes again stands in place of what it was.
    pub(super) fn keep(&mut self, place: u64, item: Item) {
        let again = |known: &(u64, Item)| {
            known.0 == place && agree(&known.1, &item, "id") != Some(false) && alike(&known.1, &item)
        };
        if let Some(known) = self.0.iter_mut().find(|known| again(known)) {
            known.1 = item;
        } else {
            let behind = self.0.partition_point(|(known, _)| *known <= place);
            self.0.insert(behind, (place, item));
        }
    }

    /// Whether the end tells of an item that is known. It may have it in another place than the events, and by another id.
    pub(super) fn has(&self, place: u64, item: &Item) -> bool {
        let same = |known: &Item| agree(known, item, "id") == Some(true);
        self.0.iter().any(|(at, known)| (*at == place || same(known)) && alike(known, item))
    }
}

/// Whether two items may be one: of one type, and no calls that a client answers apart.
fn alike(one: &Item, other: &Item) -> bool {
    one.name() == other.name() && agree(one, other, "call_id") != Some(false)
}

/// Whether both have the same under a key; `None` if not both have it.
fn agree(one: &Item, other: &Item, key: &str) -> Option<bool> {
    Some(string(one.view(), key)? == string(other.view(), key)?)
}
