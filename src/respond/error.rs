//! Why an answer of Azure's could not be passed on.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::{collect::CollectError, envelope::excerpt, reading};
use crate::{deadline::Overdue, json::Document, upstream::AnswerBodyError};

/// An answer that could not be passed on.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Azure did not take azgate's own credential; that is no business of the client's key.
    #[error("Azure refused azgate's credential for the resource `{resource}` with status {status}")]
    Authentication {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// A redirect, which azgate does not follow and the client could not.
    #[error("Azure answered with the redirect {status}: check the endpoint of the resource `{resource}`")]
    Redirect {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// A compressed answer, though none was asked for: it can be neither read nor passed on as what it is.
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
    /// A stream that should become a JSON answer does not.
    #[error(transparent)]
    Uncollected(#[from] CollectError),
    /// A stream was asked for, and the JSON answer that it should be made of is none.
    #[error("Azure's answer is not one that azgate understands: {excerpt}")]
    Malformed {
        /// How the answer begins.
        excerpt: String,
        /// What it was, without a word of what it says.
        what: String,
    },
    /// A JSON answer that is larger than any model's.
    #[error("Azure's answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl AnswerError {
    /// What the log says of it, if the message quotes the answer: that is for its client alone.
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

/// An answer that should be JSON of a known form, and is not.
pub(super) fn malformed(status: StatusCode, content_type: Option<&HeaderValue>, body: &Bytes) -> AnswerError {
    let (status, length) = (status.as_u16(), body.len());
    let kind = content_type.map_or(Cow::Borrowed("none"), |kind| String::from_utf8_lossy(kind.as_bytes()));
    let what = match Document::parse(body.clone(), reading::DEPTH) {
        Ok(_) => format!("status {status}, content-type {kind}, {length} bytes of JSON that is no answer"),
        Err(why) => format!("status {status}, content-type {kind}, {length} bytes, no JSON: {why}"),
    };
    AnswerError::Malformed { excerpt: excerpt(body), what }
}
