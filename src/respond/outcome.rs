//! What is known of a stream at its end.

use crate::call::AnswerSummary;

/// How a stream ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With the event that ends it: `[DONE]`, or a response's last.
    Done,
    /// In order, but without that event.
    Eof,
    /// Upstream broke off, and the client was told; or upstream told of an error itself.
    UpstreamFailed,
    /// The client left before the end.
    ClientGone,
}

impl End {
    /// The end's name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Eof => "eof",
            End::UpstreamFailed => "upstream_failed",
            End::ClientGone => "client_gone",
        }
    }
}

/// What is known of a stream at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamOutcome {
    /// What it told of itself; or the code of azgate's own error, if the client read that.
    pub told: AnswerSummary,
    /// How it ended.
    pub end: End,
    /// Why upstream failed, for the log.
    pub cause: Option<String>,
    /// Bytes handed to the client.
    pub bytes: u64,
}
