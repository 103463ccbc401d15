//! The one place for work that is not a call: discovery, the admin listener, and what comes. It runs on a runtime
//! beside those of the cores, so that no call waits for it. Every task has a name, an owner and an end.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use tokio::{runtime::Handle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Spawns background tasks, and ends them. Clones share the tasks.
#[derive(Clone, Debug)]
pub struct Background {
    runtime: Handle,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A background task.
#[derive(Clone, Debug)]
pub struct Task {
    /// What the task does, for the log.
    pub name: &'static str,
    /// For what it does it, such as a resource.
    pub owner: String,
    /// When it ends.
    pub end: End,
}

/// When a background task ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// When the process stops, wherever the task is.
    AtStop,
    /// When its work is done. A stop waits for it.
    WhenDone,
}

impl Background {
    /// Runs tasks on this runtime.
    pub fn on(runtime: Handle) -> Background {
        Background { runtime, tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Runs a task, from whatever thread. A panic in it is logged and ends only the task.
    pub fn spawn(&self, task: Task, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        let run = async move {
            let Task { name, owner, end } = task;
            let work = AssertUnwindSafe(work).catch_unwind();
            let ended = match end {
                End::AtStop => stop.run_until_cancelled(work).await,
                End::WhenDone => Some(work.await),
            };
            match ended {
                Some(Ok(())) => tracing::debug!(task = name, owner, "a background task is done"),
                Some(Err(_)) => tracing::error!(task = name, owner, "a background task panicked"),
                None => tracing::debug!(task = name, owner, "a background task was stopped"),
            }
        };
        drop(self.tasks.spawn_on(run, &self.runtime));
    }

    /// Stops the tasks that end with the process, and waits for the others, but no longer than `patience`. Returns how
    /// many tasks are left.
    pub async fn drain(&self, patience: Duration) -> usize {
        self.stop.cancel();
        self.tasks.close();
        let _late = timeout(patience, self.tasks.wait()).await;
        self.tasks.len()
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::sync::oneshot;

    use super::*;

    fn task(end: End) -> Task {
        Task { name: "test", owner: "nobody".to_owned(), end }
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_stops_what_may_be_stopped_and_waits_for_the_rest() {
        let background = Background::on(Handle::current());
        let (done, is_done) = oneshot::channel();
        background.spawn(task(End::AtStop), pending());
        background.spawn(task(End::WhenDone), async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            done.send(()).unwrap();
        });
        assert_eq!(background.drain(Duration::from_secs(10)).await, 0);
        assert!(is_done.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_ends_though_a_task_does_not() {
        let background = Background::on(Handle::current());
        background.spawn(task(End::WhenDone), pending());
        assert_eq!(background.drain(Duration::from_secs(10)).await, 1);
    }

    #[tokio::test]
    async fn a_panic_ends_only_its_task() {
        let background = Background::on(Handle::current());
        background.spawn(task(End::WhenDone), async { panic!("on purpose") });
        let (done, is_done) = oneshot::channel();
        background.spawn(task(End::WhenDone), async move { done.send(()).unwrap() });
        is_done.await.unwrap();
        assert_eq!(background.drain(Duration::from_secs(10)).await, 0);
    }
}
