//! A call without an answer: in which phase it failed, in what way, and a message for the user of the gateway. An
//! answer with an error status is not a failure. `error.rs` decides which status the client gets for a failure.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use http::Uri;

use crate::deadline::Overdue;

use super::connect::ConnectError;
use super::kind::{FailureKind, causes};
use super::phase::Phase;
use super::send_error::SendError;

/// A call to Azure without a complete answer.
#[derive(Debug)]
pub struct Failure {
    /// The step that failed.
    pub phase: Phase,
    /// In what way the step failed.
    pub kind: FailureKind,
    /// Whether the connection had served an earlier call.
    pub reused: bool,
    /// Whether the call was sent a second time because a reused connection was closed.
    pub resent: bool,
    /// The operator's name for what was called, if it has one.
    resource: Option<Arc<str>>,
    origin: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Failure {
    pub(super) fn not_connected(target: &Uri, error: ConnectError, resent: bool) -> Self {
        let (phase, kind) = (error.phase, error.kind);
        Self { kind, resent, ..Self::new(phase, target, error) }
    }

    pub(super) fn not_answered(target: &Uri, error: SendError, resent: bool) -> Self {
        let reused = error.reused;
        Self { reused, resent, ..Self::new(error.phase(), target, error.error) }
    }

    /// Creates a failure of a call to `target`. The kind follows from the source.
    pub fn new(phase: Phase, target: &Uri, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        let source = source.into();
        let kind = FailureKind::of(&*source);
        let origin = origin(target);
        Self { phase, kind, reused: false, resent: false, resource: None, origin, source: Some(source) }
    }

    /// Creates the failure of a call whose time limit ran out before the answer began.
    pub fn overdue(target: &Uri, overdue: Overdue) -> Self {
        Self::new(Phase::AwaitAnswer, target, overdue)
    }

    /// Names the resource that was called.
    #[must_use]
    pub fn named(self, resource: Arc<str>) -> Self {
        Self { resource: Some(resource), ..self }
    }

    /// Returns the message for a client. It names the resource and not its address, which is the operator's.
    pub fn for_client(&self) -> String {
        match &self.resource {
            Some(resource) => ForClient { failure: self, resource }.to_string(),
            None => self.to_string(),
        }
    }

    /// Returns whether the call took too long.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, FailureKind::TimedOut(_))
    }
}

/// Returns `https://host:port`. Messages show no more of a target, since paths and user information may be secret.
fn origin(target: &Uri) -> String {
    let host = target.authority().map_or("", |authority| authority.as_str());
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{}://{host}", target.scheme_str().unwrap_or("http"))
}

/// Shows a failure without the address.
struct ForClient<'a> {
    failure: &'a Failure,
    resource: &'a str,
}

impl fmt::Display for ForClient<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ForClient { failure, resource } = self;
        let host = failure.origin.split_once("://").map_or("", |(_, host)| host);
        let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
        failure.write(f, &format!("the resource `{resource}`"), |cause| !cause.contains(name))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, &self.origin, |_| true)
    }
}

impl Failure {
    /// Writes what failed, at a place with this name. The text of a cause follows if `may_show` takes it.
    fn write(&self, f: &mut fmt::Formatter<'_>, place: &str, may_show: impl Fn(&str) -> bool) -> fmt::Result {
        match self.phase {
            Phase::Resolve => write!(f, "looking up the host of {place}"),
            Phase::Connect => write!(f, "connecting to {place}"),
            Phase::Tls => write!(f, "the TLS handshake with {place}"),
            Phase::Proxy => write!(f, "connecting to {place} through the proxy"),
            Phase::Send => write!(f, "sending the request to {place}"),
            Phase::AwaitAnswer => write!(f, "waiting for the answer of {place}"),
            Phase::ReadAnswer => write!(f, "reading the answer of {place}"),
        }?;
        match (self.kind, &self.source) {
            (FailureKind::TimedOut(_), Some(source)) if source.is::<Overdue>() => {
                write!(f, " failed: {source}")
            }
            (FailureKind::TimedOut(Some(after)), _) => write!(f, " timed out after {after:?}"),
            (FailureKind::TimedOut(None), _) => f.write_str(" timed out"),
            (FailureKind::Refused, _) => f.write_str(" failed: connection refused"),
            (FailureKind::Closed, _) => f.write_str(" failed: the connection was closed"),
            (FailureKind::Malformed, _) => f.write_str(" failed: the answer is not HTTP"),
            (FailureKind::Other, None) => f.write_str(" failed"),
            (FailureKind::Other, Some(source)) => {
                let cause = causes(&**source).last().map(ToString::to_string);
                match cause.filter(|cause| may_show(cause)) {
                    Some(root) => write!(f, " failed: {root}"),
                    None => f.write_str(" failed"),
                }
            }
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
    use std::io;
    use std::time::Duration;

    use super::*;
    use crate::deadline::Limit;

    const FIRST_BYTE: Overdue = Overdue { limit: Limit::FirstByte, after: Duration::from_millis(300) };

    fn target() -> Uri {
        Uri::from_static("https://res.openai.azure.com/openai/deployments/secret-project?api-version=x")
    }

    #[test]
    fn the_message_names_the_phase_the_origin_and_the_cause_and_nothing_more() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let lookup = io::Error::other("Name or service not known");
        for (failure, message) in [
            (
                Failure::overdue(&target(), FIRST_BYTE),
                "waiting for the answer of https://res.openai.azure.com failed: \
                 the `first_byte` time-out of 300ms ran out",
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
            assert_eq!(failure.to_string(), message);
        }
    }

    #[test]
    fn a_client_reads_the_name_of_the_resource_and_not_its_address() {
        let lookup = io::Error::other("Name or service not known");
        let certificate = io::Error::other("certificate not valid for name \"res.openai.azure.com\"");
        for (failure, message) in [
            (
                Failure::overdue(&target(), FIRST_BYTE),
                "waiting for the answer of the resource `main` failed: the `first_byte` time-out of 300ms ran out",
            ),
            (
                Failure::new(Phase::Resolve, &target(), lookup),
                "looking up the host of the resource `main` failed: Name or service not known",
            ),
            (
                Failure::new(Phase::Tls, &target(), certificate),
                "the TLS handshake with the resource `main` failed",
            ),
        ] {
            let failure = failure.named("main".into());
            assert_eq!(failure.for_client(), message);
            assert!(failure.to_string().contains("https://res.openai.azure.com"), "{failure}");
        }
    }

    #[test]
    fn user_info_of_a_target_is_never_shown() {
        let target = Uri::from_static("http://me:secret@host:8080/x");
        let failure = Failure::overdue(&target, FIRST_BYTE);
        let message =
            "waiting for the answer of http://host:8080 failed: the `first_byte` time-out of 300ms ran out";
        assert_eq!(failure.to_string(), message);
        assert!(failure.is_timeout());
    }

    #[test]
    fn the_kind_is_found_below_wrappers() {
        let reset = io::Error::from(io::ErrorKind::ConnectionReset);
        let wrapped = Failure::new(Phase::Send, &target(), reset);
        assert_eq!(FailureKind::of(&wrapped), FailureKind::Closed);
    }
}
