//! Why there is no answer: in which phase it failed, how, and in words that a user of the gateway understands.
//! An answer with an error status is not a failure; what a failure means to the client is decided elsewhere.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use http::Uri;

use crate::deadline::Overdue;

use super::connect::ConnectError;

/// How far a call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Looking up the host's name.
    Resolve,
    /// Opening the connection.
    Connect,
    /// Agreeing on TLS, which includes the certificate.
    Tls,
    /// Reaching or passing the forward proxy.
    Proxy,
    /// Handing over the request: the server has not seen all of it.
    Send,
    /// The request is out, no answer's head has come back.
    AwaitAnswer,
    /// An answer has begun.
    ReadAnswer,
}

impl Phase {
    /// Whether there was no connection yet that a call could be sent on.
    pub fn is_before_the_call(self) -> bool {
        matches!(self, Self::Resolve | Self::Connect | Self::Tls | Self::Proxy)
    }
}

/// In what way it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It took too long; how long that is, where it was our limit.
    TimedOut(Option<Duration>),
    /// Nobody listens there.
    Refused,
    /// The other side closed or reset the connection.
    Closed,
    /// What came is not HTTP.
    Malformed,
    /// Anything else; the source says what.
    Other,
}

/// A call to Azure that brought no (complete) answer.
#[derive(Debug)]
pub struct Failure {
    /// How far it got.
    pub phase: Phase,
    /// In what way it failed.
    pub kind: Kind,
    /// Whether the connection had served an earlier call.
    pub reused: bool,
    /// Whether this was the second sending, after a reused connection had died.
    pub resent: bool,
    origin: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// A call that had its connection and got no answer on it.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) error: hyper::Error,
    /// The connection had served an earlier call.
    pub(super) reused: bool,
    /// Bytes of this call's answer had come; never known on HTTP/2.
    pub(super) heard: bool,
}

impl Lost {
    /// Whether the connection had served before, and went away before any of this call's answer.
    pub(super) fn was_stale(&self) -> bool {
        self.reused && !self.heard && self.is_loss()
    }

    /// Whether the connection was lost, or the server said that it had not looked at the call (HTTP/2 only).
    fn is_loss(&self) -> bool {
        let declined = |error: &h2::Error| {
            error.is_remote() && (error.is_go_away() || error.reason() == Some(h2::Reason::REFUSED_STREAM))
        };
        matches!(Kind::of(&self.error), Kind::Closed | Kind::TimedOut(_))
            || causes(&self.error).filter_map(|cause| cause.downcast_ref()).any(declined)
    }

    /// A server that closes while we write is as likely to have read all it wanted, so only what never left counts
    /// as not sent.
    fn phase(&self) -> Phase {
        if self.error.is_canceled() || self.error.is_closed() || self.error.is_user() {
            Phase::Send
        } else if self.heard || self.error.is_parse() {
            Phase::ReadAnswer
        } else {
            Phase::AwaitAnswer
        }
    }
}

impl Failure {
    pub(super) fn unconnected(target: &Uri, error: ConnectError, resent: bool) -> Self {
        let (phase, kind) = (error.phase, error.kind);
        Self { kind, resent, ..Self::new(phase, target, error) }
    }

    pub(super) fn lost(target: &Uri, lost: Lost, resent: bool) -> Self {
        let reused = lost.reused;
        Self { reused, resent, ..Self::new(lost.phase(), target, lost.error) }
    }

    /// A failure of a call to `target`, told from what caused it.
    pub fn new(phase: Phase, target: &Uri, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        let kind = Kind::of(&*source);
        let origin = origin(target);
        Self { phase, kind, reused: false, resent: false, origin, source: Some(source) }
    }

    /// A limit of the call's own that ran out before an answer began.
    pub fn overdue(target: &Uri, overdue: Overdue) -> Self {
        Self::new(Phase::AwaitAnswer, target, overdue)
    }

    /// Whether it took too long, as opposed to going wrong.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::TimedOut(_))
    }
}

