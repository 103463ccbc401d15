//! In what way a call failed, found by looking through the causes of an error.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use crate::deadline::Overdue;

/// In what way a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// It took too long. The value is the limit, if the limit was one of azgate's.
    TimedOut(Option<Duration>),
    /// The host refused the connection.
    Refused,
    /// The other side closed or reset the connection.
    Closed,
    /// The peer sent something that is not HTTP.
    Malformed,
    /// Anything else. The source of the failure describes it.
    Other,
}

impl FailureKind {
    /// Returns the kind of an error: that of the first cause that is not [`FailureKind::Other`].
    pub fn of(error: &(dyn StdError + 'static)) -> Self {
        causes(error).map(kind_of_cause).find(|kind| *kind != Self::Other).unwrap_or(Self::Other)
    }
}

fn kind_of_cause(error: &(dyn StdError + 'static)) -> FailureKind {
    if let Some(overdue) = error.downcast_ref::<Overdue>() {
        return FailureKind::TimedOut(Some(overdue.after));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.kind() {
            io::ErrorKind::TimedOut => FailureKind::TimedOut(None),
            io::ErrorKind::ConnectionRefused => FailureKind::Refused,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof => FailureKind::Closed,
            _ => FailureKind::Other,
        };
    }
    match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            FailureKind::Closed
        }
        Some(error) if error.is_parse() => FailureKind::Malformed,
        _ => FailureKind::Other,
    }
}

/// Iterates over the error and its causes, outermost first.
pub(super) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}
