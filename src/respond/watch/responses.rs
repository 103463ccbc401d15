//! Reads the events of a response. The last event has the whole summary; the first one already has the model.

use bytes::Bytes;

use crate::{
    call::AnswerSummary,
    json::{Document, View},
    respond::{
        key,
        responses::{self, EVENT_DEPTH, LAST_EVENTS, LastEvent},
    },
};

/// The type of the first event that has the model.
const BEGINS: [&[u8]; 1] = [b"\"response.created\""];

/// Reads the events of one stream.
#[derive(Debug, Default)]
pub(in crate::respond) struct ResponsesWatch {
    pub(in crate::respond) summary: AnswerSummary,
    /// Whether the last event of the stream, or `[DONE]`, was seen.
    pub(in crate::respond) done: bool,
    /// The sequence number of the next event.
    pub(in crate::respond) next: u64,
}

impl ResponsesWatch {
    /// Reads the next event's data.
    pub(in crate::respond) fn event(&mut self, data: &Bytes) {
        if super::is_done(data) {
            self.done = true;
            return;
        }
        if let Some(number) = key::SEQUENCE_NUMBER.values(data).find_map(super::whole) {
            self.next = number.saturating_add(1);
        }
        if self.is_interesting(data)
            && let Ok(event) = Document::parse(data.clone(), EVENT_DEPTH)
        {
            self.read(event.root());
        }
    }

    fn is_interesting(&self, data: &[u8]) -> bool {
        key::TYPE.may_be(data, &LAST_EVENTS)
            || (self.summary.model.is_none() && key::TYPE.may_be(data, &BEGINS))
    }

    fn read(&mut self, event: View<'_>) {
        match LastEvent::of(event) {
            None => {
                let begun = event.get("response").filter(|_| self.summary.model.is_none());
                self.summary.model = begun
                    .and_then(|response| responses::summary(response).model)
                    .or(self.summary.model.take());
                return;
            }
            Some(LastEvent::Response(response)) => self.take(responses::summary(response)),
            Some(LastEvent::Failed(response)) => {
                let mut summary = responses::summary(response);
                summary.error.get_or_insert_with(|| "failed".to_owned());
                self.take(summary);
            }
            Some(LastEvent::Error(event)) => {
                let name = responses::error_name(event).or(self.summary.error.take());
                self.summary.error = Some(name.unwrap_or_else(|| "error".to_owned()));
            }
        }
        self.done = true;
    }

    /// Takes the last response's summary. An earlier `error` event's error wins; the first event's model fills a gap.
    fn take(&mut self, summary: AnswerSummary) {
        let AnswerSummary { model, error, .. } = std::mem::take(&mut self.summary);
        self.summary =
            AnswerSummary { model: summary.model.or(model), error: error.or(summary.error), ..summary };
    }
}
