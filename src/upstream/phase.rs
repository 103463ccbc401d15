//! How far a call got before it failed.

/// The step in which a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Looking up the host's name.
    Resolve,
    /// Opening the connection.
    Connect,
    /// The TLS handshake, which includes the check of the certificate.
    Tls,
    /// Reaching the forward proxy, or opening a tunnel through it.
    Proxy,
    /// Sending the request: the server has not received all of it.
    Send,
    /// Waiting for the head of the answer: the request has been sent.
    AwaitAnswer,
    /// Reading the answer: it has begun.
    ReadAnswer,
}

impl Phase {
    /// Returns whether the call failed before it had a connection.
    pub fn is_before_the_call(self) -> bool {
        matches!(self, Self::Resolve | Self::Connect | Self::Tls | Self::Proxy)
    }
}
