//! The one timer of a stream. It says when to give the client a sign of life, and when upstream has been silent too
//! long.
//!
//! It is looked at only while upstream is silent, and never set back: when it goes off it sees whether anything came
//! since, and sleeps on. So a busy stream pays for no timer, and hardly for a look.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::deadline::{Deadlines, Limit, Overdue};

/// What a pulse says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// The client has heard nothing for as long as it should.
    Quiet,
    /// A limit ran out.
    Overdue(Overdue),
}

/// The timer of one stream.
#[derive(Debug)]
pub struct Pulse {
    deadlines: Deadlines,
    every: Option<Duration>,
    /// When upstream last sent something.
    received: Instant,
    /// When the client was last sent something.
    informed: Instant,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Whom the timer will wake.
    waker: Option<Waker>,
}

impl Pulse {
    /// A timer under these limits, and with signs of life after so long a silence, if at all.
    pub fn new(deadlines: Deadlines, every: Option<Duration>) -> Pulse {
        let now = Instant::now();
        Pulse { deadlines, every, received: now, informed: now, sleep: None, waker: None }
    }

    /// Upstream has sent something, and the client was `informed` of it or not.
    pub(super) fn received(&mut self, informed: bool) {
        self.received = Instant::now();
        if informed {
            self.informed = self.received;
        }
    }

    /// What there is to say while upstream is silent.
    pub(super) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Beat> {
        if self.is_asleep(context) {
            return Poll::Pending;
        }
        loop {
            let overdue = self.deadlines.due(Limit::Idle, self.received);
            let quiet = self.every.map(|every| self.informed + every);
            let at = [quiet, overdue.map(|(at, _)| at)].into_iter().flatten().min();
            let Some(at) = at else { return Poll::Pending };
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
            self.waker = Some(context.waker().clone());
            ready!(sleep.as_mut().poll(context));
            let now = Instant::now();
            if let Some((_, overdue)) = overdue.filter(|(at, _)| *at <= now) {
                return Poll::Ready(Beat::Overdue(overdue));
            }
            if at <= now {
                self.informed = now;
                return Poll::Ready(Beat::Quiet);
            }
            sleep.as_mut().reset(at);
        }
    }

    /// Whether the timer runs, and wakes who asks.
    fn is_asleep(&self, context: &Context<'_>) -> bool {
        let runs = self.sleep.as_ref().is_some_and(|sleep| !sleep.is_elapsed());
        runs && self.waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker()))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::{advance, sleep, timeout};

    use super::*;
    use crate::deadline::Timeouts;

    const SECOND: Duration = Duration::from_secs(1);

    fn pulse(idle: u32, total: u32, every: Option<Duration>) -> Pulse {
        let limit = |seconds: u32| (seconds > 0).then(|| SECOND * seconds);
        let timeouts = Timeouts { first_byte: None, idle: limit(idle), total: limit(total) };
        Pulse::new(Deadlines::begin(timeouts), every)
    }

    async fn beat(pulse: &mut Pulse) -> Beat {
        poll_fn(|context| pulse.poll(context)).await
    }

    #[tokio::test(start_paused = true)]
    async fn a_silence_is_told_again_and_again_and_what_comes_puts_it_off() {
        let mut pulse = pulse(0, 0, Some(SECOND * 10));
        let begun = Instant::now();
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        assert_eq!(begun.elapsed(), SECOND * 20);
        sleep(SECOND * 9).await;
        pulse.received(true);
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        assert_eq!(begun.elapsed(), SECOND * 39);
    }

    #[tokio::test(start_paused = true)]
    async fn a_silence_that_lasts_too_long_ends_the_stream_though_the_client_was_kept_awake() {
        let mut pulse = pulse(25, 0, Some(SECOND * 10));
        let begun = Instant::now();
        advance(SECOND).await;
        pulse.received(false);
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        assert_eq!(begun.elapsed(), SECOND * 10, "the client was not told");
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        let Beat::Overdue(overdue) = beat(&mut pulse).await else { panic!("quiet") };
        assert_eq!((overdue.limit, begun.elapsed()), (Limit::Idle, SECOND * 26));
    }

    #[tokio::test(start_paused = true)]
    async fn the_total_is_not_put_off() {
        let mut pulse = pulse(0, 15, None);
        sleep(SECOND * 14).await;
        pulse.received(true);
        let Beat::Overdue(overdue) = beat(&mut pulse).await else { panic!("quiet") };
        assert_eq!(overdue.limit, Limit::Total);
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_and_signs_nothing_is_ever_said() {
        let mut pulse = pulse(0, 0, None);
        assert!(timeout(Duration::from_hours(24), beat(&mut pulse)).await.is_err());
    }
}
