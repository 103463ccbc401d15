//! The responses that were stored, the newest of them.

use std::collections::VecDeque;

use serde_json::Value;

use super::read::text;

/// The newest responses are kept, up to this many …
const RESPONSES: usize = 1_000;

/// … and up to this many bytes of requests.
const BYTES: usize = 64 << 20;

/// One stored response.
#[derive(Debug)]
pub(in crate::sim) struct StoredResponse {
    pub(super) id: String,
    /// The response when it was done.
    pub(super) object: Value,
    /// Its own input, each item with an id.
    pub(super) input: Vec<Value>,
    /// The response that it continued.
    pub(super) previous: Option<String>,
    /// A background response that nobody has asked for yet, which can still be cancelled.
    pub(super) is_waiting: bool,
    /// The length of its request.
    pub(super) bytes: usize,
}

/// Every stored response.
#[derive(Debug, Default)]
pub(in crate::sim) struct ResponseStore {
    stored: VecDeque<StoredResponse>,
    bytes: usize,
}

impl ResponseStore {
    pub(super) fn insert(&mut self, stored: StoredResponse) {
        self.bytes += stored.bytes;
        self.stored.push_back(stored);
        while self.stored.len() > RESPONSES || (self.bytes > BYTES && self.stored.len() > 1) {
            self.bytes -= self.stored.pop_front().map_or(0, |oldest| oldest.bytes);
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<&StoredResponse> {
        self.stored.iter().rev().find(|stored| stored.id == id)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut StoredResponse> {
        self.stored.iter_mut().rev().find(|stored| stored.id == id)
    }

    /// Forgets a response; whether there was one.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let Some(at) = self.stored.iter().position(|stored| stored.id == id) else { return false };
        self.bytes -= self.stored.remove(at).map_or(0, |stored| stored.bytes);
        true
    }

    /// A stored item, of an output or of an input.
    pub(super) fn item(&self, id: &str) -> Option<&Value> {
        let items = self.stored.iter().rev().flat_map(|stored| stored.output().iter().chain(&stored.input));
        items.into_iter().find(|item| text(item, "id") == id)
    }

    /// The response whose output has this item.
    pub(super) fn producer(&self, id: &str) -> Option<&StoredResponse> {
        let has_item = |stored: &&StoredResponse| stored.output().iter().any(|item| text(item, "id") == id);
        self.stored.iter().rev().find(has_item)
    }

    /// The conversation up to and with a response: its inputs and outputs, the oldest first.
    pub(super) fn conversation(&self, id: &str) -> Option<Vec<Value>> {
        let mut turns = vec![self.find(id)?];
        while let Some(previous) = turns.last().and_then(|stored| stored.previous.as_deref())
            && let Some(stored) = self.find(previous)
        {
            turns.push(stored);
        }
        let items = turns.iter().rev().flat_map(|stored| stored.input.iter().chain(stored.output()));
        Some(items.cloned().collect())
    }
}

impl StoredResponse {
    pub(super) fn output(&self) -> &[Value] {
        self.object.get("output").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
