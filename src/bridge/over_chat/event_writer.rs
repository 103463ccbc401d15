//! Writes the events of a response, one by one. Between `output_item.added` and `output_item.done`, every text of a
//! message or a call has the same events: deltas, then the whole text.

use bytes::BytesMut;

use crate::sse;

/// Writes events, and numbers them.
#[derive(Debug)]
pub struct EventWriter<'o> {
    /// `None` if only the whole response is wanted, and no events.
    out: Option<&'o mut BytesMut>,
    next: u64,
}

/// The events of one kind of text within an item (OpenAI's specification, `ResponseStreamEvent`).
#[derive(Debug)]
pub struct TextEvents {
    /// The event type for a piece.
    delta: &'static str,
    /// The event type for the whole text.
    done: &'static str,
    /// The member that has the whole text: in the event, and in the item or part.
    pub slot: &'static str,
    /// For a text that is a part of its item: the event types for the part, and the member that has its position.
    part: Option<(&'static str, &'static str, &'static str)>,
}

const CONTENT_PART: Option<(&str, &str, &str)> =
    Some(("response.content_part.added", "response.content_part.done", "content_index"));

/// The `text` of a message's part.
pub const OUTPUT_TEXT: TextEvents = TextEvents {
    delta: "response.output_text.delta",
    done: "response.output_text.done",
    slot: "text",
    part: CONTENT_PART,
};

/// The refusal in a message.
pub const REFUSAL: TextEvents = TextEvents {
    delta: "response.refusal.delta",
    done: "response.refusal.done",
    slot: "refusal",
    part: CONTENT_PART,
};

/// The reasoning of a model that shows it.
pub const REASONING_TEXT: TextEvents = TextEvents {
    delta: "response.reasoning_text.delta",
    done: "response.reasoning_text.done",
    slot: "text",
    part: CONTENT_PART,
};

/// A summary of a model's reasoning.
pub const REASONING_SUMMARY: TextEvents = TextEvents {
    delta: "response.reasoning_summary_text.delta",
    done: "response.reasoning_summary_text.done",
    slot: "text",
    part: Some((
        "response.reasoning_summary_part.added",
        "response.reasoning_summary_part.done",
        "summary_index",
    )),
};

/// The arguments of a function.
pub const ARGUMENTS: TextEvents = TextEvents {
    delta: "response.function_call_arguments.delta",
    done: "response.function_call_arguments.done",
    slot: "arguments",
    part: None,
};

/// The input of a custom tool.
pub const INPUT: TextEvents = TextEvents {
    delta: "response.custom_tool_call_input.delta",
    done: "response.custom_tool_call_input.done",
    slot: "input",
    part: None,
};

/// The place of a text in a response.
#[derive(Clone, Copy, Debug)]
pub struct TextPosition<'a> {
    /// The item's id, a JSON string with its quotes.
    pub item: &'a [u8],
    /// The item's position in the output.
    pub output: usize,
    /// The part's position in the item.
    pub part: usize,
}

impl TextPosition<'_> {
    /// Returns the members that name the place.
    fn members(&self, index: Option<&str>) -> Vec<u8> {
        let mut out = Vec::from(b"\"item_id\":");
        out.extend_from_slice(self.item);
        out.extend_from_slice(format!(",\"output_index\":{}", self.output).as_bytes());
        if let Some(index) = index {
            out.extend_from_slice(format!(",\"{index}\":{}", self.part).as_bytes());
        }
        out
    }
}

impl<'o> EventWriter<'o> {
    /// Writes to `out`. The first event gets the number `next`.
    pub fn new(out: &'o mut BytesMut, next: u64) -> EventWriter<'o> {
        EventWriter { out: Some(out), next }
    }

    /// Writes no events.
    pub(super) fn discarding() -> EventWriter<'static> {
        EventWriter { out: None, next: 0 }
    }

    /// Returns the number of the next event.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Writes an event with these members behind its type and number. The members are JSON, given in pieces.
    pub fn event(&mut self, kind: &str, members: &[&[u8]]) {
        let Some(out) = &mut self.out else { return };
        let head = format!("{{\"type\":\"{kind}\",\"sequence_number\":{},", self.next);
        self.next += 1;
        out.extend_from_slice(format!("event: {kind}\n").as_bytes());
        let parts = std::iter::once(head.as_bytes()).chain(members.iter().copied());
        sse::data(out, parts.chain(std::iter::once(&b"}"[..])));
    }

    /// Writes an event about the response: `created`, `in_progress`, `completed`, `incomplete` or `failed`.
    pub fn response(&mut self, state: &str, response: &[u8]) {
        self.event(&format!("response.{state}"), &[b"\"response\":", response]);
    }

    /// Writes that an item begins. The item is in progress and has no content.
    pub fn item_added(&mut self, output: usize, item: &[u8]) {
        self.item("response.output_item.added", output, item);
    }

    /// Writes that an item is complete.
    pub fn item_done(&mut self, output: usize, item: &[u8]) {
        self.item("response.output_item.done", output, item);
    }

    fn item(&mut self, kind: &str, output: usize, item: &[u8]) {
        self.event(kind, &[format!("\"output_index\":{output},\"item\":").as_bytes(), item]);
    }

    /// Writes that a part begins, if texts of this kind are parts. The part has no content.
    pub fn part_added(&mut self, texts: &TextEvents, position: TextPosition<'_>, part: &[u8]) {
        if let Some((added, _, index)) = texts.part {
            self.event(added, &[&position.members(Some(index)), b",\"part\":", part]);
        }
    }

    /// Writes that a part is complete, if texts of this kind are parts.
    pub fn part_done(&mut self, texts: &TextEvents, position: TextPosition<'_>, part: &[u8]) {
        if let Some((_, done, index)) = texts.part {
            self.event(done, &[&position.members(Some(index)), b",\"part\":", part]);
        }
    }

    /// Writes a piece of a text, the inside of a JSON string. `more` has further members, each behind a comma.
    pub fn delta(&mut self, texts: &TextEvents, position: TextPosition<'_>, piece: &[u8], more: &[&[u8]]) {
        let place = position.members(texts.part.map(|(.., index)| index));
        let mut members = vec![&place, &b",\"delta\":\""[..], piece, b"\""];
        members.extend_from_slice(more);
        self.event(texts.delta, &members);
    }

    /// Writes a whole text, the inside of a JSON string. `more` has further members, each behind a comma.
    pub fn done(&mut self, texts: &TextEvents, position: TextPosition<'_>, whole: &[u8], more: &[&[u8]]) {
        let place = position.members(texts.part.map(|(.., index)| index));
        let key = format!(",\"{}\":\"", texts.slot);
        let mut members = vec![&place, key.as_bytes(), whole, b"\""];
        members.extend_from_slice(more);
        self.event(texts.done, &members);
    }

    /// Writes an annotation of an output text.
    pub fn annotation(&mut self, position: TextPosition<'_>, index: usize, annotation: &[u8]) {
        let place = position.members(Some("content_index"));
        let number = format!(",\"annotation_index\":{index},\"annotation\":");
        self.event("response.output_text.annotation.added", &[&place, number.as_bytes(), annotation]);
    }
}
