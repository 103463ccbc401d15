//! The only timer of a stream. It fires when the client needs a heartbeat, and when upstream has been silent too long.
//!
//! The relay polls the timer only while upstream is silent, and an event does not reset it. When the timer fires, it
//! checks whether anything came since, and sleeps on. So a busy stream pays almost nothing for it.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::{
    connections::Connections,
    deadline::{Deadlines, Limit, Overdue},
};

/// Why the timer fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beat {
    /// The client needs a heartbeat.
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
    /// The task that the timer will wake.
    waker: Option<Waker>,
    /// Tells when running calls are cut off.
    connections: Option<Arc<Connections>>,
}

impl Pulse {
    /// Creates a timer under these limits. `every` is the silence after which the client gets a heartbeat, if any.
    pub fn new(deadlines: Deadlines, every: Option<Duration>) -> Pulse {
        let now = Instant::now();
        let (sleep, waker, connections) = (None, None, None);
        Pulse { deadlines, every, received: now, informed: now, sleep, waker, connections }
    }

    /// Ends the stream when the calls on these connections are cut off.
    pub(super) fn until_cut_off(self, connections: Arc<Connections>) -> Pulse {
        Pulse { connections: Some(connections), ..self }
    }

    /// Returns whether the stream has no more time, because azgate stops. The task is woken when that becomes so.
    pub(super) fn is_cut_off(&self) -> bool {
        self.connections.as_ref().is_some_and(|connections| connections.is_cut_off())
    }

    /// Notes that upstream sent something. `informed` is whether the client was sent something, too.
    pub(super) fn received(&mut self, informed: bool) {
        self.received = Instant::now();
        if informed {
            self.informed = self.received;
        }
    }

    /// Waits until the client needs a heartbeat or a limit runs out. Call it only while upstream is silent.
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

    /// Returns whether the timer is running and will wake this task.
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
    async fn heartbeats_repeat_during_a_silence_and_an_event_delays_them() {
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
    async fn a_silence_that_lasts_too_long_ends_the_stream_despite_heartbeats() {
        let mut pulse = pulse(25, 0, Some(SECOND * 10));
        let begun = Instant::now();
        advance(SECOND).await;
        pulse.received(false);
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        assert_eq!(
            begun.elapsed(),
            SECOND * 10,
            "an event that was not passed on does not delay the heartbeat"
        );
        assert_eq!(beat(&mut pulse).await, Beat::Quiet);
        let Beat::Overdue(overdue) = beat(&mut pulse).await else { panic!("quiet") };
        assert_eq!((overdue.limit, begun.elapsed()), (Limit::Idle, SECOND * 26));
    }

    #[tokio::test(start_paused = true)]
    async fn events_do_not_extend_the_total_limit() {
        let mut pulse = pulse(0, 15, None);
        sleep(SECOND * 14).await;
        pulse.received(true);
        let Beat::Overdue(overdue) = beat(&mut pulse).await else { panic!("quiet") };
        assert_eq!(overdue.limit, Limit::Total);
    }

    #[tokio::test(start_paused = true)]
    async fn without_limits_and_heartbeats_the_timer_never_fires() {
        let mut pulse = pulse(0, 0, None);
        assert!(timeout(Duration::from_hours(24), beat(&mut pulse)).await.is_err());
    }
}
