//! How a call ended, and what its answer contained.

use crate::call::AnswerSummary;

/// How an answer ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// The answer was complete. A stream had its last event: `[DONE]`, or the last event of a response.
    #[default]
    Done,
    /// The stream ended in order, but without its last event.
    Eof,
    /// Azure's answer broke off, or contained an error, or there was none.
    UpstreamFailed,
    /// The client left before the end.
    ClientGone,
    /// azgate refused the call.
    Refused,
    /// azgate stopped, and the call had no more time to end.
    CutOff,
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
            End::CutOff => "cut_off",
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The answer's summary, or the code of azgate's own error if the client got that.
    pub summary: AnswerSummary,
    /// Whether the answer was only reasoning, which used up its token cap.
    pub exhausted: bool,
    /// How the answer ended.
    pub end: End,
    /// Why Azure failed, for the log. It quotes neither prompt nor answer.
    pub cause: Option<String>,
    /// How many bytes of a stream were handed to the client.
    pub bytes: u64,
}

impl Outcome {
    /// Returns the outcome of an answer that is an error with this code.
    pub(super) fn error(code: Option<String>) -> Outcome {
        Outcome { summary: AnswerSummary { error: code, ..AnswerSummary::default() }, ..Outcome::default() }
    }
}
