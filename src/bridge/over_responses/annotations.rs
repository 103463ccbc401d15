//! The annotations of texts that are joined into one. A chat completion has one kind of annotation, the citation of a
//! web page (OpenAI's specification, `ChatCompletionResponseMessage`). Strict clients refuse an answer with another
//! kind: the Vercel AI SDK, and openai for Python where it checks. So the citation of a file takes that form, and the
//! annotations that chat cannot hold go unchanged into the vendor field. Offsets are moved to where the text stands
//! now.

use super::item::{OutputItem, PartKind, TextPart};
use crate::{
    bridge::values::{string, type_of},
    json::{
        Kind, View, text,
        write::{ObjectWriter, item, member},
    },
};

/// The start of the `url` of a file; the file's id follows. It is not a web address, and a browser does not take it
/// for a page of the client's own site.
const FILE: &str = "azgate:file/";

/// The insides of two lists.
#[derive(Debug, Default)]
pub(super) struct Annotations {
    /// Citations in the form of chat.
    pub(super) chat: Vec<u8>,
    /// Annotations of other kinds, as the Responses API has them.
    pub(super) others: Vec<u8>,
}

impl Annotations {
    /// Collects the annotations of all texts of `items`; see [`for_each_annotation`].
    pub(super) fn of<'a>(items: impl IntoIterator<Item = &'a OutputItem>, cut: Option<u64>) -> Annotations {
        let mut all = Annotations::default();
        for_each_annotation(items, cut, |annotation, before| {
            let kind = type_of(annotation).unwrap_or_default();
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

/// Calls `take` with every annotation of all texts of `items`, and with the number of characters before its text. If
/// the text was cut after `cut` characters, annotations that begin behind the cut are left out.
pub(super) fn for_each_annotation<'a>(
    items: impl IntoIterator<Item = &'a OutputItem>,
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

/// Returns the parts of `items` that are text of the answer.
fn texts<'a>(items: impl IntoIterator<Item = &'a OutputItem>) -> impl Iterator<Item = TextPart<'a>> {
    items.into_iter().flat_map(OutputItem::parts).filter(|part| part.kind == PartKind::Text)
}

/// Counts the characters (code points) of a string, given its inside.
pub(super) fn characters(inner: &[u8]) -> u64 {
    text::pieces(inner, 1).map(|_| 1).sum()
}

fn is_within(annotation: View<'_>, before: u64, cut: Option<u64>) -> bool {
    let Some(cut) = cut else { return true };
    let at = |key| Some(annotation.get(key)?.whole()?.saturating_add(before));
    let kind = type_of(annotation).unwrap_or_default();
    // A citation at an index belongs to the text before it.
    let index = at("index").filter(|_| is_offset(&kind, "index"));
    before < cut
        && at("start_index").is_none_or(|start| start < cut)
        && index.is_none_or(|index| index <= cut)
}

/// Returns the citation of a page as chat has it, one level deeper, with every member that strict clients need.
/// `None` if it has no URL.
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
    let mut out = ObjectWriter::default();
    for (key, value) in annotation.members().filter(|(key, _)| key != "type" && !is_missing(key)) {
        put_moved(&mut out, "url_citation", &key, value, before);
    }
    for (key, _, value) in missing.clone() {
        out.member(key, value);
    }
    Some(out.finish())
}

/// Returns the citation of a file in the form of a page's; `None` if it names no file. Both indices are the place of
/// the citation.
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

/// Returns an annotation with its offsets moved by `before` characters.
fn moved(annotation: View<'_>, kind: &str, before: u64) -> Vec<u8> {
    if before == 0 || annotation.kind() != Kind::Object {
        return annotation.raw().into();
    }
    let mut out = ObjectWriter::default();
    for (key, value) in annotation.members() {
        put_moved(&mut out, kind, &key, value, before);
    }
    out.finish()
}

fn put_moved(out: &mut ObjectWriter, kind: &str, key: &str, value: View<'_>, before: u64) {
    match value.whole().filter(|_| is_offset(kind, key)) {
        Some(offset) => out.member(key, offset.saturating_add(before).to_string().as_bytes()),
        None => out.member(key, value.raw()),
    }
}

/// Returns whether a member is an offset in the text. The `index` of a file's citation is one: OpenAI's reference
/// shows one file at 320, 576 and 815 (guide to file search), though the specification calls it a position in a list
/// of files.
fn is_offset(kind: &str, key: &str) -> bool {
    matches!((kind, key), (_, "start_index" | "end_index") | ("file_citation" | "file_path", "index"))
}
