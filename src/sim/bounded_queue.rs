//! A queue that keeps its newest entries, within a limit on their number and on their bytes.

use std::collections::VecDeque;

/// The most entries that a queue keeps.
const ENTRIES: usize = 1_000;

/// The most bytes that the entries of a queue hold together.
const BYTES: usize = 64 << 20;

/// The newest entries. An entry that alone exceeds the byte limit stays until the next one arrives.
#[derive(Debug)]
pub(super) struct BoundedQueue<T> {
    /// Each entry with its bytes.
    entries: VecDeque<(T, usize)>,
    bytes: usize,
}

impl<T> Default for BoundedQueue<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), bytes: 0 }
    }
}

impl<T> BoundedQueue<T> {
    /// Adds an entry and removes the oldest entries that exceed a limit.
    pub(super) fn push(&mut self, entry: T, bytes: usize) {
        self.bytes += bytes;
        self.entries.push_back((entry, bytes));
        while self.entries.len() > ENTRIES || (self.bytes > BYTES && self.entries.len() > 1) {
            self.bytes -= self.entries.pop_front().map_or(0, |(_, oldest)| oldest);
        }
    }

    /// Removes the first entry that fits. Returns whether there was one.
    pub(super) fn remove(&mut self, fits: impl Fn(&T) -> bool) -> bool {
        let Some(at) = self.entries.iter().position(|(entry, _)| fits(entry)) else { return false };
        self.bytes -= self.entries.remove(at).map_or(0, |(_, bytes)| bytes);
        true
    }

    /// Iterates over the entries, the oldest first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.entries.iter().map(|(entry, _)| entry)
    }

    /// Iterates over the entries, the oldest first.
    pub(super) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.entries.iter_mut().map(|(entry, _)| entry)
    }

    /// Removes every entry.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
