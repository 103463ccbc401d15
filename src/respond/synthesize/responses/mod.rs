//! Makes a whole response into the events that OpenAI would have sent, for families that do not stream. As with a chat
//! answer, values are copied as they are spelt and strings are only cut.

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};

use super::choice::slices;
use crate::{
    bridge::over_chat::event_writer::{
        ARGUMENTS, EventWriter, INPUT, OUTPUT_TEXT, REASONING_SUMMARY, REASONING_TEXT, REFUSAL, TextEvents,
        TextPosition,
    },
    json::{Document, Kind, View, text, write::member},
};

/// The body has no `output`, so it is not a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `output`, so it is not a response")]
pub struct NotAResponse;

/// Returns the stream of `response`, which must be parsed to two levels or more.
pub fn synthesize(response: &Document) -> Result<Bytes, NotAResponse> {
    let root = response.root();
    let output = root.get("output").filter(|output| output.kind() == Kind::Array).ok_or(NotAResponse)?;
    let mut out = BytesMut::with_capacity(response.source().len() * 5 + 1024);
    let mut writer = EventWriter::new(&mut out, 0);
    let begun = begun(root);
    writer.response("created", &begun);
    writer.response("in_progress", &begun);
    for (at, item) in output.items().enumerate() {
        if let Some(opened) = item.reparse(4) {
            write_item(&mut writer, opened.root(), at);
        }
    }
    // A response that is queued or goes on in the background has no further events.
    match root.get("status").and_then(View::text).as_deref() {
        Some(state @ ("incomplete" | "failed" | "queued")) => writer.response(state, root.raw()),
        Some("in_progress") => {}
        _ => writer.response("completed", root.raw()),
    }
    Ok(out.freeze())
}

/// Returns the response as it was when it began.
fn begun(root: View<'_>) -> Vec<u8> {
    changed(root, |key, value| match key {
        "status" => Some(b"\"in_progress\""),
        "output" => Some(b"[]"),
        "completed_at" | "error" | "incomplete_details" | "output_text" | "usage" if !value.is_null() => {
            Some(b"null")
        }
        _ => None,
    })
}

/// Returns an object with some values replaced.
fn changed(object: View<'_>, change: impl Fn(&str, View<'_>) -> Option<&'static [u8]>) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    for (key, value) in object.members() {
        member(&mut out, &key, change(&key, value).unwrap_or(value.raw()));
    }
    out.push(b'}');
    out
}

/// The lists of parts that an item may have, in the order in which they are written.
const LISTS: [&str; 2] = ["summary", "content"];

/// The list and the type of a part, and the events of its text.
const PARTS: [(&str, &str, &TextEvents); 4] = [
    ("content", "output_text", &OUTPUT_TEXT),
    ("content", "refusal", &REFUSAL),
    ("content", "reasoning_text", &REASONING_TEXT),
    ("summary", "summary_text", &REASONING_SUMMARY),
];

fn write_item(writer: &mut EventWriter<'_>, item: View<'_>, output: usize) {
    let kind = item.get("type").and_then(View::text).unwrap_or_default();
    let call = match &*kind {
        "function_call" => Some(&ARGUMENTS),
        "custom_tool_call" => Some(&INPUT),
        _ => None,
    };
    let has_parts = matches!(&*kind, "message" | "reasoning");
    let added = changed(item, |key, value| match key {
        "status" if value.kind() == Kind::String => Some(b"\"in_progress\""),
        _ if has_parts && LISTS.contains(&key) && value.kind() == Kind::Array => Some(b"[]"),
        _ if call.is_some_and(|call| call.slot == key) && value.kind() == Kind::String => Some(b"\"\""),
        _ => None,
    });
    writer.item_added(output, &added);
    let spot = TextPosition { item: item.get("id").map_or(b"\"\"", View::raw), output, part: 0 };
    for list in LISTS.into_iter().filter(|_| has_parts) {
        for (at, part) in item.get(list).into_iter().flat_map(View::items).enumerate() {
            write_part(writer, list, part, TextPosition { part: at, ..spot });
        }
    }
    if let Some(texts) = call {
        let name = item.get("name").filter(|_| &*kind == "function_call");
        let more = name.map_or_else(Vec::new, |name| [b",\"name\":", name.raw()].concat());
        write_text(writer, texts, item, spot, b"", &more);
    }
    writer.item_done(output, item.raw());
}

fn write_part(writer: &mut EventWriter<'_>, list: &str, part: View<'_>, spot: TextPosition<'_>) {
    let kind = part.get("type").and_then(View::text).unwrap_or_default();
    let found = PARTS.iter().find(|(place, name, _)| *place == list && *name == kind);
    let Some((.., texts)) = found else {
        // A part of an unknown type only gets its first and its last event.
        let texts = if list == "summary" { &REASONING_SUMMARY } else { &OUTPUT_TEXT };
        writer.part_added(texts, spot, part.raw());
        return writer.part_done(texts, spot, part.raw());
    };
    let begun = changed(part, |key, value| match (key, value.kind()) {
        (_, Kind::String) if key == texts.slot => Some(b"\"\""),
        ("annotations" | "logprobs", Kind::Array) => Some(b"[]"),
        _ => None,
    });
    writer.part_added(texts, spot, &begun);
    let of_message = &*kind == "output_text";
    // The slices are not the model's tokens, so only the event with the whole text has logprobs.
    let none: &[u8] = if of_message { b",\"logprobs\":[]" } else { b"" };
    let logprobs = part.get("logprobs").filter(|logprobs| logprobs.kind() == Kind::Array);
    let all = logprobs.map_or(none.to_vec(), |logprobs| [b",\"logprobs\":", logprobs.raw()].concat());
    write_text(writer, texts, part, spot, none, &all);
    writer.part_done(texts, spot, part.raw());
}

/// Writes the deltas of a text, an output text's annotations, and the whole text.
fn write_text(
    writer: &mut EventWriter<'_>,
    texts: &TextEvents,
    of: View<'_>,
    spot: TextPosition<'_>,
    with_each: &[u8],
    with_all: &[u8],
) {
    let Some(whole) = of.get(texts.slot).filter(|text| text.kind() == Kind::String) else { return };
    let inner = text::inner(whole.raw());
    for piece in slices(inner) {
        writer.delta(texts, spot, piece, &[with_each]);
    }
    for (index, annotation) in of.get("annotations").into_iter().flat_map(View::items).enumerate() {
        writer.annotation(spot, index, annotation.raw());
    }
    writer.done(texts, spot, inner, &[with_all]);
}
