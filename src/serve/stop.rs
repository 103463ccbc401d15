//! Stops listeners.

use tokio::sync::watch;

/// Stops the listeners that hold its [`Stop`]. Dropping the stopper stops them too.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Waits for a [`Stopper`].
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Creates a stopper and the handle that waits for it.
pub fn stop() -> (Stopper, Stop) {
    let (sender, receiver) = watch::channel(false);
    (Stopper(sender), Stop(receiver))
}

impl Stopper {
    /// Stops all listeners.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    pub(super) async fn wait(&mut self) {
        // An error means that the stopper was dropped, which also stops.
        drop(self.0.wait_for(|stopped| *stopped).await);
    }
}
