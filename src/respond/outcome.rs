//! How a call ended, and what its answer contained.

use crate::call::AnswerSummary;

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// All of it was there. A stream had the event that ends it: `[DONE]`, or a response's last.
    #[default]
    Done,
    /// The stream ended in order, but without that event.
    Eof,
    /// Azure's answer broke off, or contained an error, or there was none.
    UpstreamFailed,
    /// The client left before the end.
    ClientGone,
    /// azgate refused the call.
    Refused,
}

impl End {
    /// Returns the end's name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            End::Done => "done",
            End::Eof => "eof",
            End::UpstreamFailed => "upstream_failed",
            End::ClientGone => "client_gone",
            End::Refused => "refused",
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the answer contained; or the code of azgate's own error, if the client got that.
    pub summary: AnswerSummary,
    /// Whether the answer was all reasoning and used up its token cap.
    pub exhausted: bool,
    /// How the answer ended.
    pub end: End,
    /// Why Azure failed, for the log. It quotes neither prompt nor answer.
    pub cause: Option<String>,
    /// Bytes handed to the client, of a stream.
    pub bytes: u64,
}

impl Outcome {
    /// An answer that is an error with this code.
    pub(super) fn error(code: Option<String>) -> Outcome {
        Outcome { summary: AnswerSummary { error: code, ..AnswerSummary::default() }, ..Outcome::default() }
    }
}
