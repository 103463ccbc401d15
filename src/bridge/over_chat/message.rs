//! A message of a response while it grows: texts and refusals, part by part.

use super::{
    event_writer::{EventWriter, OUTPUT_TEXT, REFUSAL, TextEvents, TextPosition},
    member_map::MemberMap,
};
use crate::json::write::item;

/// The content of a message item.
#[derive(Debug, Default)]
pub(super) struct MessageItem {
    parts: Vec<MessagePart>,
    /// The index of the part that grows.
    open: Option<usize>,
    /// Members of the chat message that a response does not have.
    pub(super) extras: MemberMap,
}

/// A part. There is one of each kind, as in a chat message. Lists are kept without their brackets.
#[derive(Debug, Default)]
struct MessagePart {
    refusal: bool,
    /// The inside of a JSON string.
    text: Vec<u8>,
    annotations: Vec<u8>,
    annotation_count: usize,
    logprobs: Vec<u8>,
}

impl MessagePart {
    fn events(&self) -> &'static TextEvents {
        if self.refusal { &REFUSAL } else { &OUTPUT_TEXT }
    }

    /// Returns `logprobs` as a member of the text's events and of the part, behind a comma. A refusal has the member
    /// only if there are some.
    fn logprobs(&self, inside: &[u8]) -> Vec<u8> {
        if self.refusal && inside.is_empty() {
            return Vec::new();
        }
        [b",\"logprobs\":[", inside, b"]"].concat()
    }

    /// Returns the part: whole, or as it is at the beginning.
    fn json(&self, whole: bool) -> Vec<u8> {
        let text = if whole { &*self.text } else { b"" };
        if self.refusal {
            let logprobs = if whole { self.logprobs(&self.logprobs) } else { Vec::new() };
            return [b"{\"type\":\"refusal\",\"refusal\":\"", text, b"\"", &logprobs, b"}"].concat();
        }
        let (annotations, logprobs) =
            if whole { (&*self.annotations, &*self.logprobs) } else { (&b""[..], &b""[..]) };
        let head = b"{\"type\":\"output_text\",\"annotations\":[";
        let logprobs = self.logprobs(logprobs);
        [&head[..], annotations, b"]", &logprobs, b",\"text\":\"", text, b"\"}"].concat()
    }
}

impl MessageItem {
    /// Adds a piece of the text or of the refusal. `logprobs` is the inside of a list.
    pub(super) fn add_text(
        &mut self,
        refusal: bool,
        piece: &[u8],
        logprobs: &[u8],
        position: TextPosition<'_>,
        padding: &[u8],
        events: &mut EventWriter<'_>,
    ) {
        let at = self.open_part(refusal, position, events);
        let Some(part) = self.parts.get_mut(at) else { return };
        part.text.extend_from_slice(piece);
        if !logprobs.is_empty() {
            item(&mut part.logprobs, logprobs);
        }
        let more = part.logprobs(logprobs);
        events.delta(part.events(), TextPosition { part: at, ..position }, piece, &[&more, padding]);
    }

    /// Adds an annotation of the text, in the form of a response.
    pub(super) fn annotate(
        &mut self,
        annotation: &[u8],
        position: TextPosition<'_>,
        events: &mut EventWriter<'_>,
    ) {
        let at = self.open_part(false, position, events);
        let Some(part) = self.parts.get_mut(at) else { return };
        events.annotation(TextPosition { part: at, ..position }, part.annotation_count, annotation);
        item(&mut part.annotations, annotation);
        part.annotation_count += 1;
    }

    /// Opens the part of this kind, and closes the other one. Returns its index.
    fn open_part(
        &mut self,
        refusal: bool,
        position: TextPosition<'_>,
        events: &mut EventWriter<'_>,
    ) -> usize {
        let found = self.parts.iter().position(|part| part.refusal == refusal);
        if found.is_none() || self.open != found {
            self.close(position, events);
        }
        let at = found.unwrap_or(self.parts.len());
        if found.is_none() {
            let part = MessagePart { refusal, ..MessagePart::default() };
            events.part_added(part.events(), TextPosition { part: at, ..position }, &part.json(false));
            self.parts.push(part);
        }
        self.open = Some(at);
        at
    }

    /// Closes the part that grows.
    pub(super) fn close(&mut self, position: TextPosition<'_>, events: &mut EventWriter<'_>) {
        let Some((at, part)) = self.open.take().and_then(|at| Some((at, self.parts.get(at)?))) else {
            return;
        };
        let position = TextPosition { part: at, ..position };
        events.done(part.events(), position, &part.text, &[&part.logprobs(&part.logprobs)]);
        events.part_done(part.events(), position, &part.json(true));
    }

    /// Returns the list of parts.
    pub(super) fn content(&self) -> Vec<u8> {
        let mut list = Vec::from(b"[");
        self.parts.iter().for_each(|part| item(&mut list, &part.json(true)));
        list.push(b']');
        list
    }
}
