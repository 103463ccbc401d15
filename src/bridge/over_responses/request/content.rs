//! The content of messages: text, images and files, under the names of the Responses API.

use super::object::{Object, array, kind, members, said};
use crate::{
    bridge::{Uncarried, needed::refuse},
    json::{Kind, Pointer, Raw, View},
};

/// Who wrote a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The client. Its text may stay a string.
    Input,
    /// The model. Its text is a part with annotations: Azure AI Foundry refuses one without
    /// (NousResearch/hermes-agent#67667).
    Output,
}

/// A content: a string, or parts.
pub(super) fn content(value: View<'_>, at: &Pointer, side: Side) -> Result<Raw, Uncarried> {
    match (value.kind(), side) {
        (Kind::String, Side::Input) => Ok(Raw::source(value.span())),
        _ => Ok(array(parts(value, at, side)?)),
    }
}

/// A content as parts.
pub(super) fn parts(value: View<'_>, at: &Pointer, side: Side) -> Result<Vec<Raw>, Uncarried> {
    match value.kind() {
        Kind::Array => {
            value.items().enumerate().map(|(index, part)| self::part(part, at, index, side)).collect()
        }
        Kind::String => {
            let mut part = Object::typed(text_of(side));
            part.put("text", Raw::source(value.span()));
            Ok(vec![annotated(part, side).finish()])
        }
        other => refuse(at, format!("it is {}, neither a string nor an array of parts", other.described())),
    }
}

fn part(part: View<'_>, at: &Pointer, index: usize, side: Side) -> Result<Raw, Uncarried> {
    let kind = kind(part);
    let part = match kind.as_deref() {
        Some("text") => {
            let mut text = Object::typed(text_of(side));
            text.copy_all(members(part), &[]);
            annotated(text, side)
        }
        Some("image_url") => image(part),
        Some("file") => {
            let mut file = Object::typed("input_file");
            file.flatten(part, "file");
            file
        }
        Some("input_audio") => {
            let why =
                "the Responses API, on which this call is served, takes text, images and files but no audio";
            return refuse(&at.clone().item(index), why);
        }
        _ => return Ok(Raw::source(part.span())),
    };
    Ok(part.finish())
}

/// `{"image_url": {"url", "detail"}}` with the address in its place; some clients send it there already.
fn image(part: View<'_>) -> Object<'_> {
    let mut image = Object::typed("input_image");
    if let Some(url) = said(part, "image_url").and_then(|image| said(image, "url")) {
        image.put("image_url", Raw::source(url.span()));
        if let Some(inner) = part.get("image_url") {
            image.copy_all(members(inner), &["url"]);
        }
    }
    image.copy_all(members(part), &[]);
    image
}

fn text_of(side: Side) -> &'static str {
    match side {
        Side::Input => "input_text",
        Side::Output => "output_text",
    }
}

fn annotated(mut part: Object<'_>, side: Side) -> Object<'_> {
    if side == Side::Output {
        part.put("annotations", Raw::json("[]"));
    }
    part
}
