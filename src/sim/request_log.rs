//! What the simulator received, for a test to look at.

use std::{
    collections::VecDeque,
    sync::{Arc, OnceLock},
};

use axum::http::HeaderMap;
use bytes::Bytes;

use super::ending::Ending;

/// The newest requests are kept, up to this many …
const REQUESTS: usize = 1_000;

/// … and up to this many bytes of bodies.
const BYTES: usize = 64 << 20;

/// One request as it came in. The headers that carry keys are marked, so that `Debug` does not print them.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path and the query, undecoded.
    pub path: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Bytes,
    /// How the answer ended. It is empty while the answer is under way.
    pub ending: Arc<OnceLock<Ending>>,
}

/// The newest requests.
#[derive(Debug, Default)]
pub(super) struct RequestLog {
    entries: VecDeque<ReceivedRequest>,
    bytes: usize,
}

impl RequestLog {
    pub(super) fn push(&mut self, received: ReceivedRequest) {
        self.bytes += received.body.len();
        self.entries.push_back(received);
        while self.entries.len() > REQUESTS || (self.bytes > BYTES && self.entries.len() > 1) {
            self.bytes -= self.entries.pop_front().map_or(0, |oldest| oldest.body.len());
        }
    }

    pub(super) fn all(&self) -> Vec<ReceivedRequest> {
        self.entries.iter().cloned().collect()
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}
