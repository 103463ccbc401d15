//! The errors of answers that azgate cannot pass on.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::{answer, collect::CollectError, envelope::excerpt};
use crate::{deadline::Overdue, json::Document, upstream::AnswerBodyError};

/// Why an answer of Azure's cannot be passed on.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Azure did not take azgate's own credential. The client's key is not at fault.
    #[error("Azure refused azgate's credential for the resource `{resource}` with status {status}")]
    Authentication {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// Azure sent a redirect. azgate does not follow it, and the client could not.
    #[error("Azure answered with the redirect {status}: check the endpoint of the resource `{resource}`")]
    Redirect {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// The answer is compressed, which azgate did not ask for. azgate can neither read it nor pass it on.
    #[error(
        "Azure's answer is compressed ({coding}), though azgate asks for none that is: look at what stands between"
    )]
    Compressed {
        /// The `content-encoding`.
        coding: String,
    },
    /// The connection broke before the answer's end.
    #[error("reading Azure's answer failed: {0}")]
    Interrupted(#[source] AnswerBodyError),
    /// The answer stopped coming.
    #[error("Azure's answer did not come to its end: {0}")]
    Overdue(Overdue),
    /// A stream could not be collected into a JSON answer.
    #[error(transparent)]
    Uncollected(#[from] CollectError),
    /// The body is not an answer, so azgate can make no stream or bridged answer of it.
    #[error("Azure's answer is not one that azgate understands: {excerpt}")]
    Malformed {
        /// How the answer begins.
        excerpt: String,
        /// A description that quotes nothing of the answer.
        what: String,
    },
    /// The JSON answer is larger than any model's.
    #[error("Azure's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl AnswerError {
    /// Returns the text for the log if the message quotes the answer, which only the client may see.
    pub fn unquoted(&self) -> Option<String> {
        match self {
            AnswerError::Malformed { what, .. } => {
                Some(format!("Azure's answer is not one that azgate understands: {what}"))
            }
            AnswerError::Uncollected(CollectError::Malformed { bytes, .. }) => {
                Some(format!("an event of {bytes} bytes in Azure's stream is no JSON object"))
            }
            _ => None,
        }
    }
}

/// Returns the error for an answer that is not JSON of a known form.
pub(super) fn malformed(status: StatusCode, content_type: Option<&HeaderValue>, body: &Bytes) -> AnswerError {
    let (status, length) = (status.as_u16(), body.len());
    let kind = content_type.map_or(Cow::Borrowed("none"), |kind| String::from_utf8_lossy(kind.as_bytes()));
    let what = match Document::parse(body.clone(), answer::DEPTH) {
        Ok(_) => format!("status {status}, content-type {kind}, {length} bytes of JSON that is no answer"),
        Err(why) => format!("status {status}, content-type {kind}, {length} bytes, no JSON: {why}"),
    };
    AnswerError::Malformed { excerpt: excerpt(body), what }
}
