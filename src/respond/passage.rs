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
    call::{Operation, ReplyPlan, Told},
    sse::Event,
};

/// The way of one stream's events.
#[derive(Debug)]
pub(super) enum Passage {
    /// Chunks of a chat completion, read and reshaped.
    Chat { watch: watch::Chat, reshape: Reshape },
    /// Events of a response, which are only read.
    Responses(watch::Responses),
    /// Events of one operation, told as the other's.
    Bridged(Bridged),
}

impl Passage {
    /// The way that `plan` asks for.
    pub(super) fn new(plan: &ReplyPlan) -> Passage {
        if let Some(bridged) = Bridged::new(plan) {
            return Passage::Bridged(bridged);
        }
        match plan.operation {
            Operation::Chat => Passage::Chat { watch: watch::Chat::default(), reshape: Reshape::new(plan) },
            Operation::Responses => Passage::Responses(watch::Responses::default()),
        }
    }

    /// What becomes of the next event.
    pub(super) fn event(&mut self, event: &Event) -> Verdict {
        let Some(data) = event.data() else { return Verdict::Pass };
        let was_done = self.is_done();
        match self {
            Passage::Responses(watch) => watch.event(&data),
            Passage::Bridged(bridged) => {
                let said = bridged.event(&data);
                return if said.is_empty() { Verdict::Drop } else { Verdict::Replace(said) };
            }
            Passage::Chat { watch, reshape } => {
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

    /// What goes out when upstream has no more: its last event, which may lack the blank line that ends one, and what was
    /// held back.
    pub(super) fn end(&mut self, tail: Option<&Event>) -> [Bytes; 2] {
        let tail = tail.map_or_else(Bytes::new, |tail| match self.event(tail) {
            Verdict::Pass => tail.raw().clone(),
            Verdict::Replace(bytes) => bytes,
            Verdict::Drop => Bytes::new(),
        });
        match self {
            Passage::Chat { watch, reshape } if !watch.done => [reshape.finish(), tail],
            Passage::Bridged(bridged) => [tail, bridged.end()],
            Passage::Chat { .. } | Passage::Responses(_) => [Bytes::new(), tail],
        }
    }

    /// The event that tells the client that the stream failed.
    pub(super) fn failed(&mut self, fault: &Fault) -> Bytes {
        let (operation, number) = match self {
            Passage::Bridged(bridged) => return bridged.failed(fault),
            Passage::Chat { .. } => (Operation::Chat, 0),
            Passage::Responses(watch) => (Operation::Responses, watch.next),
        };
        self.told().error = Some(fault.code.to_owned());
        fault::event(operation, number, &fault.body())
    }

    /// Whether the event came that ends the stream. What follows it does not matter.
    pub(super) fn is_done(&self) -> bool {
        match self {
            Passage::Chat { watch, .. } => watch.done,
            Passage::Responses(watch) => watch.done,
            Passage::Bridged(bridged) => bridged.is_done(),
        }
    }

    /// Whether upstream would go on for nobody: its call is given up.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Passage::Bridged(bridged) if bridged.is_cut())
    }

    /// What the events told so far.
    pub(super) fn told(&mut self) -> &mut Told {
        match self {
            Passage::Chat { watch, .. } => &mut watch.told,
            Passage::Responses(watch) => &mut watch.told,
            Passage::Bridged(bridged) => bridged.told(),
        }
    }
}
