//! Stops listeners.

use std::future::pending;

use tokio::sync::watch;

/// Stops the listeners that hold its [`Stop`]. Dropping the stopper stops them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<Phase>);

/// Waits for a [`Stopper`].
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<Phase>);

/// How far a stop has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Running,
    /// Running calls may end.
    Stopping,
    /// Running calls are cut off.
    Ending,
}

/// Creates a stopper and the handle that waits for it.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(Phase::Running);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Stops all listeners. Running calls may end.
    pub fn stop(&self) {
        self.0.send_replace(Phase::Stopping);
    }

    /// Stops all listeners, and cuts off running calls.
    pub fn stop_now(&self) {
        self.0.send_replace(Phase::Ending);
    }
}

impl Stop {
    /// Waits for the stop.
    pub(super) async fn wait(&mut self) {
        // An error means that the stopper was dropped, which also stops.
        drop(self.0.wait_for(|phase| *phase >= Phase::Stopping).await);
    }

    /// Waits until running calls have no more time.
    pub(super) async fn wait_now(&mut self) {
        if self.0.wait_for(|phase| *phase == Phase::Ending).await.is_err() {
            // The stopper was dropped, and running calls keep their time.
            pending::<()>().await;
        }
    }
}
