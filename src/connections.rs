//! The connections of clients: how many are open, and whether azgate has cut off the calls on them. All cores share one
//! value, and a reload keeps it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use tokio::sync::watch;

/// The two ends of a client's connection. Each request has them as an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The client's address.
    pub client: SocketAddr,
    /// The address that the client has connected to.
    pub server: SocketAddr,
}

/// The connections of clients.
#[derive(Debug, Default)]
pub struct Connections {
    open: Gauge,
    refused: Counter,
    unfinished: Counter,
    is_cut_off: AtomicBool,
    cut_off: watch::Sender<bool>,
}

/// One open connection. Dropping it makes room for another.
#[derive(Debug)]
pub struct Slot(Arc<Connections>);

impl Connections {
    /// Registers the counters.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("connections", "Connections of clients that are open", self.open.clone());
        let help = "Connections that were refused because max_connections were open";
        registry.register("connections_refused", help, self.refused.clone());
        let help = "Connections that ended in the middle of a request's head";
        registry.register("unfinished_heads", help, self.unfinished.clone());
    }

    /// Takes a slot for a new connection. Returns `None`, and counts, if `most` are open.
    pub fn open(self: &Arc<Self>, most: usize) -> Option<Slot> {
        let before = usize::try_from(self.open.inc()).unwrap_or_default();
        let slot = Slot(self.clone());
        if before >= most {
            self.refused.inc();
            return None;
        }
        Some(slot)
    }

    /// Returns how many connections are open.
    pub fn count(&self) -> usize {
        usize::try_from(self.open.get()).unwrap_or_default()
    }

    /// Counts a connection that ended in the middle of a request's head.
    pub fn note_unfinished(&self) {
        self.unfinished.inc();
    }

    /// Cuts off the calls that are still running.
    pub fn cut_off(&self) {
        self.is_cut_off.store(true, Ordering::Release);
        self.cut_off.send_replace(true);
    }

    /// Returns whether running calls are cut off. [`Connections::when_cut_off`] wakes the tasks that have to ask.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off.load(Ordering::Acquire)
    }

    /// Waits until running calls are cut off.
    pub async fn when_cut_off(&self) {
        // The sender is part of `self`, so it is not dropped meanwhile.
        drop(self.cut_off.subscribe().wait_for(|cut_off| *cut_off).await);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.open.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_beyond_the_limit_is_refused_and_a_closed_one_makes_room() {
        let connections = Arc::new(Connections::default());
        let first = connections.open(2).unwrap();
        let _second = connections.open(2).unwrap();
        assert!(connections.open(2).is_none());
        assert_eq!(connections.count(), 2, "a refused connection does not count as open");
        drop(first);
        assert!(connections.open(2).is_some());
        assert_eq!(connections.refused.get(), 1);
    }
}
