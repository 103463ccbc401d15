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

/// What tells a call from others, as far as an event says it. Strings as they are spelt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name<'a> {
    /// By which the client answers to it.
    pub(super) call_id: Option<&'a [u8]>,
    /// The id of its item.
    pub(super) id: Option<&'a [u8]>,
    /// The item's place in the output.
    pub(super) output: Option<u64>,
}

/// A tool call that was told of.
#[derive(Debug)]
pub(super) struct Call {
    answered_as: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    output: Option<u64>,
    pub(super) tool: Tool,
    /// Something of its input was told.
    fed: bool,
    /// All of its input was told.
    done: bool,
    /// Its input comes under its own id.
    named: bool,
}

impl Call {
    pub(super) fn new(name: Name<'_>, tool: Tool) -> Call {
        let owned = |text: Option<&[u8]>| text.map(<[u8]>::to_vec);
        Call {
            answered_as: owned(name.call_id),
            id: owned(name.id),
            output: name.output,
            tool,
            fed: false,
            done: false,
            named: false,
        }
    }

    /// Whether an item is this call. Of its id and its place one may be another than before, if the client would answer to
    /// the same.
    fn is(&self, name: Name<'_>) -> bool {
        let id = agree(self.id.as_deref(), name.id);
        let output = agree(self.output, name.output);
        match agree(self.answered_as.as_deref(), name.call_id) {
            Some(false) => false,
            Some(true) => id != Some(false) || output != Some(false),
            None => id.or(output) == Some(true),
        }
    }

    /// Takes note of input, all of it or a piece; whether it is to be told. All of it is nothing new behind a piece.
    pub(super) fn takes(&mut self, inner: &[u8], is_all: bool) -> bool {
        let told = !(inner.is_empty() || is_all && self.fed);
        self.fed |= told;
        self.done |= is_all;
        told
    }
}

/// The tool calls, in the order in which they appeared: the index of a chunk.
#[derive(Debug, Default)]
pub(super) struct Calls(Vec<Call>);

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The call that an item is.
    pub(super) fn of_item(&self, name: Name<'_>) -> Option<usize> {
        self.0.iter().position(|call| call.is(name))
    }

    /// The call that input is for. Its id is not the same in all events of every gateway, so its place counts, too; but
    /// where it could be for either of two calls, it is for none: all of it comes with the item.
    pub(super) fn of_input(&mut self, id: Option<&[u8]>, output: Option<u64>) -> Option<usize> {
        let by_id = |call: &Call| agree(call.id.as_deref(), id) == Some(true);
        let known = self.0.iter().any(by_id);
        let here = |call: &Call| !call.named && agree(call.output, output) == Some(true);
        let is_it = |call: &Call| !call.done && if known { by_id(call) } else { here(call) };
        let mut open = (0..).zip(&mut self.0).filter(|(_, call)| is_it(call));
        let (at, call) = open.next()?;
        if open.next().is_some() {
            return None;
        }
        call.named |= known;
        Some(at)
    }

    pub(super) fn get(&mut self, index: usize) -> Option<&mut Call> {
        self.0.get_mut(index)
    }

    /// A new call, and its index.
    pub(super) fn add(&mut self, call: Call) -> usize {
        self.0.push(call);
        self.0.len() - 1
    }
}

/// Whether both are the same; `None` if one is not known.
fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
    Some(one? == other?)
}
