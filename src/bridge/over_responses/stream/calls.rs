//! The tool calls of a stream that the client was told of.

use super::said::Said;
use crate::bridge::over_responses::item::Tool;

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
    /// What of its input was told.
    said: Said,
    /// All of its input was told.
    done: bool,
    /// What came of its input where something of it may be missing: it waits for what tells all of it.
    waiting: Option<Vec<u8>>,
    /// How much of that the item began with.
    begun: usize,
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
            said: Said::default(),
            done: false,
            waiting: None,
            begun: 0,
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

    /// Takes a piece of the input, and gives what is to be told now.
    pub(super) fn more<'a>(&mut self, inner: &'a [u8]) -> &'a [u8] {
        if let Some(waiting) = &mut self.waiting {
            waiting.extend_from_slice(inner);
            return b"";
        }
        self.said.more(inner);
        inner
    }

    /// Takes all of the input, and gives what is to be told of it.
    pub(super) fn all<'a>(&mut self, inner: &'a [u8]) -> &'a [u8] {
        self.done = true;
        self.said.rest(inner).map_or(b"", |rest| rest.inner)
    }

    /// It misses a piece.
    fn waits(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// The item has some input when it begins. Pieces may go on from there or say it again.
    pub(super) fn begins(&mut self, inner: &[u8]) {
        if !inner.is_empty() && self.said.is_empty() && self.waiting.is_none() {
            self.waiting = Some(inner.into());
            self.begun = inner.len();
        }
    }

    /// What waits still, in the end: nothing has told all of it.
    fn left(&mut self) -> Option<Vec<u8>> {
        let mut left = self.waiting.take().filter(|_| !self.done || self.said.is_empty())?;
        let again = left.split_at_checked(self.begun).is_some_and(|(begun, more)| more.starts_with(begun));
        if again {
            left.drain(..self.begun);
        }
        (!left.is_empty()).then_some(left)
    }
}

/// The tool calls, in the order in which they appeared: the index of a chunk.
#[derive(Debug, Default)]
pub(super) struct Calls {
    told: Vec<Call>,
    /// A piece came of a call that is not known.
    missed: bool,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.told.is_empty()
    }

    /// The call that an item is.
    pub(super) fn of_item(&self, name: Name<'_>) -> Option<usize> {
        self.told.iter().position(|call| call.is(name))
    }

    /// The call that input is for. Its id is not the same in all events of every gateway, so its place counts, too; but
    /// where it could be for either of two calls, it is for none: all of it comes with the item, and so it does for a call
    /// that misses a piece.
    pub(super) fn of_input(
        &mut self,
        id: Option<&[u8]>,
        output: Option<u64>,
        is_piece: bool,
    ) -> Option<usize> {
        let by_id = |call: &Call| agree(call.id.as_deref(), id) == Some(true);
        let known = self.told.iter().any(by_id);
        let here = |call: &Call| !call.named && agree(call.output, output) == Some(true);
        let is_it = |call: &Call| !call.done && if known { by_id(call) } else { here(call) };
        let mut open = (0..).zip(&mut self.told).filter(|(_, call)| is_it(call));
        let Some((at, call)) = open.next() else {
            self.missed |= is_piece;
            return None;
        };
        if let Some((_, other)) = open.next() {
            let either = [call, other].into_iter().chain(open.map(|(_, call)| call));
            either.filter(|_| is_piece).for_each(Call::waits);
            return None;
        }
        call.named |= known;
        Some(at)
    }

    /// The next call of which something was told to nobody, and that.
    pub(super) fn left(&mut self) -> Option<(usize, Vec<u8>)> {
        (0..).zip(&mut self.told).find_map(|(at, call)| Some((at, call.left()?)))
    }

    pub(super) fn get(&mut self, index: usize) -> Option<&mut Call> {
        self.told.get_mut(index)
    }

    /// A new call, and its index.
    pub(super) fn add(&mut self, mut call: Call) -> usize {
        if self.missed {
            call.waits();
        }
        self.told.push(call);
        self.told.len() - 1
    }
}

/// Whether both are the same; `None` if one is not known.
pub(super) fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
    Some(one? == other?)
}
