//! The errors of answers that azgate cannot pass on.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};

use super::{answer, collect::CollectError, denied::Denial, envelope::excerpt, origin::Origin};
use crate::{deadline::Overdue, json::Document, upstream::AnswerBodyError};

/// Why an answer of Azure's cannot be passed on.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// Azure refused azgate itself. The client's key is not at fault.
    #[error("{message}")]
    Denied {
        /// Why.
        denial: Denial,
        /// The reason and the remedy, with Azure's own words.
        message: String,
        /// The same for the log, without Azure's words.
        unquoted: String,
    },
    /// Azure sent a redirect. azgate does not follow it, and the client could not.
    #[error("Azure answered with the redirect {status}: check the endpoint of the resource `{resource}`")]
    Redirect {
        /// The resource's name in the configuration.
        resource: String,
        /// Azure's status.
        status: u16,
    },
    /// Azure sent a status that answers no call: 101, or a number that no standard has.
    #[error("the resource `{resource}` answered with the status {status}, which is no answer to a call")]
    Status {
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
    /// The body is not an answer, whatever its status says.
    #[error("the resource `{resource}` sent a body that is not an answer ({what}){}", begins(excerpt))]
    Malformed {
        /// The resource's name in the configuration.
        resource: String,
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
            AnswerError::Denied { unquoted, .. } => Some(unquoted.clone()),
            AnswerError::Malformed { resource, what, .. } => {
                Some(format!("the resource `{resource}` sent a body that is not an answer ({what})"))
            }
            AnswerError::Uncollected(CollectError::Malformed { bytes, .. }) => {
                Some(format!("an event of {bytes} bytes in Azure's stream is no JSON object"))
            }
            _ => None,
        }
    }
}

fn begins(excerpt: &str) -> String {
    if excerpt.is_empty() { String::new() } else { format!(". It begins with: {excerpt}") }
}

/// Returns the error for an answer that is not JSON of a known form.
pub(super) fn malformed(
    origin: Origin<'_>,
    (status, content_type): (StatusCode, Option<&HeaderValue>),
    body: &Bytes,
) -> AnswerError {
    let body = origin.conceal(body);
    let (status, length) = (status.as_u16(), body.len());
    let kind = content_type.map_or(Cow::Borrowed("none"), |kind| String::from_utf8_lossy(kind.as_bytes()));
    let what = match Document::parse(body.clone(), answer::DEPTH) {
        Ok(_) => format!("status {status}, content-type {kind}, {length} bytes of JSON that is no answer"),
        Err(why) => format!("status {status}, content-type {kind}, {length} bytes, no JSON: {why}"),
    };
    AnswerError::Malformed { resource: origin.resource.to_owned(), excerpt: excerpt(&body), what }
}
