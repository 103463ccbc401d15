//! Relays a stream from upstream to the client, as a body over a body. The relay polls upstream only when the client
//! polls, passes whole events as slices of the received chunks, and reports once how the stream ended.
//!
//! An event goes out when it is complete. A client cannot use half an event, and azgate can report a failure only
//! between two events.

use std::{
    collections::VecDeque,
    convert::Infallible,
    fmt,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::{
    fault::{CUT_OFF, Fault, INTERRUPTED},
    linger::LINGER,
    outcome::{End, Outcome},
    pulse::{Beat, Pulse},
    reshape::EventAction,
    transform::StreamTransform,
};
use crate::{
    call::ReplyPlan,
    deadline::{Deadlines, Timeouts},
    sse::{self, Decoder, EVENT_LIMIT, Event},
};

/// The time limits after the stream's last event. Upstream may go on sending, so the whole time is limited.
const AFTER_LAST_EVENT: Timeouts = Timeouts { first_byte: None, idle: Some(LINGER), total: Some(LINGER) };

/// The body of a streamed answer. Trailers are dropped.
pub struct Relay<B, F: FnOnce(Outcome)> {
    upstream: B,
    pulse: Pulse,
    decoder: Decoder,
    transform: StreamTransform,
    /// The bytes that are ready for the client.
    out: VecDeque<Bytes>,
    bytes: u64,
    /// Set when upstream has nothing more to give.
    end: Option<End>,
    cause: Option<String>,
    report: Option<F>,
}

impl<B, F: FnOnce(Outcome)> Relay<B, F> {
    /// Relays `upstream`, a `text/event-stream`, as `plan` says and under the limits of `pulse`. Calls `report` once:
    /// at the end, or when the relay is dropped before it.
    pub fn new(upstream: B, plan: &ReplyPlan, pulse: Pulse, report: F) -> Relay<B, F> {
        Relay {
            upstream,
            pulse,
            decoder: Decoder::new(EVENT_LIMIT),
            transform: StreamTransform::new(plan),
            out: VecDeque::new(),
            bytes: 0,
            end: None,
            cause: None,
            report: Some(report),
        }
    }

    fn chunk(&mut self, chunk: Bytes) {
        let mut earlier = self.decoder.pending();
        let mut run = Run { chunk: chunk.clone(), range: 0..0 };
        self.decoder.push(chunk);
        loop {
            let event = match self.decoder.event() {
                Ok(Some(event)) => event,
                Ok(None) => break,
                Err(error) => {
                    self.out.extend(run.cut(0));
                    return self.failed(&Fault::too_large(error), error.to_string());
                }
            };
            let here = event.raw().len() - earlier;
            let whole = std::mem::take(&mut earlier) == 0;
            match self.event(&event) {
                EventAction::Pass if whole => run.range.end += here,
                EventAction::Pass => self.replace(&mut run, here, event.raw().clone()),
                EventAction::Replace(bytes) => self.replace(&mut run, here, bytes),
                EventAction::Drop => self.out.extend(run.cut(here)),
            }
            if self.transform.is_broken() {
                self.out.extend(run.cut(0));
                return self.ended(None);
            }
        }
        self.out.extend(run.cut(0));
    }

    fn replace(&mut self, run: &mut Run, len: usize, bytes: Bytes) {
        self.out.extend(run.cut(len));
        self.out.push_back(bytes);
    }

    fn event(&mut self, event: &Event) -> EventAction {
        let was_done = self.transform.is_done();
        let action = self.transform.event(event);
        if self.transform.is_done() && !was_done {
            self.pulse = Pulse::new(Deadlines::begin(AFTER_LAST_EVENT), None);
            if self.transform.is_cut() {
                self.end = Some(End::Done);
            }
        }
        action
    }

    /// Ends the stream in order. `tail` is an event that lacks its blank line.
    fn ended(&mut self, tail: Option<&Event>) {
        let last = self.transform.end(tail);
        self.out.extend(last.into_iter().filter(|bytes| !bytes.is_empty()));
        if !self.transform.is_whole() {
            return self.failed(&INTERRUPTED, "the stream ended before the answer did".to_owned());
        }
        self.end = Some(if self.transform.is_done() { End::Done } else { End::Eof });
    }

    /// Ends the stream after upstream broke off. After the stream's last event that is not a failure.
    fn failed(&mut self, fault: &Fault, cause: String) {
        if self.transform.is_done() {
            self.end = Some(End::Done);
        } else {
            self.out.push_back(self.transform.failed(fault));
            self.end = Some(End::UpstreamFailed);
            self.cause = Some(cause);
        }
    }

    /// Ends the stream because azgate stops.
    fn cut_off(&mut self) {
        self.failed(&Fault::cut_off(), CUT_OFF.1.to_owned());
        if self.end == Some(End::UpstreamFailed) {
            self.end = Some(End::CutOff);
        }
    }

    fn report(&mut self) {
        let Some(report) = self.report.take() else { return };
        let summary = std::mem::take(self.transform.summary());
        let end = match self.end {
            Some(End::UpstreamFailed) => End::UpstreamFailed,
            Some(End::CutOff) => End::CutOff,
            // The SDKs also close the connection at an error.
            _ if summary.error.is_some() && self.out.is_empty() => End::UpstreamFailed,
            Some(end) if self.out.is_empty() => end,
            // Clients close the connection at the last event without waiting for the end of the body.
            None if self.transform.is_done() && self.out.is_empty() => End::Done,
            _ => End::ClientGone,
        };
        let exhausted = summary.reasoning_exhausted();
        report(Outcome { summary, exhausted, end, cause: self.cause.take(), bytes: self.bytes });
    }
}

/// Neighbouring events of one chunk that go out as one slice of it.
struct Run {
    chunk: Bytes,
    range: Range<usize>,
}

impl Run {
    /// Ends the run, and begins another after the next `len` bytes.
    fn cut(&mut self, len: usize) -> Option<Bytes> {
        let next = self.range.end + len;
        let range = std::mem::replace(&mut self.range, next..next);
        (!range.is_empty()).then(|| self.chunk.slice(range))
    }
}

impl<B, F> Body for Relay<B, F>
where
    B: Body<Data = Bytes, Error: fmt::Display> + Unpin,
    F: FnOnce(Outcome),
{
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let relay = self.get_mut();
        loop {
            if let Some(bytes) = relay.out.pop_front() {
                relay.bytes += bytes.len() as u64;
                return Poll::Ready(Some(Ok(Frame::data(bytes))));
            }
            if relay.end.is_some() {
                relay.report();
                return Poll::Ready(None);
            }
            if relay.pulse.is_cut_off() {
                relay.cut_off();
                continue;
            }
            let frame = match Pin::new(&mut relay.upstream).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    match ready!(relay.pulse.poll(context)) {
                        Beat::Quiet => relay.out.push_back(Bytes::from_static(sse::HEARTBEAT)),
                        Beat::Overdue(overdue) => {
                            relay.failed(&Fault::overdue(overdue), overdue.to_string());
                        }
                    }
                    continue;
                }
            };
            match frame {
                Some(Ok(frame)) => {
                    if let Ok(chunk) = frame.into_data() {
                        relay.chunk(chunk);
                    }
                    relay.pulse.received(!relay.out.is_empty());
                }
                Some(Err(error)) => relay.failed(&INTERRUPTED, error.to_string()),
                None => {
                    let tail = relay.decoder.finish();
                    relay.ended(tail.as_ref());
                }
            }
        }
    }
}

// Only `upstream` is polled, and it is `Unpin` itself.
impl<B: Unpin, F: FnOnce(Outcome)> Unpin for Relay<B, F> {}

impl<B, F: FnOnce(Outcome)> Drop for Relay<B, F> {
    fn drop(&mut self) {
        self.report();
    }
}

impl<B, F: FnOnce(Outcome)> fmt::Debug for Relay<B, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("bytes", &self.bytes).field("end", &self.end).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
