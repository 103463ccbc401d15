//! The annotations of the texts that become one. A chat completion knows one kind, the citation of a web page (OpenAI's
//! specification, `ChatCompletionResponseMessage`), and clients that read strictly take no answer with another: not the Vercel
//! AI SDK, not openai for Python where it checks. So a file that is cited stands there in that form, and what chat has no
//! place for stands as it came in azgate's own field. Offsets are moved to where the text stands now.

use super::{
    item::{Item, Part, PartKind},
    spelt::{string, text_of},
};
use crate::json::{
    Kind, View, text,
    write::{item, member},
};

/// What the `url` of a file begins with; its id follows. No web address is made up for it, and none that a browser would take for
/// a page of the client's own.
const FILE: &str = "azgate:file/";

/// The insides of two lists.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// Citations in the form that chat knows.
    pub(super) chat: Vec<u8>,
    /// Those of another kind, as the Responses API has them.
    pub(super) others: Vec<u8>,
}

impl Annotations {
    /// Those of all texts of `items`, of which so many characters are left; see [`cited`].
    pub(super) fn of<'a>(items: impl IntoIterator<Item = &'a Item>, cut: Option<u64>) -> Annotations {
        let mut all = Annotations::default();
        cited(items, cut, |annotation, before| {
            let kind = text_of(annotation, "type").unwrap_or_default();
            if kind == "url_citation" && annotation.get("url_citation").is_some() {
                return item(&mut all.chat, annotation.raw());
            }
            let citation = match &*kind {
                "url_citation" => page(annotation, before),
                "file_citation" => file(annotation, before),
                _ => None,
            };
            if let Some(citation) = &citation {
                item(
                    &mut all.chat,
                    &[br#"{"type":"url_citation","url_citation":"#, &**citation, b"}"].concat(),
                );
            }
            if citation.is_none() || kind != "url_citation" {
                item(&mut all.others, &moved(annotation, &kind, before));
            }
        });
        all
    }
}

/// Gives every annotation of all texts of `items`, and the characters before its text. Where the text was cut after so many
/// characters, what begins behind is left out.
pub(super) fn cited<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    cut: Option<u64>,
    mut take: impl FnMut(View<'_>, u64),
) {
    let mut before = 0;
    let mut uncounted = Vec::new();
    for part in texts(items) {
        if let Some(list) = part.list("annotations") {
            before += uncounted.drain(..).map(characters).sum::<u64>();
            let within = list.root().items().filter(|annotation| is_within(*annotation, before, cut));
            within.for_each(|annotation| take(annotation, before));
        }
        uncounted.push(text::inner(part.text.raw()));
    }
}

/// The parts of `items` that are the answer's text.
fn texts<'a>(items: impl IntoIterator<Item = &'a Item>) -> impl Iterator<Item = Part<'a>> {
    items.into_iter().flat_map(Item::parts).filter(|part| part.kind == PartKind::Text)
}

/// The characters (code points) of a string's inside.
pub(super) fn characters(inner: &[u8]) -> u64 {
    text::pieces(inner, 1).map(|_| 1).sum()
}

fn is_within(annotation: View<'_>, before: u64, cut: Option<u64>) -> bool {
    let Some(cut) = cut else { return true };
    let at = |key| Some(annotation.get(key)?.whole()?.saturating_add(before));
    let kind = text_of(annotation, "type").unwrap_or_default();
    // What is cited at a place is said before it.
    let index = at("index").filter(|_| is_offset(&kind, "index"));
    before < cut
        && at("start_index").is_none_or(|start| start < cut)
        && index.is_none_or(|index| index <= cut)
}

/// The citation of a page as chat has it, one level deeper; `None` if it names no page. What a strict client looks for is there.
fn page(annotation: View<'_>, before: u64) -> Option<Vec<u8>> {
    let url = string(annotation, "url")?;
    let place = before.to_string();
    let needed = [
        ("title", Kind::String, url),
        ("start_index", Kind::Number, place.as_bytes()),
        ("end_index", Kind::Number, place.as_bytes()),
    ];
    let has = |key: &str, kind| annotation.get(key).is_some_and(|value| value.kind() == kind);
    let missing = needed.into_iter().filter(|(key, kind, _)| !has(key, *kind));
    let is_missing = |key: &str| missing.clone().any(|(missing, ..)| missing == key);
    let mut out = Vec::from(b"{");
    for (key, value) in annotation.members().filter(|(key, _)| key != "type" && !is_missing(key)) {
        put_moved(&mut out, "url_citation", &key, value, before);
    }
    for (key, _, value) in missing.clone() {
        member(&mut out, key, value);
    }
    out.push(b'}');
    Some(out)
}

/// The citation of a file as chat has that of a page; `None` if it names no file. It stands at a place and spans nothing.
fn file(annotation: View<'_>, before: u64) -> Option<Vec<u8>> {
    let id = string(annotation, "file_id")?;
    let index = annotation.get("index").and_then(View::whole).unwrap_or_default();
    let place = index.saturating_add(before).to_string();
    let mut out = Vec::from(b"{");
    member(&mut out, "url", &[b"\"", FILE.as_bytes(), text::inner(id), b"\""].concat());
    member(&mut out, "title", string(annotation, "filename").unwrap_or(id));
    member(&mut out, "start_index", place.as_bytes());
    member(&mut out, "end_index", place.as_bytes());
    out.push(b'}');
    Some(out)
}

/// The annotation as it came, in a text with `before` characters before it.
fn moved(annotation: View<'_>, kind: &str, before: u64) -> Vec<u8> {
    if before == 0 || annotation.kind() != Kind::Object {
        return annotation.raw().into();
    }
    let mut out = Vec::from(b"{");
    for (key, value) in annotation.members() {
        put_moved(&mut out, kind, &key, value, before);
    }
    out.push(b'}');
    out
}

fn put_moved(out: &mut Vec<u8>, kind: &str, key: &str, value: View<'_>, before: u64) {
    match value.whole().filter(|_| is_offset(kind, key)) {
        Some(offset) => member(out, key, offset.saturating_add(before).to_string().as_bytes()),
        None => member(out, key, value.raw()),
    }
}

/// Of a citation of a file, `index` is a place in the text, too: OpenAI's reference shows one file at 320, 576 and 815
/// (guide to file search), though the specification calls it a place in a list of files.
fn is_offset(kind: &str, key: &str) -> bool {
    matches!((kind, key), (_, "start_index" | "end_index") | ("file_citation" | "file_path", "index"))
}
