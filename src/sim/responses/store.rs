//! The newest stored responses.

use serde_json::Value;

use crate::sim::{
    bounded_queue::BoundedQueue,
    json::{list, text},
};

/// One stored response.
#[derive(Debug)]
pub(in crate::sim) struct StoredResponse {
    pub(super) id: String,
    /// The response in its final state.
    pub(super) object: Value,
    /// The items of its own input. Each has an id.
    pub(super) input: Vec<Value>,
    /// The id of the response that it continued.
    pub(super) previous: Option<String>,
    /// Whether this is a background response that nobody has asked for yet. It can still be cancelled.
    pub(super) is_waiting: bool,
}

/// The newest stored responses.
#[derive(Debug, Default)]
pub(in crate::sim) struct ResponseStore {
    responses: BoundedQueue<StoredResponse>,
}

impl ResponseStore {
    /// Stores a response. `bytes` is the length of its request.
    pub(super) fn insert(&mut self, response: StoredResponse, bytes: usize) {
        self.responses.push(response, bytes);
    }

    pub(super) fn find(&self, id: &str) -> Option<&StoredResponse> {
        self.responses.iter().rev().find(|response| response.id == id)
    }

    pub(super) fn find_mut(&mut self, id: &str) -> Option<&mut StoredResponse> {
        self.responses.iter_mut().rev().find(|response| response.id == id)
    }

    /// Removes a response. Returns whether there was one.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        self.responses.remove(|response| response.id == id)
    }

    /// Finds a stored item, in an output or in an input.
    pub(super) fn item(&self, id: &str) -> Option<&Value> {
        let responses = self.responses.iter().rev();
        let mut items = responses.flat_map(|response| response.output().iter().chain(&response.input));
        items.find(|item| text(item, "id") == id)
    }

    /// Finds the response whose output has this item.
    pub(super) fn producer(&self, id: &str) -> Option<&StoredResponse> {
        let has_item =
            |response: &&StoredResponse| response.output().iter().any(|item| text(item, "id") == id);
        self.responses.iter().rev().find(has_item)
    }

    /// Returns the inputs and outputs of a conversation up to and including this response, the oldest first.
    pub(super) fn conversation(&self, id: &str) -> Option<Vec<Value>> {
        let mut turns = vec![self.find(id)?];
        while let Some(previous) = turns.last().and_then(|response| response.previous.as_deref())
            && let Some(response) = self.find(previous)
        {
            turns.push(response);
        }
        let items = turns.iter().rev().flat_map(|response| response.input.iter().chain(response.output()));
        Some(items.cloned().collect())
    }
}

impl StoredResponse {
    pub(super) fn output(&self) -> &[Value] {
        list(&self.object, "output")
    }
}
