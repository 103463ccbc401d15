//! Spawns the calls of an HTTP/2 connection.

use std::{pin::pin, sync::Arc};

use crate::connections::Connections;

/// Spawns the calls of HTTP/2 connections as tasks. When calls are cut off, each is polled once more, so that it can
/// say so.
#[derive(Clone, Debug)]
pub(super) struct Executor(Arc<Connections>);

impl Executor {
    pub(super) fn new(connections: Arc<Connections>) -> Executor {
        Executor(connections)
    }
}

impl<F> hyper::rt::Executor<F> for Executor
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, call: F) {
        let connections = self.0.clone();
        tokio::spawn(async move {
            let mut call = pin!(call);
            tokio::select! {
                biased;
                _ = &mut call => return,
                () = connections.when_cut_off() => {}
            }
            drop(call.await);
        });
    }
}
