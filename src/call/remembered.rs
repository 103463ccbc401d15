//! What azgate remembers of an earlier answer, for a client that sends the answer back without its reasoning.

use std::sync::Arc;

use bytes::Bytes;

/// The vendor field `azgate` of an answer that has reasoning and tool calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptReasoning {
    /// The ids of the answer's tool calls. The client sends them back with the results.
    pub call_ids: Vec<String>,
    /// The field, as the client got it.
    pub field: Bytes,
    /// The resource that made the reasoning. No other resource can read it.
    pub resource: Arc<str>,
}

/// The vendor field that a message of a call lacks, and that azgate remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The index of the message.
    pub message: usize,
    /// The field.
    pub field: Bytes,
    /// The resource that made the reasoning in it.
    pub resource: Arc<str>,
}
