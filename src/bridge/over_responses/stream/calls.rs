//! The tool calls of a stream that the client knows.

use super::sent_text::SentText;
use crate::bridge::tool_kind::ToolKind;

/// What identifies a call, as far as an event says it. Strings have their quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallRef<'a> {
    /// The id with which the client answers the call.
    pub(super) call_id: Option<&'a [u8]>,
    /// The id of the call's item.
    pub(super) id: Option<&'a [u8]>,
    /// The item's position in the output.
    pub(super) output: Option<u64>,
}

/// A tool call that was named to the client.
#[derive(Debug)]
pub(super) struct ToolCallState {
    call_id: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    output: Option<u64>,
    pub(super) kind: ToolKind,
    /// What was sent of its input.
    sent: SentText,
    /// Whether its whole input was sent.
    done: bool,
    /// The input that came while a piece may be missing. It waits for an event with the whole input.
    waiting: Option<Vec<u8>>,
    /// How much of `waiting` was in the item when it began.
    initial: usize,
    /// Whether its input comes under its own id.
    named: bool,
}

impl ToolCallState {
    pub(super) fn new(call: CallRef<'_>, kind: ToolKind) -> ToolCallState {
        let owned = |text: Option<&[u8]>| text.map(<[u8]>::to_vec);
        ToolCallState {
            call_id: owned(call.call_id),
            id: owned(call.id),
            output: call.output,
            kind,
            sent: SentText::default(),
            done: false,
            waiting: None,
            initial: 0,
            named: false,
        }
    }

    /// Returns whether an item is this call. Its id or its position may have changed, if the client would answer both
    /// with the same `call_id`.
    fn is(&self, call: CallRef<'_>) -> bool {
        let id = agree(self.id.as_deref(), call.id);
        let output = agree(self.output, call.output);
        match agree(self.call_id.as_deref(), call.call_id) {
            Some(false) => false,
            Some(true) => id != Some(false) || output != Some(false),
            None => id.or(output) == Some(true),
        }
    }

    /// Takes a piece of the input, and returns what to send now.
    pub(super) fn add<'a>(&mut self, inner: &'a [u8]) -> &'a [u8] {
        if let Some(waiting) = &mut self.waiting {
            waiting.extend_from_slice(inner);
            return b"";
        }
        self.sent.add(inner);
        inner
    }

    /// Takes the whole input, and returns what was not sent yet.
    pub(super) fn add_whole<'a>(&mut self, inner: &'a [u8]) -> &'a [u8] {
        self.done = true;
        self.sent.unsent(inner).map_or(b"", |unsent| unsent.inner)
    }

    /// Notes that a piece of the input may be missing.
    fn wait(&mut self) {
        self.waiting.get_or_insert_default();
    }

    /// Takes the input that the item has when it begins. The pieces may continue it or repeat it.
    pub(super) fn begin(&mut self, inner: &[u8]) {
        if !inner.is_empty() && self.sent.is_empty() && self.waiting.is_none() {
            self.waiting = Some(inner.into());
            self.initial = inner.len();
        }
    }

    /// Returns the input that still waits at the end, because no event had the whole input.
    fn take_waiting(&mut self) -> Option<Vec<u8>> {
        let mut waiting = self.waiting.take().filter(|_| !self.done || self.sent.is_empty())?;
        let is_repeated =
            waiting.split_at_checked(self.initial).is_some_and(|(initial, more)| more.starts_with(initial));
        if is_repeated {
            waiting.drain(..self.initial);
        }
        (!waiting.is_empty()).then_some(waiting)
    }
}

/// The tool calls in the order in which they appeared, which is their index in the chunks.
#[derive(Debug, Default)]
pub(super) struct ToolCalls {
    calls: Vec<ToolCallState>,
    /// Whether a piece came for a call that is not known.
    missed: bool,
}

impl ToolCalls {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Returns the index of the call that an item is.
    pub(super) fn of_item(&self, item: CallRef<'_>) -> Option<usize> {
        self.calls.iter().position(|call| call.is(item))
    }

    /// Returns the index of the call that input is for. Some gateways change the id between events, so the position
    /// counts too. If the input could be for either of two calls, it goes to none: both wait for their items, which
    /// have the whole input. A call that may have missed a piece waits as well.
    pub(super) fn of_input(
        &mut self,
        id: Option<&[u8]>,
        output: Option<u64>,
        is_piece: bool,
    ) -> Option<usize> {
        let by_id = |call: &ToolCallState| agree(call.id.as_deref(), id) == Some(true);
        let known = self.calls.iter().any(by_id);
        let here = |call: &ToolCallState| !call.named && agree(call.output, output) == Some(true);
        let is_it = |call: &ToolCallState| !call.done && if known { by_id(call) } else { here(call) };
        let mut open = (0..).zip(&mut self.calls).filter(|(_, call)| is_it(call));
        let Some((at, call)) = open.next() else {
            self.missed |= is_piece;
            return None;
        };
        if let Some((_, other)) = open.next() {
            let either = [call, other].into_iter().chain(open.map(|(_, call)| call));
            either.filter(|_| is_piece).for_each(ToolCallState::wait);
            return None;
        }
        call.named |= known;
        Some(at)
    }

    /// Returns the next call with input that still waits, and that input.
    pub(super) fn take_waiting(&mut self) -> Option<(usize, Vec<u8>)> {
        (0..).zip(&mut self.calls).find_map(|(at, call)| Some((at, call.take_waiting()?)))
    }

    pub(super) fn get(&mut self, index: usize) -> Option<&mut ToolCallState> {
        self.calls.get_mut(index)
    }

    /// Adds a call, and returns its index.
    pub(super) fn add(&mut self, mut call: ToolCallState) -> usize {
        if self.missed {
            call.wait();
        }
        self.calls.push(call);
        self.calls.len() - 1
    }
}

/// Returns whether both are the same; `None` if one is not known.
pub(super) fn agree<T: PartialEq>(one: Option<T>, other: Option<T>) -> Option<bool> {
    Some(one? == other?)
}
