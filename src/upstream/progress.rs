//! How far the call on a connection is, as its socket sees it. The socket belongs to hyper, which shows it to nobody, so
//! this is shared between the socket and whoever waits for the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// hyper has taken all of the request.
const TAKEN: u8 = 1;
/// All of it has been written.
const SENT: u8 = 2;
/// Bytes of the answer have come.
const HEARD: u8 = 4;
/// The answer is a stream, and what came behind its head is held back.
const HELD: u8 = 8;

/// What has happened since the call began.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    pub(super) fn begin(&self) {
        self.0.store(0, Ordering::Release);
    }

    pub(super) fn taken(&self) {
        self.0.fetch_or(TAKEN, Ordering::AcqRel);
    }

    /// Nothing is left to be written of what hyper has.
    pub(super) fn flushed(&self) {
        if self.is(TAKEN) {
            self.0.fetch_or(SENT, Ordering::AcqRel);
        }
    }

    /// Whether these are the first bytes of an answer to a call that is all out.
    pub(super) fn heard(&self) -> bool {
        self.0.fetch_or(HEARD, Ordering::AcqRel) & (SENT | HEARD) == SENT
    }

    pub(super) fn is_heard(&self) -> bool {
        self.is(HEARD)
    }

    pub(super) fn hold(&self) {
        self.0.fetch_or(HELD, Ordering::AcqRel);
    }

    pub(super) fn is_held(&self) -> bool {
        self.is(HELD)
    }

    pub(super) fn release(&self) {
        self.0.fetch_and(!HELD, Ordering::AcqRel);
    }

    fn is(&self, step: u8) -> bool {
        self.0.load(Ordering::Acquire) & step != 0
    }
}
