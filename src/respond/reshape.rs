//! Reshapes the events of a chat stream for the client.

use bytes::{Bytes, BytesMut};

use super::{
    functions, key,
    normalize::{Normalized, Normalizer},
};
use crate::{
    call::{ReplyPlan, UsageChunk},
    json::{Document, Kind, View},
    sse::{self, Event},
};

/// What the relay does with one event.
#[derive(Debug)]
pub(super) enum EventAction {
    /// The event passes unchanged.
    Pass,
    /// The event is dropped.
    Drop,
    /// These bytes, which are whole events, replace the event.
    Replace(Bytes),
}

/// Carries out a [`ReplyPlan`] on the events of a stream.
#[derive(Debug)]
pub(super) struct Reshape {
    hide_usage: bool,
    normalizer: Option<Normalizer>,
    legacy_functions: bool,
}

impl Reshape {
    pub(super) fn new(plan: &ReplyPlan) -> Reshape {
        Reshape {
            hide_usage: plan.usage_chunk == UsageChunk::Hidden,
            normalizer: plan.normalize.then(Normalizer::default),
            legacy_functions: plan.legacy_functions,
        }
    }

    /// Takes an event that stands before `[DONE]`.
    pub(super) fn event(&mut self, event: &Event, data: &Bytes) -> EventAction {
        if self.hide_usage && key::USAGE.opens(data, b'{') && is_usage_chunk(data) {
            return EventAction::Drop;
        }
        let mut changed = match self.normalizer.as_mut().map(|normalizer| normalizer.event(data)) {
            None | Some(Normalized::Same) => None,
            Some(Normalized::Changed(data)) => Some(data),
            Some(Normalized::Held) => return EventAction::Drop,
        };
        if self.legacy_functions {
            changed = functions::chunk_to_legacy(changed.as_ref().unwrap_or(data)).or(changed);
        }
        changed.map_or(EventAction::Pass, |data| EventAction::Replace(event.with_data(&data)))
    }

    /// Returns the events that must go out before `[DONE]` or the end of the stream.
    pub(super) fn finish(&mut self) -> Bytes {
        let mut out = BytesMut::new();
        while let Some(chunk) = self.normalizer.as_mut().and_then(Normalizer::finish) {
            sse::data(&mut out, [&*chunk]);
        }
        out.freeze()
    }
}

/// Returns whether this is the chunk that `stream_options.include_usage` adds: it has token counts and no choices.
fn is_usage_chunk(data: &Bytes) -> bool {
    let Ok(chunk) = Document::parse(data.clone(), 2) else { return false };
    let root = chunk.root();
    let none = |choices: View<'_>| choices.kind() == Kind::Array && choices.items().next().is_none();
    root.get("usage").is_some_and(|usage| usage.kind() == Kind::Object)
        && root.get("choices").is_some_and(none)
}
