//! The signals that a running azgate listens for.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Listens for SIGHUP, which asks azgate to read its config again. Before this call SIGHUP kills the process.
pub fn hangups() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}

/// Listens for SIGINT and SIGTERM. The returned future completes at the first of them. Before this call these signals
/// kill the process, so call it before reporting that azgate is ready.
pub fn signals() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}
