//! What a message says: a string, or parts of text, images and files.

use super::row::Row;
use crate::{
    bridge::{
        Loss, Uncarried,
        needed::{present, refuse, string},
    },
    json::{Kind, Pointer, Raw, View, text},
};

/// A message's content in the words of chat.
#[derive(Debug)]
pub(super) struct Content {
    /// A string, or a list of parts.
    pub(super) value: Raw,
    /// A refusal beside texts, which chat keeps apart from them.
    pub(super) refusal: Option<Raw>,
}

/// A part, and what the whole may be made of if it stands alone.
enum Part {
    /// A text, and its string if that is all it has.
    Text(Raw, Option<Raw>),
    /// A refusal, and its string.
    Refusal(Raw, Raw),
    Other(Raw),
}

/// A message's content. A text that stands alone becomes a string, which every family takes.
pub(super) fn content(value: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Content, Uncarried> {
    match value.kind() {
        Kind::String | Kind::Null => return Ok(Content { value: Raw::source(value.span()), refusal: None }),
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

/// The output of a tool, of which chat takes text only.
pub(super) fn output(value: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Raw, Uncarried> {
    let told =
        |part: &View<'_>| part.get("type").and_then(View::text).is_none_or(|kind| kind != "input_text");
    if let Some((index, _)) = value.items().enumerate().find(|(_, part)| told(part)) {
        return refuse(
            &at.clone().item(index),
            "this model is served by chat completions, where the output of a tool is text: send it in a message of the user",
        );
    }
    Ok(content(value, at, losses)?.value)
}

fn joined(mut parts: Vec<Part>) -> Content {
    let texts = parts.iter().filter(|part| matches!(part, Part::Text(..))).count();
    let refusals = parts.iter().filter(|part| matches!(part, Part::Refusal(..))).count();
    let mut refusal = None;
    if texts > 0 && refusals == 1 {
        parts.retain_mut(|part| match part {
            Part::Refusal(_, told) => {
                refusal = Some(std::mem::take(told));
                false
            }
            Part::Text(..) | Part::Other(_) => true,
        });
    }
    let value = match parts.as_mut_slice() {
        [] => Raw::json("\"\""),
        [Part::Text(_, Some(text))] => std::mem::take(text),
        _ => {
            let mut list = Row::list();
            for part in parts {
                match part {
                    Part::Text(raw, _) | Part::Refusal(raw, _) | Part::Other(raw) => list.item(raw),
                }
            }
            list.done()
        }
    };
    Content { value, refusal }
}

fn part(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Part, Uncarried> {
    let kind = present(part, "type", at)?.text().unwrap_or_default();
    match &*kind {
        "input_text" => text_part(part, at, &["type", "text"]),
        "output_text" => output_text(part, at, losses),
        "refusal" => {
            let told = Raw::source(string(part, "refusal", at)?.span());
            Ok(Part::Refusal(Raw::source(part.span()), told))
        }
        "input_image" => image(part, at).map(Part::Other),
        "input_file" => file(part, at, losses).map(Part::Other),
        // It is the same in both, though only the older specifications of Responses have it.
        "input_audio" => Ok(Part::Other(Raw::source(part.span()))),
        other => {
            let other = text::shortened(other);
            refuse(at, format!("this model is served by chat completions, which has no `{other}` parts"))
        }
    }
}

fn text_part(part: View<'_>, at: &Pointer, known: &[&str]) -> Result<Part, Uncarried> {
    let text = Raw::source(string(part, "text", at)?.span());
    let mut rest = Row::members();
    rest.copy_rest(part, known);
    let alone = rest.is_empty().then(|| text.clone());
    let mut out = Row::object();
    out.member("type", Raw::json("\"text\""));
    out.member("text", text);
    out.copy_rest(part, known);
    Ok(Part::Text(out.done(), alone))
}

/// A text of an earlier answer.
fn output_text(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Part, Uncarried> {
    for key in ["annotations", "logprobs"] {
        // Its items lie deeper than a call is outlined.
        let told = |list: View<'_>| !text::inner(list.raw()).trim_ascii().is_empty();
        if part.get(key).is_some_and(|list| list.kind() == Kind::Array && told(list)) {
            let why = "a chat message repeats an answer's text without it";
            let at = at.clone().then(key);
            losses.push(Loss { rule: "drop.annotations", at, why: why.into(), same: true });
        }
    }
    text_part(part, at, &["type", "text", "annotations", "logprobs"])
}

fn image(part: View<'_>, at: &Pointer) -> Result<Raw, Uncarried> {
    if part.get("file_id").is_some_and(|id| !id.is_null()) {
        return refuse(
            &at.clone().then("file_id"),
            "this model is served by chat completions, where an image is no file: send `image_url`, which may be a data URL",
        );
    }
    let mut image = Row::object();
    image.copy("url", present(part, "image_url", at)?);
    if let Some(detail) = part.get("detail").filter(|detail| !detail.is_null()) {
        if detail.text().as_deref() == Some("original") {
            return refuse(
                &at.clone().then("detail"),
                "this model is served by chat completions, which knows `auto`, `low` and `high`",
            );
        }
        image.copy("detail", detail);
    }
    let mut out = Row::object();
    out.member("type", Raw::json("\"image_url\""));
    out.member("image_url", image.done());
    out.copy_rest(part, &["type", "image_url", "detail"]);
    Ok(out.done())
}

fn file(part: View<'_>, at: &Pointer, losses: &mut Vec<Loss>) -> Result<Raw, Uncarried> {
    if part.get("file_url").is_some_and(|url| !url.is_null()) {
        return refuse(
            &at.clone().then("file_url"),
            "this model is served by chat completions, where a file has no URL: send `file_data`, or `file_id`",
        );
    }
    if let Some(detail) = part.get("detail").filter(|detail| !detail.is_null()) {
        let same = detail.text().as_deref() == Some("auto");
        let why = "a chat completion has no level of detail for files";
        losses.push(Loss { rule: "drop.detail", at: at.clone().then("detail"), why: why.into(), same });
    }
    let mut file = Row::object();
    for key in ["file_id", "filename", "file_data"] {
        if let Some(value) = part.get(key).filter(|value| !value.is_null()) {
            file.copy(key, value);
        }
    }
    let mut out = Row::object();
    out.member("type", Raw::json("\"file\""));
    out.member("file", file.done());
    out.copy_rest(part, &["type", "file_id", "filename", "file_data", "detail"]);
    Ok(out.done())
}
