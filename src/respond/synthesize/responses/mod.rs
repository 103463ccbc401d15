//! A whole response made into the events that OpenAI would have sent: for families that do not stream. As with a chat answer,
//! values are copied as they are spelt and strings are only cut.

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

/// The body is no response (it has no `output`): it goes to the client as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body has no `output`, so it is not a response")]
pub struct NotAResponse;

/// The stream of `response`, which was parsed to two levels or more.
pub fn synthesize(response: &Document) -> Result<Bytes, NotAResponse> {
    let root = response.root();
    let output = root.get("output").filter(|output| output.kind() == Kind::Array).ok_or(NotAResponse)?;
    let mut out = BytesMut::with_capacity(response.source().len() * 5 + 1024);
    let mut teller = EventWriter::new(&mut out, 0);
    let begun = begun(root);
    teller.response("created", &begun);
    teller.response("in_progress", &begun);
    for (at, item) in output.items().enumerate() {
        // A value that is valid and no list or object opens as well.
        if let Some(opened) = item.reparse(4) {
            tell_item(&mut teller, opened.root(), at);
        }
    }
    // A response that waits, or goes on in the background, has told all that there is.
    match root.get("status").and_then(View::text).as_deref() {
        Some(state @ ("incomplete" | "failed" | "queued")) => teller.response(state, root.raw()),
        Some("in_progress") => {}
        _ => teller.response("completed", root.raw()),
    }
    Ok(out.freeze())
}

/// The response as it was when it began.
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

/// An object with some values replaced.
fn changed(object: View<'_>, change: impl Fn(&str, View<'_>) -> Option<&'static [u8]>) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    for (key, value) in object.members() {
        member(&mut out, &key, change(&key, value).unwrap_or(value.raw()));
    }
    out.push(b'}');
    out
}

/// The lists of parts that an item may have, in the order in which they are told.
const LISTS: [&str; 2] = ["summary", "content"];

/// The type of a part, in which list, and which kind of text it is.
const PARTS: [(&str, &str, &TextEvents); 4] = [
    ("content", "output_text", &OUTPUT_TEXT),
    ("content", "refusal", &REFUSAL),
    ("content", "reasoning_text", &REASONING_TEXT),
    ("summary", "summary_text", &REASONING_SUMMARY),
];

fn tell_item(teller: &mut EventWriter<'_>, item: View<'_>, output: usize) {
    let kind = item.get("type").and_then(View::text).unwrap_or_default();
    let call = match &*kind {
        "function_call" => Some(&ARGUMENTS),
        "custom_tool_call" => Some(&INPUT),
        _ => None,
    };
    let told = matches!(&*kind, "message" | "reasoning");
    let added = changed(item, |key, value| match key {
        "status" if value.kind() == Kind::String => Some(b"\"in_progress\""),
        _ if told && LISTS.contains(&key) && value.kind() == Kind::Array => Some(b"[]"),
        _ if call.is_some_and(|call| call.slot == key) && value.kind() == Kind::String => Some(b"\"\""),
        _ => None,
    });
    teller.item_added(output, &added);
    let spot = TextPosition { item: item.get("id").map_or(b"\"\"", View::raw), output, part: 0 };
    for list in LISTS.into_iter().filter(|_| told) {
        for (at, part) in item.get(list).into_iter().flat_map(View::items).enumerate() {
            tell_part(teller, list, part, TextPosition { part: at, ..spot });
        }
    }
    if let Some(texts) = call {
        let name = item.get("name").filter(|_| &*kind == "function_call");
        let more = name.map_or_else(Vec::new, |name| [b",\"name\":", name.raw()].concat());
        tell_text(teller, texts, item, spot, b"", &more);
    }
    teller.item_done(output, item.raw());
}

fn tell_part(teller: &mut EventWriter<'_>, list: &str, part: View<'_>, spot: TextPosition<'_>) {
    let kind = part.get("type").and_then(View::text).unwrap_or_default();
    let found = PARTS.iter().find(|(place, name, _)| *place == list && *name == kind);
    let Some((.., texts)) = found else {
        // Of another kind only its beginning and end are told.
        let texts = if list == "summary" { &REASONING_SUMMARY } else { &OUTPUT_TEXT };
        teller.part_added(texts, spot, part.raw());
        return teller.part_done(texts, spot, part.raw());
    };
    let begun = changed(part, |key, value| match (key, value.kind()) {
        (_, Kind::String) if key == texts.slot => Some(b"\"\""),
        ("annotations" | "logprobs", Kind::Array) => Some(b"[]"),
        _ => None,
    });
    teller.part_added(texts, spot, &begun);
    let of_message = &*kind == "output_text";
    // The pieces are not the model's tokens, so the whole text alone has their probabilities.
    let none: &[u8] = if of_message { b",\"logprobs\":[]" } else { b"" };
    let logprobs = part.get("logprobs").filter(|logprobs| logprobs.kind() == Kind::Array);
    let all = logprobs.map_or(none.to_vec(), |logprobs| [b",\"logprobs\":", logprobs.raw()].concat());
    tell_text(teller, texts, part, spot, none, &all);
    teller.part_done(texts, spot, part.raw());
}

/// The deltas of a text, an output text's annotations, and the whole.
fn tell_text(
    teller: &mut EventWriter<'_>,
    texts: &TextEvents,
    of: View<'_>,
    spot: TextPosition<'_>,
    with_each: &[u8],
    with_all: &[u8],
) {
    let Some(whole) = of.get(texts.slot).filter(|text| text.kind() == Kind::String) else { return };
    let inner = text::inner(whole.raw());
    for piece in slices(inner) {
        teller.delta(texts, spot, piece, &[with_each]);
    }
    for (index, annotation) in of.get("annotations").into_iter().flat_map(View::items).enumerate() {
        teller.annotation(spot, index, annotation.raw());
    }
    teller.done(texts, spot, inner, &[with_all]);
}
