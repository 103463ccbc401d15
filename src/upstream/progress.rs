//! How far the call on a connection is, as its socket sees it. hyper owns the socket and gives no access to it, so this
//! state is shared between the socket and the call.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// hyper has taken all of the request.
const BODY_TAKEN: u8 = 1;
/// All of the request has been written.
const SENT: u8 = 2;
/// Bytes of the answer have arrived.
const RECEIVED: u8 = 4;
/// The answer is an event stream, and the socket holds back the bytes after its head.
const HELD: u8 = 8;

/// What has happened since the call began.
#[derive(Clone, Debug, Default)]
pub(super) struct CallProgress(Arc<AtomicU8>);

impl CallProgress {
    /// Starts a new call.
    pub(super) fn reset(&self) {
        self.0.store(0, Ordering::Release);
    }

    pub(super) fn body_taken(&self) {
        self.0.fetch_or(BODY_TAKEN, Ordering::AcqRel);
    }

    /// Records that the socket has written everything that hyper gave it.
    pub(super) fn flushed(&self) {
        if self.has(BODY_TAKEN) {
            self.0.fetch_or(SENT, Ordering::AcqRel);
        }
    }

    /// Records that bytes of the answer have arrived. Returns whether they are the first ones and all of the request
    /// had been written.
    pub(super) fn received(&self) -> bool {
        self.0.fetch_or(RECEIVED, Ordering::AcqRel) & (SENT | RECEIVED) == SENT
    }

    pub(super) fn has_received(&self) -> bool {
        self.has(RECEIVED)
    }

    pub(super) fn hold(&self) {
        self.0.fetch_or(HELD, Ordering::AcqRel);
    }

    pub(super) fn is_held(&self) -> bool {
        self.has(HELD)
    }

    pub(super) fn release(&self) {
        self.0.fetch_and(!HELD, Ordering::AcqRel);
    }

    fn has(&self, flag: u8) -> bool {
        self.0.load(Ordering::Acquire) & flag != 0
    }
}
