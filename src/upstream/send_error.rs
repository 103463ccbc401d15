//! The failure of a call on a connection that stood.

use super::kind::{FailureKind, causes};
use super::phase::Phase;

/// A call was sent on a connection and got no answer.
#[derive(Debug)]
pub(super) struct SendError {
    pub(super) error: hyper::Error,
    /// The connection had served an earlier call.
    pub(super) reused: bool,
    /// Bytes of this call's answer had arrived. Always false on HTTP/2, where that cannot be observed.
    pub(super) answer_begun: bool,
}

impl SendError {
    /// Returns whether a reused connection was lost before any of this call's answer arrived.
    pub(super) fn is_stale_connection(&self) -> bool {
        self.reused && !self.answer_begun && self.is_connection_lost()
    }

    /// Returns whether the connection was lost, or the server declined the call unread (HTTP/2 only).
    fn is_connection_lost(&self) -> bool {
        let declined = |error: &h2::Error| {
            error.is_remote() && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
        };
        matches!(FailureKind::of(&self.error), FailureKind::Closed | FailureKind::TimedOut(_))
            || causes(&self.error).filter_map(|cause| cause.downcast_ref()).any(declined)
    }

    /// Returns the step that failed. A server that closes while azgate still writes may have read all that it wanted,
    /// so only a request that never left azgate counts as not sent.
    pub(super) fn phase(&self) -> Phase {
        if self.error.is_canceled() || self.error.is_closed() || self.error.is_user() {
            Phase::Send
        } else if self.answer_begun || self.error.is_parse() {
            Phase::ReadAnswer
        } else {
            Phase::AwaitAnswer
        }
    }
}
