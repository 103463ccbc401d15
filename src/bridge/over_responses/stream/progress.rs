//! What of a response has been told already.

use crate::bridge::over_responses::item::{PartKind, Tool};

/// A text by its place in the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) kind: PartKind,
    /// The item's place in the output.
    pub(super) output: u64,
    /// The part's place in the item.
    pub(super) index: u64,
}

/// The texts that something was told of.
#[derive(Debug, Default)]
pub(super) struct Texts(Vec<Place>);

impl Texts {
    /// Whether something of it was told.
    pub(super) fn has(&self, place: Place) -> bool {
        // Nearly always it is the last.
        self.0.iter().rev().any(|told| *told == place)
    }

    /// Notes that something is told of it; true if it is another part of the reasoning than the first.
    pub(super) fn tell(&mut self, place: Place) -> bool {
        if self.has(place) {
            return false;
        }
        let is_thought = |place: &Place| matches!(place.kind, PartKind::Summary | PartKind::Thought);
        let another = is_thought(&place) && self.0.iter().any(is_thought);
        self.0.push(place);
        another
    }
}

/// A tool call that was told of.
#[derive(Debug)]
pub(super) struct Call {
    /// The id of its item, as it is spelt.
    pub(super) id: Option<Vec<u8>>,
    /// The item's place in the output.
    pub(super) output: Option<u64>,
    pub(super) tool: Tool,
    /// Something of its input was told.
    pub(super) fed: bool,
}

/// The tool calls, in the order in which they appeared: the index of a chunk.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The call of an item. Its id is not the same in all events of every gateway, so its place counts, too.
    pub(super) fn of(&mut self, id: Option<&[u8]>, output: Option<u64>) -> Option<(usize, &mut Call)> {
        let by_id = self.0.iter().position(|call| id.is_some() && call.id.as_deref() == id);
        let by_place = || self.0.iter().position(|call| output.is_some() && call.output == output);
        let at = by_id.or_else(by_place)?;
        Some((at, self.0.get_mut(at)?))
    }

    /// A new call, and its index.
    pub(super) fn add(&mut self, call: Call) -> usize {
        self.0.push(call);
        self.0.len() - 1
    }
}
