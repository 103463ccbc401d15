//! The time limits of a call: one for each kind of wait, and one for the whole call. A thinking model is silent for
//! many minutes, so the default config has long limits.

use std::time::Duration;

use futures_util::{FutureExt, TryFutureExt, future::Either};
use tokio::time::{Instant, timeout_at};

/// The time limits of a call. `None` means no limit. The limit for connecting is an option of the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// From sending the call to the first byte of the answer.
    pub first_byte: Option<Duration>,
    /// From one piece of the answer or the body to the next.
    pub idle: Option<Duration>,
    /// From sending the call to the last byte of the answer.
    pub total: Option<Duration>,
}

/// The name of one of the [`Timeouts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// The time until the first byte.
    FirstByte,
    /// The time between two pieces.
    Idle,
    /// The time of the whole call.
    Total,
}

impl Limit {
    /// Returns the limit's name in the config, without its unit.
    pub fn name(self) -> &'static str {
        match self {
            Limit::FirstByte => "first_byte",
            Limit::Idle => "idle",
            Limit::Total => "total",
        }
    }
}

/// The error of a time limit that ran out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the `{}` time-out of {after:?} ran out", limit.name())]
pub struct Overdue {
    /// The limit.
    pub limit: Limit,
    /// The length of the limit.
    pub after: Duration,
}

/// The time limits of a call, counted from its start.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    timeouts: Timeouts,
    begun: Instant,
}

impl Deadlines {
    /// Starts the clock of a call.
    pub fn begin(timeouts: Timeouts) -> Deadlines {
        Deadlines { timeouts, begun: Instant::now() }
    }

    /// Returns when a wait that began at `since` ends, and the error for the limit that ends it.
    pub fn due(&self, limit: Limit, since: Instant) -> Option<(Instant, Overdue)> {
        let own = match limit {
            Limit::FirstByte => self.timeouts.first_byte,
            Limit::Idle => self.timeouts.idle,
            Limit::Total => None,
        };
        let own = own.map(|after| (since + after, Overdue { limit, after }));
        let total = self.timeouts.total;
        let total = total.map(|after| (self.begun + after, Overdue { limit: Limit::Total, after }));
        own.into_iter().chain(total).min_by_key(|(at, _)| *at)
    }

    /// Waits for `work` until `limit` or the total limit runs out.
    ///
    /// This is not an `async fn`, whose future would hold `work` twice: as an argument and as a part of the timer. The
    /// future of a call is moved once per call, so its size counts.
    pub fn within<F: Future>(
        &self,
        limit: Limit,
        work: F,
    ) -> impl Future<Output = Result<F::Output, Overdue>> + use<F> {
        match self.due(limit, Instant::now()) {
            Some((at, overdue)) => Either::Left(timeout_at(at, work).map_err(move |_| overdue)),
            None => Either::Right(work.map(Ok)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn the_limit_that_comes_first_ends_a_wait_and_is_named() {
        let timeouts = Timeouts { first_byte: Some(SECOND * 5), idle: None, total: Some(SECOND * 8) };
        let deadlines = Deadlines::begin(timeouts);
        let begun = Instant::now();
        let overdue = deadlines.within(Limit::FirstByte, pending::<()>()).await.unwrap_err();
        assert_eq!(overdue.to_string(), "the `first_byte` time-out of 5s ran out");
        assert_eq!(begun.elapsed(), SECOND * 5);
        let overdue = deadlines.within(Limit::Idle, pending::<()>()).await.unwrap_err();
        assert_eq!(overdue.to_string(), "the `total` time-out of 8s ran out");
        assert_eq!(begun.elapsed(), SECOND * 8);
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_a_call_may_take_a_day() {
        let deadlines = Deadlines::begin(Timeouts::default());
        let day = tokio::time::sleep(Duration::from_hours(24));
        assert_eq!(deadlines.within(Limit::FirstByte, day).await, Ok(()));
    }
}
