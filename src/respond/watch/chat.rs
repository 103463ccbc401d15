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
    /// Whether `[DONE]` came although a choice has no finish reason.
    broken: bool,
    /// How many chunks were searched for choices.
    searched: u8,
    /// The choices that the stream has, as far as its first chunks say.
    begun: Choices,
    /// The choices that have their finish reason.
    finished: Choices,
}

/// How many chunks are searched for the choices of a stream. Each choice begins at once, with its role.
const SEARCHED: u8 = 160;

/// Some of a stream's choices, of which OpenAI allows 128. Each has the bit of its index.
#[derive(Clone, Copy, Debug, Default)]
struct Choices(u128);

impl Choices {
    fn add(&mut self, index: u64) {
        self.0 |= bit(index);
    }

    fn has(self, index: u64) -> bool {
        let bit = bit(index);
        self.0 & bit == bit
    }
}

/// Returns the bit of an index; none for an index that no choice has.
fn bit(index: u64) -> u128 {
    u32::try_from(index).ok().and_then(|index| 1_u128.checked_shl(index)).unwrap_or(0)
}

impl ChatWatch {
    /// Reads the next event's data.
    pub(in crate::respond) fn event(&mut self, data: &Bytes) {
        if super::is_done(data) {
            self.broken = !self.done && self.lacks_a_finish() && self.summary.error.is_none();
            self.done = !self.broken;
            return;
        }
        if self.searched < SEARCHED {
            self.searched += 1;
            self.note_choices(data);
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
        self.finished.0 != 0 && !self.lacks_a_finish()
    }

    /// Returns whether the stream said that it is done in the middle of an answer.
    pub(in crate::respond) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Returns whether a choice has begun and has no finish reason. A stream without a choice, which has only token
    /// counts or Azure's verdict on the prompt, lacks none.
    fn lacks_a_finish(&self) -> bool {
        self.begun.0 & !self.finished.0 != 0
    }

    /// Notes the chunk's choices. A chunk is parsed only if one of its indices, which may be that of a call or of
    /// another list, is none of a choice that is known.
    fn note_choices(&mut self, data: &Bytes) {
        let is_known = self.begun.0 != 0
            && key::INDEX.values(data).filter_map(super::whole).all(|index| self.begun.has(index));
        if is_known {
            return;
        }
        let Ok(chunk) = Document::parse(data.clone(), 3) else { return };
        // Azure's verdicts on a text are choices with no delta or an empty one, and begin nothing.
        for (index, choice) in choices(chunk.root()) {
            if choice.non_null("delta").is_some_and(|delta| !delta.is_empty() || !is_verdict(choice)) {
                self.begun.add(index);
            }
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
        for (index, choice) in choices(chunk) {
            let reason = choice.get("finish_reason").and_then(View::text).filter(|reason| !reason.is_empty());
            if let Some(reason) = reason {
                summary.finish_reason = Some(reason.into_owned());
                self.finished.add(index);
            }
        }
    }
}

/// Returns whether a choice has Azure's verdict on a text.
fn is_verdict(choice: View<'_>) -> bool {
    ["content_filter_result", "content_filter_results"].iter().any(|key| choice.get(key).is_some())
}

/// Returns the choices of a chunk, each with its index: its place where it has none.
fn choices(chunk: View<'_>) -> impl Iterator<Item = (u64, View<'_>)> {
    let choices = chunk.get("choices").into_iter().flat_map(View::items).zip(0..);
    choices
        .filter(|(choice, _)| choice.kind() == Kind::Object)
        .map(|(choice, place)| (choice.get("index").and_then(View::whole).unwrap_or(place), choice))
}
