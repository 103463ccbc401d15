//! Readers for members as the bridge needs them: as text, or as the JSON they are spelt in.

use std::borrow::Cow;

use crate::json::{Kind, View};

/// Returns a member that is a string, with its quotes.
pub(super) fn string<'a>(object: View<'a>, key: &str) -> Option<&'a [u8]> {
    object.get(key).filter(|value| value.kind() == Kind::String).map(View::raw)
}

/// Returns a member's text.
pub(super) fn text_of<'a>(object: View<'a>, key: &str) -> Option<Cow<'a, str>> {
    object.get(key)?.text()
}

/// Returns the text of the member `type`.
pub(super) fn type_of(object: View<'_>) -> Option<Cow<'_, str>> {
    text_of(object, "type")
}

/// Returns a member that is a list with something in it.
pub(super) fn list<'a>(object: View<'a>, key: &str) -> Option<View<'a>> {
    object.get(key).filter(|value| value.kind() == Kind::Array && !value.is_empty())
}

/// Returns a JSON string with this inside, or null.
pub(super) fn quoted(inner: Option<&[u8]>) -> Vec<u8> {
    inner.map_or_else(|| b"null".into(), |inner| [b"\"", inner, b"\""].concat())
}
