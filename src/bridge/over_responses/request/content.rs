//! The content of messages: text, images and files, under the names of the Responses API.

use super::{
    object::{Object, array, members},
    past_answer::{is_own, others},
};
use crate::{
    bridge::{Unbridgeable, require::refuse, values::type_of},
    json::{Kind, Pointer, Raw, View},
};

/// Who wrote a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    /// Its text may stay a string.
    Client,
    /// Its text becomes a part with annotations: Azure AI Foundry refuses one without
    /// (NousResearch/hermes-agent#67667).
    Model,
}

/// Translates a content: a string, or parts.
pub(super) fn content(value: View<'_>, at: &Pointer, author: Author) -> Result<Raw, Unbridgeable> {
    match (value.kind(), author) {
        (Kind::String, Author::Client) => Ok(Raw::source(value.span())),
        _ => Ok(array(parts(value, at, author)?)),
    }
}

/// Translates a content to parts.
pub(super) fn parts(value: View<'_>, at: &Pointer, author: Author) -> Result<Vec<Raw>, Unbridgeable> {
    match value.kind() {
        Kind::Array => {
            value.items().enumerate().map(|(index, part)| self::part(part, at, index, author)).collect()
        }
        Kind::String => match author {
            Author::Client => {
                let mut part = Object::typed("input_text");
                part.put("text", Raw::source(value.span()));
                Ok(vec![part.finish()])
            }
            Author::Model => Ok(vec![text_part(value)]),
        },
        other => refuse(at, format!("it is {}, neither a string nor an array of parts", other.described())),
    }
}

/// Returns a text of the model as a part.
pub(super) fn text_part(text: View<'_>) -> Raw {
    let mut part = Object::typed("output_text");
    part.put("text", Raw::source(text.span()));
    part.put("annotations", Raw::json("[]"));
    part.finish()
}

/// Returns a refusal of the model as a part.
pub(super) fn refusal_part(refusal: View<'_>) -> Raw {
    let mut part = Object::typed("refusal");
    part.put("refusal", Raw::source(refusal.span()));
    part.finish()
}

fn part(part: View<'_>, at: &Pointer, index: usize, author: Author) -> Result<Raw, Unbridgeable> {
    let part = match type_of(part).as_deref() {
        Some("text") => {
            let is_model = author == Author::Model;
            let mut text = Object::typed(if is_model { "output_text" } else { "input_text" });
            text.copy_all(others(part), &[]);
            if is_model {
                text.put("annotations", Raw::json("[]"));
            }
            text
        }
        Some("image_url") => image(part),
        Some("file" | "input_file") => {
            let mut file = Object::typed("input_file");
            file.flatten(part, "file");
            file
        }
        Some("input_audio") => {
            let why =
                "the Responses API, on which this call is served, takes text, images and files but no audio";
            return refuse(&at.clone().item(index), why);
        }
        _ => return Ok(unknown(part)),
    };
    Ok(part.finish())
}

/// Copies a part of another type, without azgate's field.
fn unknown(part: View<'_>) -> Raw {
    if !part.members().any(|(key, value)| is_own(&key, value)) {
        return Raw::source(part.span());
    }
    let mut copy = Object::default();
    copy.copy_all(others(part), &[]);
    copy.finish()
}

/// Moves the URL of `{"image_url": {"url", "detail"}}` up to `image_url`. Some clients send it there already.
fn image(part: View<'_>) -> Object<'_> {
    let mut image = Object::typed("input_image");
    if let Some(url) = part.get("image_url").and_then(|image| image.non_null("url")) {
        image.put("image_url", Raw::source(url.span()));
        if let Some(inner) = part.get("image_url") {
            image.copy_all(members(inner), &["url"]);
        }
    }
    image.copy_all(others(part), &[]);
    image
}
