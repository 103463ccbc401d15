//! What becomes of the events of a stream, and what they tell: by the operation that Azure answers. A relay moves bytes
//! and knows no operation; all that is the operation's own is here.

use bytes::Bytes;

use super::{
    bridged::Bridged,
    fault::{self, Fault},
    reshape::{Reshape, Verdict},
    watch,
};
use crate::{
    call::{AnswerSummary, Dialect, ReplyPlan},
    sse::Event,
};

/// The way of one stream's events.
#[derive(Debug)]
pub(super) enum StreamTransform {
    /// Chunks of a chat completion, read and reshaped.
    Chat { watch: watch::Chat, reshape: Reshape },
    /// Events of a response, which are only read.
    Responses(watch::Responses),
    /// Events of one operation, told as the other's.
    Bridged(Bridged),
}

impl StreamTransform {
    /// The way that `plan` asks for.
    pub(super) fn new(plan: &ReplyPlan) -> StreamTransform {
        if let Some(bridged) = Bridged::new(plan) {
            return StreamTransform::Bridged(bridged);
        }
        match plan.dialect {
            Dialect::Chat => {
                StreamTransform::Chat { watch: watch::Chat::default(), reshape: Reshape::new(plan) }
            }
            Dialect::Responses => StreamTransform::Responses(watch::Responses::default()),
        }
    }

    /// What becomes of the next event.
    pub(super) fn event(&mut self, event: &Event) -> Verdict {
        let Some(data) = event.data() else { return Verdict::Pass };
        let was_done = self.is_done();
        match self {
            StreamTransform::Responses(watch) => watch.event(&data),
            StreamTransform::Bridged(bridged) => {
                let said = bridged.event(&data);
                return if said.is_empty() { Verdict::Drop } else { Verdict::Replace(said) };
            }
            StreamTransform::Chat { watch, reshape } => {
                watch.event(&data);
                if !watch.done {
                    return reshape.event(event, &data);
                }
                let held = if was_done { Bytes::new() } else { reshape.finish() };
                if !held.is_empty() {
                    return Verdict::Replace([&*held, event.raw()].concat().into());
                }
            }
        }
        Verdict::Pass
    }

    /// What goes out when upstream has no more: its last event, which may lack the blank line that ends one, and what
    /// was held back.
    pub(super) fn end(&mut self, tail: Option<&Event>) -> [Bytes; 2] {
        let tail = tail.map_or_else(Bytes::new, |tail| match self.event(tail) {
            Verdict::Pass => tail.raw().clone(),
            Verdict::Replace(bytes) => bytes,
            Verdict::Drop => Bytes::new(),
        });
        match self {
            StreamTransform::Chat { watch, reshape } if !watch.done => [reshape.finish(), tail],
            StreamTransform::Bridged(bridged) => [tail, bridged.end()],
            StreamTransform::Chat { .. } | StreamTransform::Responses(_) => [Bytes::new(), tail],
        }
    }

    /// The event that tells the client that the stream failed.
    pub(super) fn failed(&mut self, fault: &Fault) -> Bytes {
        let (dialect, number) = match self {
            StreamTransform::Bridged(bridged) => return bridged.failed(fault),
            StreamTransform::Chat { .. } => (Dialect::Chat, 0),
            StreamTransform::Responses(watch) => (Dialect::Responses, watch.next),
        };
        self.summary().error = Some(fault.code.to_owned());
        fault::event(dialect, number, &fault.body())
    }

    /// Whether the event came that ends the stream. What follows it does not matter.
    pub(super) fn is_done(&self) -> bool {
        match self {
            StreamTransform::Chat { watch, .. } => watch.done,
            StreamTransform::Responses(watch) => watch.done,
            StreamTransform::Bridged(bridged) => bridged.is_done(),
        }
    }

    /// Whether upstream would go on for nobody: its call is given up.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, StreamTransform::Bridged(bridged) if bridged.is_cut())
    }

    /// What the events told so far.
    pub(super) fn summary(&mut self) -> &mut AnswerSummary {
        match self {
            StreamTransform::Chat { watch, .. } => &mut watch.summary,
            StreamTransform::Responses(watch) => &mut watch.summary,
            StreamTransform::Bridged(bridged) => bridged.summary(),
        }
    }
}
