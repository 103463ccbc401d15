//! The finished items of a stream, which the last chunks need.

use crate::bridge::{
    over_responses::item::{ItemKind, OutputItem},
    values::string,
};

/// Finished items in the order of their positions in the output. A faulty upstream may give several the same position.
#[derive(Debug, Default)]
pub(super) struct FinishedItems(Vec<(u64, OutputItem)>);

impl FinishedItems {
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &OutputItem> + ExactSizeIterator + Clone {
        self.0.iter().map(|(_, item)| item)
    }

    /// Returns the position behind all items.
    pub(super) fn next(&self) -> u64 {
        self.0.last().map_or(0, |(last, _)| last.saturating_add(1))
    }

    /// Returns the index of the last message.
    pub(super) fn last_message(&self) -> Option<usize> {
        self.all().rposition(|item| item.kind() == ItemKind::Message)
    }

    /// Keeps an item. If it comes again, it replaces the earlier one.
    pub(super) fn keep(&mut self, output: u64, item: OutputItem) {
        let again = |known: &(u64, OutputItem)| {
            known.0 == output && agree(&known.1, &item, "id") != Some(false) && may_be_same(&known.1, &item)
        };
        if let Some(known) = self.0.iter_mut().find(|known| again(known)) {
            known.1 = item;
        } else {
            let behind = self.0.partition_point(|(known, _)| *known <= output);
            self.0.insert(behind, (output, item));
        }
    }

    /// Returns whether an item of the finished response is known. It may have another position there than in the
    /// events, or another id.
    pub(super) fn has(&self, output: u64, item: &OutputItem) -> bool {
        let same_id = |known: &OutputItem| agree(known, item, "id") == Some(true);
        self.0.iter().any(|(at, known)| (*at == output || same_id(known)) && may_be_same(known, item))
    }
}

/// Returns whether two items may be one: they have the same type, and a client would not answer them separately.
fn may_be_same(one: &OutputItem, other: &OutputItem) -> bool {
    one.name() == other.name() && agree(one, other, "call_id") != Some(false)
}

/// Returns whether both items have the same string under a key; `None` if not both have one.
fn agree(one: &OutputItem, other: &OutputItem, key: &str) -> Option<bool> {
    super::calls::agree(string(one.view(), key), string(other.view(), key))
}
