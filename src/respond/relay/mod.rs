//! A stream on its way from upstream to the client: a body over a body. It asks upstream for more only when the client
//! asks for more, passes whole events as slices of what came, and tells once how it ended.
//!
//! An event goes out when all of it is there: a client could not use half of one, and so a failure can be told between
//! two events, whenever it comes.

use std::{
    borrow::Cow,
    collections::VecDeque,
    convert::Infallible,
    fmt,
    ops::Range,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame};

use super::{
    outcome::{End, StreamOutcome, Watch},
    pulse::{Beat, Pulse},
    reshape::{Reshape, Verdict},
};
use crate::{
    call::ReplyPlan,
    deadline::{Deadlines, Overdue, Timeouts},
    sse::{self, Decoder, EVENT_LIMIT, Event},
};

/// What the client reads when upstream breaks off: the SDKs raise on it, where a mere end would pass for success.
const INTERRUPTED: Failed = Failed {
    code: "upstream_stream_interrupted",
    message: Cow::Borrowed("The stream from Azure OpenAI broke off before its end."),
};

/// How long the end of the connection's answer is waited for behind `[DONE]`: so long that the connection can be used again,
/// and no longer, since some clients read on to the end.
const LINGER: Timeouts = Timeouts { first_byte: None, idle: Some(Duration::from_secs(1)), total: None };

/// How a stream failed, as its client is told.
struct Failed {
    code: &'static str,
    message: Cow<'static, str>,
}

/// The body of a streamed answer. Trailers are dropped.
pub struct Relay<B, F: FnOnce(StreamOutcome)> {
    upstream: B,
    pulse: Pulse,
    decoder: Decoder,
    watch: Watch,
    reshape: Reshape,
    /// What is ready for the client.
    out: VecDeque<Bytes>,
    bytes: u64,
    /// Set when upstream has nothing more to give.
    end: Option<End>,
    cause: Option<String>,
    tell: Option<F>,
}

impl<B, F: FnOnce(StreamOutcome)> Relay<B, F> {
    /// Relays `upstream`, a `text/event-stream`, as `plan` says, and as long as `pulse` lets it. `tell` is called once:
    /// at the end, or when the relay is dropped before it.
    pub fn new(upstream: B, plan: &ReplyPlan, pulse: Pulse, tell: F) -> Relay<B, F> {
        Relay {
            upstream,
            pulse,
            decoder: Decoder::new(EVENT_LIMIT),
            watch: Watch::default(),
            reshape: Reshape::new(plan),
            out: VecDeque::new(),
            bytes: 0,
            end: None,
            cause: None,
            tell: Some(tell),
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
                    return self.failed(&INTERRUPTED, error.to_string());
                }
            };
            let here = event.raw().len() - earlier;
            let whole = std::mem::take(&mut earlier) == 0;
            match self.event(&event) {
                Verdict::Pass if whole => run.range.end += here,
                Verdict::Pass => self.replace(&mut run, here, event.raw().clone()),
                Verdict::Replace(bytes) => self.replace(&mut run, here, bytes),
                Verdict::Drop => self.out.extend(run.cut(here)),
            }
        }
        self.out.extend(run.cut(0));
    }

    fn replace(&mut self, run: &mut Run, len: usize, bytes: Bytes) {
        self.out.extend(run.cut(len));
        self.out.push_back(bytes);
    }

    fn event(&mut self, event: &Event) -> Verdict {
        let Some(data) = event.data() else { return Verdict::Pass };
        let was_done = self.watch.done;
        self.watch.event(&data);
        if !self.watch.done {
            return self.reshape.event(event, &data);
        }
        let before = if was_done { Bytes::new() } else { self.reshape.finish() };
        if !was_done {
            self.pulse = Pulse::new(Deadlines::begin(LINGER), None);
        }
        if before.is_empty() {
            Verdict::Pass
        } else {
            Verdict::Replace([&*before, event.raw()].concat().into())
        }
    }

    fn ended(&mut self) {
        if let Some(tail) = self.decoder.finish() {
            match self.event(&tail) {
                Verdict::Pass => self.out.push_back(tail.raw().clone()),
                Verdict::Replace(bytes) => self.out.push_back(bytes),
                Verdict::Drop => {}
            }
        }
        if self.watch.done {
            self.end = Some(End::Done);
            return;
        }
        let held = self.reshape.finish();
        if !held.is_empty() {
            // Before the tail, which may lack the blank line that ends it.
            self.out.push_front(held);
        }
        self.end = Some(End::Eof);
    }

    /// Upstream broke off. Behind `[DONE]` that does not matter any more.
    fn failed(&mut self, failed: &Failed, cause: String) {
        if self.watch.done {
            self.end = Some(End::Done);
        } else {
            self.out.push_back(failed.event());
            self.end = Some(End::UpstreamFailed);
            self.watch.error = Some(failed.code.to_owned());
            self.cause = Some(cause);
        }
    }

    fn tell(&mut self) {
        let Some(tell) = self.tell.take() else { return };
        let end = match self.end {
            Some(End::UpstreamFailed) => End::UpstreamFailed,
            // The SDKs hang up at an error, too.
            _ if self.watch.error.is_some() && self.out.is_empty() => End::UpstreamFailed,
            Some(end) if self.out.is_empty() => end,
            // Clients hang up at `[DONE]` without waiting for the end of the body.
            None if self.watch.done && self.out.is_empty() => End::Done,
            _ => End::ClientGone,
        };
        tell(StreamOutcome {
            usage: self.watch.usage,
            model: self.watch.model.take(),
            finish_reason: self.watch.finish_reason.take(),
            end,
            error: self.watch.error.take(),
            cause: self.cause.take(),
            bytes: self.bytes,
        });
    }
}

