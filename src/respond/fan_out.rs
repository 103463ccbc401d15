//! The answers to the copies of a call, as one answer with a choice of each.

use bytes::Bytes;

use super::reading;
use crate::{bridge::over_responses, json::Document};

/// Merges answers into one. Returns what was written where that is not JSON.
pub(super) fn merged(mut answers: Vec<Document>) -> Result<Document, Bytes> {
    match answers.pop() {
        Some(only) if answers.is_empty() => Ok(only),
        last => {
            answers.extend(last);
            let merged = Bytes::from(over_responses::merge(&answers));
            Document::parse(merged.clone(), reading::DEPTH).map_err(|_| merged)
        }
    }
}
