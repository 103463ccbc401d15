//! Reads the chunks of a chat completion.

use bytes::Bytes;

use crate::{
    call::{AnswerSummary, Dialect},
    json::{Document, Kind, View},
    respond::{envelope::error_code, key, usage::usage},
};

/// Reads the chunks of one stream.
#[derive(Debug, Default)]
pub(in crate::respond) struct ChatWatch {
    pub(in crate::respond) summary: AnswerSummary,
    /// Whether `[DONE]` was seen.
    pub(in crate::respond) done: bool,
    /// How many chunks were searched for choices.
    searched: u8,
    /// How many choices the stream has, as far as its first chunks say.
    choices: u64,
    /// How many finish reasons came.
    finished: u64,
}

/// How many chunks are searched for the choices of a stream. Each choice begins at once, with its role.
const SEARCHED: u8 = 32;

impl ChatWatch {
    /// Reads the next event's data.
    pub(in crate::respond) fn event(&mut self, data: &Bytes) {
        if super::is_done(data) {
            self.done = true;
            return;
        }
        if self.searched < SEARCHED {
            self.searched += 1;
            self.count_choices(data);
        }
        let interesting = key::USAGE.opens(data, b'{')
            || key::FINISH_REASON.opens(data, b'"')
            || key::ERROR.opens(data, b'{')
            || (self.summary.model.is_none() && key::MODEL.opens(data, b'"'));
        if interesting && let Ok(chunk) = Document::parse(data.clone(), 3) {
            self.read(chunk.root());
        }
    }

    /// Returns whether every choice has its finish reason.
    pub(in crate::respond) fn is_finished(&self) -> bool {
        self.finished > 0 && self.finished >= self.choices
    }

    /// Reads the indices of the chunk's choices without parsing it. A call of a tool has an index of its own.
    fn count_choices(&mut self, data: &[u8]) {
        if key::TOOL_CALLS.values(data).next().is_none() {
            let indices = key::INDEX.values(data).filter_map(super::whole);
            self.choices = indices.map(|index| index.saturating_add(1)).fold(self.choices, u64::max);
        }
    }

    fn read(&mut self, chunk: View<'_>) {
        let summary = &mut self.summary;
        if let Some(usage) = usage(Dialect::Chat, chunk) {
            summary.usage = Some(usage);
        }
        if summary.model.is_none() {
            let model = chunk.get("model").and_then(View::text).filter(|model| !model.is_empty());
            summary.model = model.map(std::borrow::Cow::into_owned);
        }
        if let Some(error) = chunk.get("error").filter(|error| error.kind() == Kind::Object) {
            summary.error = Some(error_code(error).unwrap_or_else(|| "error".to_owned()));
        }
        let choices = chunk.get("choices").into_iter().flat_map(View::items);
        for reason in choices.filter_map(|choice| choice.get("finish_reason").and_then(View::text)) {
            summary.finish_reason = Some(reason.into_owned());
            self.finished += 1;
        }
    }
}
