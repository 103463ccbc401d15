//! Merges the answers to the copies of a call into one answer, which has a choice of each.

use bytes::Bytes;

use super::answer;
use crate::{bridge::over_responses, json::Document};

/// Merges answers into one. Returns the merged text as the error if it is not JSON.
pub(super) fn merged(mut answers: Vec<Document>) -> Result<Document, Bytes> {
    match answers.pop() {
        Some(only) if answers.is_empty() => Ok(only),
        last => {
            answers.extend(last);
            let merged = Bytes::from(over_responses::merge(&answers));
            Document::parse(merged.clone(), answer::DEPTH).map_err(|_| merged)
        }
    }
}
