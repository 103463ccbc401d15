//! Bridges a stream of one dialect into the other one.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{
    fault::{self, Fault},
    functions,
};
use crate::{
    bridge::{over_chat::Events, over_responses::Chunks},
    call::{AnswerSummary, Dialect, ReplyPlan, Shape, UsageChunk},
    sse::Decoder,
};

/// Bridges one stream. All events are written into one buffer, so that no event costs an allocation.
#[derive(Debug)]
pub(super) struct Bridged {
    writer: DialectWriter,
    legacy_functions: bool,
    out: BytesMut,
}

#[derive(Debug)]
enum DialectWriter {
    Chunks(Box<Chunks>),
    Events(Box<Events>),
}

impl Bridged {
    /// Creates the bridge that `plan` asks for; `None` if the stream stays in its own dialect.
    pub(super) fn new(plan: &ReplyPlan) -> Option<Bridged> {
        let writer = match &plan.shape {
            Shape::Same => return None,
            Shape::OverResponses(reply) => {
                let usage = plan.usage_chunk == UsageChunk::Wanted;
                DialectWriter::Chunks(Box::new(Chunks::new(Arc::clone(reply), usage)))
            }
            Shape::OverChat(reply) => DialectWriter::Events(Box::new(Events::new(Arc::clone(reply)))),
        };
        Some(Bridged { writer, legacy_functions: plan.legacy_functions, out: BytesMut::new() })
    }

    /// Returns the events for the client that follow from the data of one event. Most often there are none.
    pub(super) fn event(&mut self, data: &Bytes) -> Bytes {
        match &mut self.writer {
            DialectWriter::Chunks(chunks) => chunks.event(data, &mut self.out),
            DialectWriter::Events(events) => events.event(data, &mut self.out),
        }
        self.take()
    }

    /// Returns the events that end the stream after upstream has ended in order.
    pub(super) fn end(&mut self) -> Bytes {
        match &mut self.writer {
            DialectWriter::Chunks(chunks) => chunks.end(&mut self.out),
            DialectWriter::Events(events) => events.end(&mut self.out),
        }
        self.take()
    }

    /// Returns the events that were held back, and an event that reports the failure.
    pub(super) fn failed(&mut self, failure: &Fault) -> Bytes {
        self.summary().error = Some(failure.code.to_owned());
        let event = match &mut self.writer {
            DialectWriter::Chunks(chunks) => {
                chunks.release(&mut self.out);
                fault::event(Dialect::Chat, 0, &failure.body())
            }
            DialectWriter::Events(events) => fault::event(Dialect::Responses, events.next(), &failure.body()),
        };
        [self.take(), event].concat().into()
    }

    /// Returns whether the last event has been written.
    pub(super) fn is_done(&self) -> bool {
        match &self.writer {
            DialectWriter::Chunks(chunks) => chunks.is_done(),
            DialectWriter::Events(events) => events.is_done(),
        }
    }

    /// Returns whether upstream can be cut off, because the client needs nothing more from it.
    pub(super) fn is_cut(&self) -> bool {
        matches!(&self.writer, DialectWriter::Chunks(chunks) if chunks.is_cut())
    }

    /// Returns what the stream has reported so far.
    pub(super) fn summary(&mut self) -> &mut AnswerSummary {
        match &mut self.writer {
            DialectWriter::Chunks(chunks) => chunks.summary(),
            DialectWriter::Events(events) => events.summary(),
        }
    }

    fn take(&mut self) -> Bytes {
        let events = self.out.split().freeze();
        if self.legacy_functions { legacy(events) } else { events }
    }
}

/// Returns the events in the form for a client that asked with the legacy `functions`.
fn legacy(events: Bytes) -> Bytes {
    // azgate wrote these events, so they are complete and need no size limit.
    let mut decoder = Decoder::new(usize::MAX);
    decoder.push(events);
    let mut out = BytesMut::new();
    while let Ok(Some(event)) = decoder.event() {
        let changed = event.data().and_then(|data| functions::chunk_to_legacy(&data));
        out.extend_from_slice(&changed.map_or_else(|| event.raw().clone(), |data| event.with_data(&data)));
    }
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::OverResponses;

    #[test]
    fn held_back_text_comes_before_a_failure() {
        let over = OverResponses { resource: "main".into(), stop: vec!["<END>".to_owned()] };
        let plan = ReplyPlan { shape: Shape::OverResponses(Arc::new(over)), ..ReplyPlan::default() };
        let mut bridged = Bridged::new(&plan).unwrap();
        bridged.event(&Bytes::from_static(br#"{"type":"response.output_text.delta","delta":"a<E"}"#));
        let written = bridged.failed(&fault::INTERRUPTED);
        let written = String::from_utf8(written.to_vec()).unwrap();
        let (held, error) = written.split_once("\n\n").unwrap();
        assert!(held.contains(r#""content":"<E""#), "{written}");
        assert!(error.starts_with(r#"data: {"error":"#), "{written}");
    }
}
