//! The content of a message: a string, or parts of text, images and files.

use crate::{
    bridge::{
        Loss, Unbridgeable,
        require::{present, refuse, string},
        values::{list, type_of},
    },
    json::{Kind, Pointer, Raw, RawBuilder, View, text},
};

/// The content of a chat message.
#[derive(Debug)]
pub(super) struct ChatContent {
    /// A string, or a list of parts.
    pub(super) value: Raw,
    /// A refusal beside texts, which chat has in a member of its own.
    pub(super) refusal: Option<Raw>,
}

/// A part of the content.
enum ContentPart {
    /// A text, and its string if the part has nothing else.
    Text(Raw, Option<Raw>),
    /// A refusal, and its string.
    Refusal(Raw, Raw),
    Other(Raw),
}

/// Translates a content. A text that stands alone becomes a string, which every family accepts.
pub(super) fn content(
    value: View<'_>,
    at: &Pointer,
    losses: &mut Vec<Loss>,
) -> Result<ChatContent, Unbridgeable> {
    match value.kind() {
        Kind::String | Kind::Null => {
            return Ok(ChatContent { value: Raw::source(value.span()), refusal: None });
        }
        Kind::Array => {}
        other => {
            return refuse(at, format!("it is {}, neither a string nor a list of parts", other.described()));
        }
    }
    let mut parts = Vec::new();
    for (index, item) in value.items().enumerate() {
        parts.push(part(item, &at.clone().item(index), losses)?);
    }
    Ok(joined(parts))
}

/// Translates the output of a tool. Chat takes only text there, and translation moves images to a message of the user.
pub(super) fn output(value: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Raw, Unbridgeable> {
    let is_other =
        |part: &View<'_>| type_of(*part).is_none_or(|kind| kind != "input_text" && kind != "input_image");
    if let Some((index, _)) = value.items().enumerate().find(|(_, part)| is_other(part)) {
        return refuse(
            &at.clone().item(index),
            "this model is served by chat completions, where the output of a tool is text or an image: send it in a message of the user",
        );
    }
    Ok(content(value, at, losses)?.value)
}

fn joined(mut parts: Vec<ContentPart>) -> ChatContent {
    let texts = parts.iter().filter(|part| matches!(part, ContentPart::Text(..))).count();
    let refusals = parts.iter().filter(|part| matches!(part, ContentPart::Refusal(..))).count();
    let mut refusal = None;
    if texts > 0 && refusals == 1 {
        parts.retain_mut(|part| match part {
            ContentPart::Refusal(_, string) => {
                refusal = Some(std::mem::take(string));
                false
            }
            ContentPart::Text(..) | ContentPart::Other(_) => true,
        });
    }
    let value = match parts.as_mut_slice() {
        [] => Raw::json("\"\""),
        [ContentPart::Text(_, Some(text))] => std::mem::take(text),
        _ => {
            let mut out = RawBuilder::list();
            for part in parts {
                match part {
                    ContentPart::Text(raw, _) | ContentPart::Refusal(raw, _) | ContentPart::Other(raw) => {
                        out.item(raw);
                    }
                }
            }
            out.finish()
        }
    };
    ChatContent { value, refusal }
}

/// Returns whether chat has parts of this type, or a place for them.
pub(super) fn is_known(kind: &str) -> bool {
    matches!(
        kind,
        "input_text" | "text" | "output_text" | "refusal" | "input_image" | "input_file" | "input_audio"
    )
}

fn part(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<ContentPart, Unbridgeable> {
    let kind = present(part, "type", at)?.text().unwrap_or_default();
    match &*kind {
        "input_text" => text_part(part, at, &["type", "text"]),
        "output_text" => output_text(part, at, losses),
        "refusal" => {
            let refusal = Raw::source(string(part, "refusal", at)?.span());
            Ok(ContentPart::Refusal(Raw::source(part.span()), refusal))
        }
        "input_image" => image(part, at).map(ContentPart::Other),
        "input_file" => file(part, at, losses).map(ContentPart::Other),
        // Both dialects have the same part, though only older specifications of Responses list it.
        "input_audio" => Ok(ContentPart::Other(Raw::source(part.span()))),
        other => {
            let other = text::shortened(other);
            refuse(at, format!("this model is served by chat completions, which has no `{other}` parts"))
        }
    }
}

fn text_part(part: View<'_>, at: &Pointer, known: &[&str]) -> Result<ContentPart, Unbridgeable> {
    let text = Raw::source(string(part, "text", at)?.span());
    let mut rest = RawBuilder::members();
    rest.copy_rest(part, known);
    let alone = rest.is_empty().then(|| text.clone());
    let mut out = RawBuilder::object();
    out.member("type", Raw::json("\"text\""));
    out.member("text", text);
    out.copy_rest(part, known);
    Ok(ContentPart::Text(out.finish(), alone))
}

/// Translates a text of an earlier answer.
fn output_text(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<ContentPart, Unbridgeable> {
    for key in ["annotations", "logprobs"] {
        if list(part, key).is_some() {
            let why = "a chat message repeats an answer's text without it";
            let at = at.clone().then(key);
            losses.push(Loss { rule: "drop.annotations", at, why: why.into(), same: true });
        }
    }
    text_part(part, at, &["type", "text", "annotations", "logprobs"])
}

fn image(part: View<'_>, at: &Pointer) -> Result<Raw, Unbridgeable> {
    if part.non_null("file_id").is_some() {
        return refuse(
            &at.clone().then("file_id"),
            "this model is served by chat completions, where an image is no file: send `image_url`, which may be a data URL",
        );
    }
    let mut image = RawBuilder::object();
    image.copy("url", present(part, "image_url", at)?);
    if let Some(detail) = part.non_null("detail") {
        if detail.text().as_deref() == Some("original") {
            return refuse(
                &at.clone().then("detail"),
                "this model is served by chat completions, which knows `auto`, `low` and `high`",
            );
        }
        image.copy("detail", detail);
    }
    let mut out = RawBuilder::object();
    out.member("type", Raw::json("\"image_url\""));
    out.member("image_url", image.finish());
    out.copy_rest(part, &["type", "image_url", "detail"]);
    Ok(out.finish())
}

fn file(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Raw, Unbridgeable> {
    if part.non_null("file_url").is_some() {
        return refuse(
            &at.clone().then("file_url"),
            "this model is served by chat completions, where a file has no URL: send `file_data`, or `file_id`",
        );
    }
    if let Some(detail) = part.non_null("detail") {
        let same = detail.text().as_deref() == Some("auto");
        let why = "a chat completion has no level of detail for files";
        losses.push(Loss { rule: "drop.detail", at: at.clone().then("detail"), why: why.into(), same });
    }
    let mut file = RawBuilder::object();
    for key in ["file_id", "filename", "file_data"] {
        if let Some(value) = part.non_null(key) {
            file.copy(key, value);
        }
    }
    let mut out = RawBuilder::object();
    out.member("type", Raw::json("\"file\""));
    out.member("file", file.finish());
    out.copy_rest(part, &["type", "file_id", "filename", "file_data", "detail"]);
    Ok(out.finish())
}
