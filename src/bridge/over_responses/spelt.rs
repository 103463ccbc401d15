//! Values as they are spelt, opened where they lie deep.

use crate::json::{Document, Kind, View, text};

/// Opens a value that lies deeper than its document was parsed.
pub(super) fn opened(document: &Document, value: View<'_>, depth: u32) -> Option<Document> {
    // The value was validated with its document, so this fails only for what has too many values.
    Document::parse(document.source().slice(value.span().range()), depth).ok()
}

/// A member that is a string, with its quotes.
pub(super) fn string<'a>(object: View<'a>, key: &str) -> Option<&'a [u8]> {
    object.get(key).filter(|value| value.kind() == Kind::String).map(View::raw)
}

/// A member's text.
pub(super) fn text_of(object: View<'_>, key: &str) -> Option<String> {
    Some(object.get(key)?.text()?.into_owned())
}

/// Whether a container has nothing in it.
pub(super) fn is_empty(container: View<'_>) -> bool {
    text::inner(container.raw()).trim_ascii().is_empty()
}

/// A member that is a list with something in it.
pub(super) fn list<'a>(object: View<'a>, key: &str) -> Option<View<'a>> {
    object.get(key).filter(|value| value.kind() == Kind::Array && !is_empty(*value))
}

/// A string of what stands between its quotes, or null where there is none.
pub(super) fn quoted(inner: Option<&[u8]>) -> Vec<u8> {
    inner.map_or_else(|| b"null".into(), |inner| [b"\"", inner, b"\""].concat())
}
