//! The annotations of the texts that become one. A chat completion knows one kind, the citation of a web page, and has its
//! members one level deeper; the others stay as they are. Offsets are moved to where the text stands now.

use super::{
    item::{Item, Part, PartKind},
    spelt::text_of,
};
use crate::json::{
    View, text,
    write::{item, member},
};

/// The inside of the list for all texts of `items`. Where the text was cut after so many characters, what begins
/// behind is left out.
pub(super) fn annotations<'a>(items: impl IntoIterator<Item = &'a Item>, cut: Option<u64>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut before = 0;
    let mut uncounted = Vec::new();
    for part in texts(items) {
        if let Some(list) = part.list("annotations") {
            before += uncounted.drain(..).map(characters).sum::<u64>();
            for annotation in list.root().items().filter(|annotation| is_within(*annotation, before, cut)) {
                item(&mut out, &annotation_in(annotation, before));
            }
        }
        uncounted.push(text::inner(part.text.raw()));
    }
    out
}

/// The parts of `items` that are the answer's text.
pub(super) fn texts<'a>(items: impl IntoIterator<Item = &'a Item>) -> impl Iterator<Item = Part<'a>> {
    items.into_iter().flat_map(Item::parts).filter(|part| part.kind == PartKind::Text)
}

/// The characters (code points) of a string's inside.
pub(super) fn characters(inner: &[u8]) -> u64 {
    text::pieces(inner, 1).map(|_| 1).sum()
}

fn is_within(annotation: View<'_>, before: u64, cut: Option<u64>) -> bool {
    let start = annotation.get("start_index").and_then(View::whole).unwrap_or_default();
    cut.is_none_or(|cut| before.saturating_add(start) < cut)
}

/// The annotation of a completion, in a text with `before` characters before it.
fn annotation_in(annotation: View<'_>, before: u64) -> Vec<u8> {
    let kind = text_of(annotation, "type").unwrap_or_default();
    let nested = kind == "url_citation" && annotation.get("url_citation").is_none();
    if !nested && before == 0 {
        return annotation.raw().into();
    }
    let mut members = Vec::from(b"{");
    for (key, value) in annotation.members().filter(|(key, _)| !(nested && key == "type")) {
        match value.whole().filter(|_| is_offset(&kind, &key)) {
            Some(offset) => member(&mut members, &key, offset.saturating_add(before).to_string().as_bytes()),
            None => member(&mut members, &key, value.raw()),
        }
    }
    members.push(b'}');
    if !nested {
        return members;
    }
    [br#"{"type":"url_citation","url_citation":"#, &*members, b"}"].concat()
}

/// Of a citation of a file, `index` is a place in the text, too: OpenAI's reference shows one file at 320, 576 and 815
/// (guide to file search), though the specification calls it a place in a list of files.
fn is_offset(kind: &str, key: &str) -> bool {
    matches!((kind, key), (_, "start_index" | "end_index") | ("file_citation" | "file_path", "index"))
}