impl Kind {
    /// Tells the kind of an error from the first cause that has one.
    pub fn of(error: &(dyn StdError + 'static)) -> Self {
        causes(error).map(kind_of_one).find(|kind| *kind != Self::Other).unwrap_or(Self::Other)
    }
}

fn kind_of_one(error: &(dyn StdError + 'static)) -> Kind {
    if let Some(overdue) = error.downcast_ref::<Overdue>() {
        return Kind::TimedOut(Some(overdue.after));
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return match error.kind() {
            io::ErrorKind::TimedOut => Kind::TimedOut(None),
            io::ErrorKind::ConnectionRefused => Kind::Refused,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::NotConnected
            | io::ErrorKind::UnexpectedEof => Kind::Closed,
            _ => Kind::Other,
        };
    }
    match error.downcast_ref::<hyper::Error>() {
        Some(error) if error.is_incomplete_message() || error.is_canceled() || error.is_closed() => {
            Kind::Closed
        }
        Some(error) if error.is_parse() => Kind::Malformed,
        _ => Kind::Other,
    }
}

/// The error and all that caused it, outermost first.
pub(super) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| (*error).source())
}

/// `https://host:port`, which is all that is shown of a target: a proxy may have seen worse in URLs.
fn origin(target: &Uri) -> String {
    let host = target.authority().map_or("", |authority| authority.as_str());
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{}://{host}", target.scheme_str().unwrap_or("http"))
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = &self.origin;
        match self.phase {
            Phase::Resolve => write!(f, "looking up the host of {origin}"),
            Phase::Connect => write!(f, "connecting to {origin}"),
            Phase::Tls => write!(f, "the TLS handshake with {origin}"),
            Phase::Proxy => write!(f, "connecting to {origin} through the proxy"),
            Phase::Send => write!(f, "sending the request to {origin}"),
            Phase::AwaitAnswer => write!(f, "waiting for the answer of {origin}"),
            Phase::ReadAnswer => write!(f, "reading the answer of {origin}"),
        }?;
        match (self.kind, &self.source) {
            (Kind::TimedOut(_), Some(source)) if source.is::<Overdue>() => write!(f, " failed: {source}"),
            (Kind::TimedOut(Some(after)), _) => write!(f, " timed out after {after:?}"),
            (Kind::TimedOut(None), _) => f.write_str(" timed out"),
            (Kind::Refused, _) => f.write_str(" failed: connection refused"),
            (Kind::Closed, _) => f.write_str(" failed: the connection was closed"),
            (Kind::Malformed, _) => f.write_str(" failed: what came back is not HTTP"),
            (Kind::Other, None) => f.write_str(" failed"),
            (Kind::Other, Some(source)) => match causes(&**source).last() {
                Some(root) => write!(f, " failed: {root}"),
                None => f.write_str(" failed"),
            },
        }?;
        if self.resent { f.write_str(" (second attempt)") } else { Ok(()) }
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deadline::Limit;

    const FIRST_BYTE: Overdue = Overdue { limit: Limit::FirstByte, after: Duration::from_millis(300) };

    fn target() -> Uri {
        Uri::from_static("https://res.openai.azure.com/openai/deployments/secret-project?api-version=x")
    }

    #[test]
    fn words_name_the_phase_the_origin_and_the_cause_and_nothing_more() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let lookup = io::Error::other("Name or service not known");
        for (failure, words) in [
            (
                Failure::overdue(&target(), FIRST_BYTE),
                "waiting for the answer of https://res.openai.azure.com failed: the `first_byte` time-out of 300ms ran out",
            ),
            (
                Failure::new(Phase::Proxy, &target(), refused),
                "connecting to https://res.openai.azure.com through the proxy failed: connection refused",
            ),
            (
                Failure::new(Phase::Resolve, &target(), lookup),
                "looking up the host of https://res.openai.azure.com failed: Name or service not known",
            ),
        ] {
            assert_eq!(failure.to_string(), words);
        }
    }

    #[test]
    fn user_info_of_a_target_is_never_shown() {
        let target = Uri::from_static("http://me:secret@host:8080/x");
        let failure = Failure::overdue(&target, FIRST_BYTE);
        let words =
            "waiting for the answer of http://host:8080 failed: the `first_byte` time-out of 300ms ran out";
        assert_eq!(failure.to_string(), words);
        assert!(failure.is_timeout());
    }

    #[test]
    fn the_kind_is_found_below_wrappers() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        let wrapped = Failure::new(Phase::Send, &target(), reset);
        assert_eq!(Kind::of(&wrapped), Kind::Closed);
    }
}
