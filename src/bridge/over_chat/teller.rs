//! The events of a response, written one by one. What lies between `output_item.added` and `output_item.done` is the same
//! for every text, whether a message's or a call's: deltas, then the whole.

use bytes::BytesMut;

use crate::sse;

/// Writes events, and counts them.
#[derive(Debug)]
pub struct Teller<'o> {
    /// Nowhere, where a whole answer is put together and nobody hears the story of it.
    out: Option<&'o mut BytesMut>,
    next: u64,
}

/// A kind of text within an item, and how its events are called (OpenAI's specification, `ResponseStreamEvent`).
#[derive(Debug)]
pub struct Texts {
    /// The event type of a piece of it.
    delta: &'static str,
    /// The event type of the whole.
    done: &'static str,
    /// The member that has the whole, of the event and of the item or part.
    pub slot: &'static str,
    /// Of a text that is a part of its item: the event types of that part, and the member that has its position.
    part: Option<(&'static str, &'static str, &'static str)>,
}

const CONTENT_PART: Option<(&str, &str, &str)> =
    Some(("response.content_part.added", "response.content_part.done", "content_index"));

/// The `text` of a message's part.
pub const OUTPUT_TEXT: Texts = Texts {
    delta: "response.output_text.delta",
    done: "response.output_text.done",
    slot: "text",
    part: CONTENT_PART,
};

/// A message's refusal.
pub const REFUSAL: Texts = Texts {
    delta: "response.refusal.delta",
    done: "response.refusal.done",
    slot: "refusal",
    part: CONTENT_PART,
};

/// What a model with open reasoning thinks.
pub const REASONING_TEXT: Texts = Texts {
    delta: "response.reasoning_text.delta",
    done: "response.reasoning_text.done",
    slot: "text",
    part: CONTENT_PART,
};

/// What is told of a model's reasoning.
pub const REASONING_SUMMARY: Texts = Texts {
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
pub const ARGUMENTS: Texts = Texts {
    delta: "response.function_call_arguments.delta",
    done: "response.function_call_arguments.done",
    slot: "arguments",
    part: None,
};

/// The input of a custom tool.
pub const INPUT: Texts = Texts {
    delta: "response.custom_tool_call_input.delta",
    done: "response.custom_tool_call_input.done",
    slot: "input",
    part: None,
};

/// Where in a response a text stands.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// The item's id, as a JSON string with its quotes.
    pub item: &'a [u8],
    /// The item's position in the output.
    pub output: usize,
    /// The part's position in the item.
    pub part: usize,
}

impl Spot<'_> {
    /// The members that say so.
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

impl<'o> Teller<'o> {
    /// Tells into `out`, from the event of that number on.
    pub fn new(out: &'o mut BytesMut, next: u64) -> Teller<'o> {
        Teller { out: Some(out), next }
    }

    /// Tells nobody.
    pub(super) fn silent() -> Teller<'static> {
        Teller { out: None, next: 0 }
    }

    /// The number of the next event.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// An event with these members beside its type and number. They are JSON, joined as they stand.
    pub fn tell(&mut self, kind: &str, members: &[&[u8]]) {
        let Some(out) = &mut self.out else { return };
        let head = format!("{{\"type\":\"{kind}\",\"sequence_number\":{},", self.next);
        self.next += 1;
        out.extend_from_slice(format!("event: {kind}\n").as_bytes());
        let parts = std::iter::once(head.as_bytes()).chain(members.iter().copied());
        sse::data(out, parts.chain(std::iter::once(&b"}"[..])));
    }

    /// An event about the whole response: `created`, `in_progress`, `completed`, `incomplete`, `failed`.
    pub fn response(&mut self, state: &str, response: &[u8]) {
        self.tell(&format!("response.{state}"), &[b"\"response\":", response]);
    }

    /// An item begins: without what it will say, and in progress.
    pub fn item_added(&mut self, output: usize, item: &[u8]) {
        self.item("response.output_item.added", output, item);
    }

    /// An item is whole.
    pub fn item_done(&mut self, output: usize, item: &[u8]) {
        self.item("response.output_item.done", output, item);
    }

    fn item(&mut self, kind: &str, output: usize, item: &[u8]) {
        self.tell(kind, &[format!("\"output_index\":{output},\"item\":").as_bytes(), item]);
    }

    /// A part begins, if texts of this kind are parts: without what it will say.
    pub fn part_added(&mut self, texts: &Texts, spot: Spot<'_>, part: &[u8]) {
        if let Some((added, _, index)) = texts.part {
            self.tell(added, &[&spot.members(Some(index)), b",\"part\":", part]);
        }
    }

    /// A part is whole.
    pub fn part_done(&mut self, texts: &Texts, spot: Spot<'_>, part: &[u8]) {
        if let Some((_, done, index)) = texts.part {
            self.tell(done, &[&spot.members(Some(index)), b",\"part\":", part]);
        }
    }

    /// A piece of a text: the inside of a JSON string, and further members, each behind its comma.
    pub fn delta(&mut self, texts: &Texts, spot: Spot<'_>, piece: &[u8], more: &[&[u8]]) {
        let place = spot.members(texts.part.map(|(.., index)| index));
        let mut members = vec![&place, &b",\"delta\":\""[..], piece, b"\""];
        members.extend_from_slice(more);
        self.tell(texts.delta, &members);
    }

    /// A text is whole.
    pub fn done(&mut self, texts: &Texts, spot: Spot<'_>, whole: &[u8], more: &[&[u8]]) {
        let place = spot.members(texts.part.map(|(.., index)| index));
        let key = format!(",\"{}\":\"", texts.slot);
        let mut members = vec![&place, key.as_bytes(), whole, b"\""];
        members.extend_from_slice(more);
        self.tell(texts.done, &members);
    }

    /// An annotation of an output text.
    pub fn annotation(&mut self, spot: Spot<'_>, index: usize, annotation: &[u8]) {
        let place = spot.members(Some("content_index"));
        let number = format!(",\"annotation_index\":{index},\"annotation\":");
        self.tell("response.output_text.annotation.added", &[&place, number.as_bytes(), annotation]);
    }
}