impl Failed {
    /// What the client reads when a limit ran out.
    fn overdue(overdue: Overdue) -> Failed {
        let message = format!("The stream from Azure OpenAI did not come to its end: {overdue}.");
        Failed { code: "upstream_timeout", message: message.into() }
    }

    fn event(&self) -> Bytes {
        let Failed { code, message } = self;
        let error =
            format!(r#"{{"message":"{message}","type":"server_error","param":null,"code":"{code}"}}"#);
        Bytes::from(format!("data: {{\"error\":{error}}}\n\n"))
    }
}

/// Neighbouring events of one chunk that go out as one slice of it.
struct Run {
    chunk: Bytes,
    range: Range<usize>,
}

impl Run {
    /// Ends the run and begins another behind the next `len` bytes.
    fn cut(&mut self, len: usize) -> Option<Bytes> {
        let next = self.range.end + len;
        let range = std::mem::replace(&mut self.range, next..next);
        (!range.is_empty()).then(|| self.chunk.slice(range))
    }
}

impl<B, F> Body for Relay<B, F>
where
    B: Body<Data = Bytes, Error: fmt::Display> + Unpin,
    F: FnOnce(StreamOutcome),
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
                relay.tell();
                return Poll::Ready(None);
            }
            let frame = match Pin::new(&mut relay.upstream).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    match ready!(relay.pulse.poll(context)) {
                        Beat::Quiet => relay.out.push_back(Bytes::from_static(sse::HEARTBEAT)),
                        Beat::Overdue(overdue) => {
                            relay.failed(&Failed::overdue(overdue), overdue.to_string());
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
                    relay.pulse.heard(!relay.out.is_empty());
                }
                Some(Err(error)) => relay.failed(&INTERRUPTED, error.to_string()),
                None => relay.ended(),
            }
        }
    }
}

// Only `upstream` is polled, and it is `Unpin` itself.
impl<B: Unpin, F: FnOnce(StreamOutcome)> Unpin for Relay<B, F> {}

impl<B, F: FnOnce(StreamOutcome)> Drop for Relay<B, F> {
    fn drop(&mut self) {
        self.tell();
    }
}

impl<B, F: FnOnce(StreamOutcome)> fmt::Debug for Relay<B, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").field("bytes", &self.bytes).field("end", &self.end).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
