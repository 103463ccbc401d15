//! Transforms and reads the events of a stream by the dialect of Azure's answer. The relay moves bytes and knows no
//! dialect; everything that depends on the dialect is here.

use bytes::Bytes;

use super::{
    bridged::Bridged,
    fault::{self, Fault},
    reshape::{EventAction, Reshape},
    watch,
};
use crate::{
    call::{AnswerSummary, Dialect, ReplyPlan},
    json::Document,
    sse::Event,
};

/// How the events of one stream are transformed.
#[derive(Debug)]
pub(super) enum StreamTransform {
    /// Chunks of a chat completion, read and reshaped.
    Chat { watch: watch::ChatWatch, reshape: Reshape },
    /// Events of a response, which are read and not changed.
    Responses(watch::ResponsesWatch),
    /// Events that are bridged to the other dialect.
    Bridged(Bridged),
}

impl StreamTransform {
    /// Creates the transform that `plan` asks for.
    pub(super) fn new(plan: &ReplyPlan) -> StreamTransform {
        if let Some(bridged) = Bridged::new(plan) {
            return StreamTransform::Bridged(bridged);
        }
        match plan.dialect {
            Dialect::Chat => {
                StreamTransform::Chat { watch: watch::ChatWatch::default(), reshape: Reshape::new(plan) }
            }
            Dialect::Responses => StreamTransform::Responses(watch::ResponsesWatch::default()),
        }
    }

    /// Takes the next event, and returns what the relay does with it.
    pub(super) fn event(&mut self, event: &Event) -> EventAction {
        let Some(data) = event.data() else { return EventAction::Pass };
        let was_done = self.is_done();
        match self {
            StreamTransform::Responses(watch) => watch.event(&data),
            StreamTransform::Bridged(bridged) => {
                let events = bridged.event(&data);
                return if events.is_empty() { EventAction::Drop } else { EventAction::Replace(events) };
            }
            StreamTransform::Chat { watch, reshape } => {
                watch.event(&data);
                if watch.is_broken() {
                    return EventAction::Drop;
                }
                if !watch.done {
                    return reshape.event(event, &data);
                }
                let held = if was_done { Bytes::new() } else { reshape.finish() };
                if !held.is_empty() {
                    return EventAction::Replace([&*held, event.raw()].concat().into());
                }
            }
        }
        EventAction::Pass
    }

    /// Returns what goes out at the end of upstream: the last event, which may lack its blank line, and everything that
    /// was held back. If the stream is not whole, an error follows, so the last event goes out closed or not at all.
    pub(super) fn end(&mut self, tail: Option<&Event>) -> [Bytes; 2] {
        let whole = |tail: &Event| tail.data().is_some_and(|data| Document::parse(data, 1).is_ok());
        let tail = tail.map_or_else(Bytes::new, |tail| {
            let bytes = match self.event(tail) {
                EventAction::Pass => tail.raw().clone(),
                EventAction::Replace(bytes) => bytes,
                EventAction::Drop => Bytes::new(),
            };
            match self {
                StreamTransform::Chat { .. } | StreamTransform::Responses(_) if !self.is_whole() => {
                    if whole(tail) { closed(&bytes) } else { Bytes::new() }
                }
                _ => bytes,
            }
        });
        match self {
            StreamTransform::Chat { watch, reshape } if !watch.done => [reshape.finish(), tail],
            StreamTransform::Bridged(bridged) => [tail, bridged.end()],
            StreamTransform::Chat { .. } | StreamTransform::Responses(_) => [Bytes::new(), tail],
        }
    }

    /// Returns the event that reports a failed stream to the client.
    pub(super) fn failed(&mut self, fault: &Fault) -> Bytes {
        let (dialect, number) = match self {
            StreamTransform::Bridged(bridged) => return bridged.failed(fault),
            StreamTransform::Chat { .. } => (Dialect::Chat, 0),
            StreamTransform::Responses(watch) => (Dialect::Responses, watch.next),
        };
        self.summary().error = Some(fault.code.to_owned());
        fault::event(dialect, number, &fault.body())
    }

    /// Returns whether the stream has all that a client needs to take it for complete: its last event, the reason why
    /// the model stopped, or an error.
    pub(super) fn is_whole(&self) -> bool {
        match self {
            StreamTransform::Chat { watch, .. } => {
                watch.done || watch.is_finished() || watch.summary.error.is_some()
            }
            StreamTransform::Responses(watch) => watch.done,
            StreamTransform::Bridged(bridged) => bridged.is_done(),
        }
    }

    /// Returns whether the stream said that it is done in the middle of an answer. The client does not get that event.
    pub(super) fn is_broken(&self) -> bool {
        matches!(self, StreamTransform::Chat { watch, .. } if watch.is_broken())
    }

    /// Returns whether the last event of the stream was seen. Anything after it is ignored.
    pub(super) fn is_done(&self) -> bool {
        match self {
            StreamTransform::Chat { watch, .. } => watch.done,
            StreamTransform::Responses(watch) => watch.done,
            StreamTransform::Bridged(bridged) => bridged.is_done(),
        }
    }

    /// Returns whether upstream is cut off, because the client needs nothing more from it.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, StreamTransform::Bridged(bridged) if bridged.is_cut())
    }

    /// Returns what the events have reported so far.
    pub(super) fn summary(&mut self) -> &mut AnswerSummary {
        match self {
            StreamTransform::Chat { watch, .. } => &mut watch.summary,
            StreamTransform::Responses(watch) => &mut watch.summary,
            StreamTransform::Bridged(bridged) => bridged.summary(),
        }
    }
}

/// Returns an event with the blank line that ends it.
fn closed(event: &Bytes) -> Bytes {
    let lines = event.trim_ascii_end();
    if lines.is_empty() { Bytes::new() } else { [lines, b"\n\n"].concat().into() }
}
