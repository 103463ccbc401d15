//! The state of one stream, and what every kind of event may need: the first chunk, held text, and the error at the
//! end.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::{calls::ToolCalls, items::FinishedItems, texts::SentTexts, writer::Writer};
use crate::{
    bridge::{
        MOST_KEPT,
        over_responses::{Reply, finish::Failure, stop::HeldText},
        too_large,
        values::text_of,
    },
    call::AnswerSummary,
    json::View,
    sse,
};

/// Makes the chunks of one stream.
#[derive(Debug)]
pub struct Chunks {
    pub(super) reply: Arc<Reply>,
    pub(super) writer: Writer,
    pub(super) texts: SentTexts,
    pub(super) calls: ToolCalls,
    pub(super) items: FinishedItems,
    /// The position in the output of the message that began last, and its mark.
    pub(super) open_message: Option<(u64, Bytes)>,
    pub(super) held: HeldText,
    pub(super) context: ContextState,
    pub(super) summary: AnswerSummary,
    /// The failure of a response without an explanation. Azure may explain it in an `error` event that follows
    /// (earendil-works/pi#7983).
    pub(super) unexplained: Option<Failure>,
    /// How many bytes may be kept.
    limit: usize,
    /// How many bytes the events have brought that are kept to the end.
    kept: usize,
    pub(super) done: bool,
    pub(super) cut: bool,
}

/// Whether the client has received the context. It must come once: the accumulator of openai-python does not accept a
/// second list of objects without an index (`accumulate_delta`). So the context waits for all searches before the
/// text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ContextState {
    None,
    Due,
    Sent,
}

impl Chunks {
    /// Starts a stream for `reply`. It ends with a chunk for the usage if `usage` is set.
    pub fn new(reply: Arc<Reply>, usage: bool) -> Chunks {
        Chunks {
            reply,
            writer: Writer::new(usage),
            texts: SentTexts::default(),
            calls: ToolCalls::default(),
            items: FinishedItems::default(),
            open_message: None,
            held: HeldText::default(),
            context: ContextState::None,
            summary: AnswerSummary::default(),
            unexplained: None,
            limit: MOST_KEPT,
            kept: 0,
            done: false,
            cut: false,
        }
    }

    /// Ends the stream with an error once more than `limit` bytes are kept.
    #[cfg(test)]
    pub(super) fn limited(self, limit: usize) -> Chunks {
        Chunks { limit, ..self }
    }

    /// Counts what an event has brought, and ends the stream if that is too much.
    pub(super) fn keep(&mut self, bytes: usize, out: &mut BytesMut) {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > self.limit && !self.done {
            let (code, message) = too_large(self.limit);
            self.fail(&Failure::new(code, &message), out);
        }
    }

    /// Returns how many texts and calls are known.
    pub(super) fn entries(&self) -> usize {
        self.texts.len() + self.calls.len()
    }

    /// Returns whether everything is written, so that whatever upstream still sends is ignored.
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Returns whether the answer was cut at a stop sequence, so that upstream need not go on.
    pub fn is_cut(&self) -> bool {
        self.cut
    }

    /// Returns the summary of the answer so far.
    pub fn summary(&mut self) -> &mut AnswerSummary {
        &mut self.summary
    }

    /// Sends the text that is held back, because something else follows it.
    pub fn release(&mut self, out: &mut BytesMut) {
        let held = self.held.take();
        if !held.is_empty() {
            self.writer.text(&held, None, out);
        }
    }

    pub(super) fn begin(&mut self, response: View<'_>, out: &mut BytesMut) {
        self.writer.begin(Some(response), out);
        if self.summary.model.is_none() {
            self.summary.model = text_of(response, "model").map(Into::into);
        }
    }

    pub(super) fn fail(&mut self, failure: &Failure, out: &mut BytesMut) {
        self.release(out);
        sse::data(out, [&br#"{"error":"#[..], &failure.object(), b"}"]);
        self.summary.error = Some(failure.code.clone());
        self.done = true;
    }
}
