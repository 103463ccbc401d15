//! Background tasks: all work that is not a call, such as discovery and the admin listener. The tasks run on a runtime
//! that serves no calls, so calls do not wait for them. Every task has a name, an owner and an end.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;
use tokio::{runtime::Handle, time::timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The background tasks of the process. Clones share the tasks.
#[derive(Clone, Debug)]
pub struct Background {
    runtime: Handle,
    tasks: TaskTracker,
    stop: CancellationToken,
}

/// A background task.
#[derive(Clone, Debug)]
pub struct Task {
    /// The name of the work, for the log.
    pub name: &'static str,
    /// The owner of the work, such as a resource, for the log.
    pub owner: String,
    /// When the task ends at the latest.
    pub until: Until,
}

/// When a background task ends at the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The task ends when the process stops, even in the middle of its work.
    AtStop,
    /// The task ends when its work is done. A stop waits for the task.
    WhenDone,
}

impl Background {
    /// Makes a spawner of tasks on this runtime.
    pub fn on(runtime: Handle) -> Background {
        Background { runtime, tasks: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// Runs a task; any thread may call this. A panic in the task is logged and ends only the task.
    pub fn spawn(&self, task: Task, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        let run = async move {
            let Task { name, owner, until } = task;
            let work = AssertUnwindSafe(work).catch_unwind();
            let ended = match until {
                Until::AtStop => stop.run_until_cancelled(work).await,
                Until::WhenDone => Some(work.await),
            };
            match ended {
                Some(Ok(())) => tracing::debug!(task = name, owner, "a background task is done"),
                Some(Err(_)) => tracing::error!(task = name, owner, "a background task panicked"),
                None => tracing::debug!(task = name, owner, "a background task was stopped"),
            }
        };
        drop(self.tasks.spawn_on(run, &self.runtime));
    }

    /// Stops the tasks that end when the process stops, and waits at most `patience` for the others. Returns the
    /// number of tasks that are left.
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

    fn task(until: Until) -> Task {
        Task { name: "test", owner: "nobody".to_owned(), until }
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_stops_the_tasks_that_end_at_stop_and_waits_for_the_others() {
        let background = Background::on(Handle::current());
        let (done, is_done) = oneshot::channel();
        background.spawn(task(Until::AtStop), pending());
        background.spawn(task(Until::WhenDone), async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            done.send(()).unwrap();
        });
        assert_eq!(background.drain(Duration::from_secs(10)).await, 0);
        assert!(is_done.await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_drain_ends_in_time_even_if_a_task_does_not() {
        let background = Background::on(Handle::current());
        background.spawn(task(Until::WhenDone), pending());
        assert_eq!(background.drain(Duration::from_secs(10)).await, 1);
    }

    #[tokio::test]
    async fn a_panic_ends_only_its_task() {
        let background = Background::on(Handle::current());
        background.spawn(task(Until::WhenDone), async { panic!("on purpose") });
        let (done, is_done) = oneshot::channel();
        background.spawn(task(Until::WhenDone), async move { done.send(()).unwrap() });
        is_done.await.unwrap();
        assert_eq!(background.drain(Duration::from_secs(10)).await, 0);
    }
}
