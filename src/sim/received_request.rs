//! The record of a request, for a test to look at.

use std::sync::{Arc, OnceLock};

use axum::http::HeaderMap;
use bytes::Bytes;

use super::ending::Ending;

/// One request as it came in. The headers that carry keys are marked as sensitive, so that `Debug` does not print them.
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
    /// How the answer ended. The cell is empty while the answer is under way.
    pub ending: Arc<OnceLock<Ending>>,
}
