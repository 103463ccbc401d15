//! Objects and arrays that are assembled from new text and from pieces of a body.

use super::{document::View, raw::Raw, scan::Span, text};

/// An object or an array while it is written.
#[derive(Debug)]
pub struct RawBuilder {
    raw: Raw,
    close: &'static str,
    is_empty: bool,
}

impl RawBuilder {
    /// Starts an object.
    pub fn object() -> RawBuilder {
        RawBuilder { raw: Raw::json("{"), close: "}", is_empty: true }
    }

    /// Starts an array.
    pub fn list() -> RawBuilder {
        RawBuilder { raw: Raw::json("["), close: "]", is_empty: true }
    }

    /// Starts the members of an object, without its braces.
    pub fn members() -> RawBuilder {
        RawBuilder { raw: Raw::empty(), close: "", is_empty: true }
    }

    /// Returns whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.is_empty
    }

    /// Adds an item.
    pub fn item(&mut self, value: Raw) {
        self.separate();
        self.raw.extend(value);
    }

    /// Adds a member.
    pub fn member(&mut self, key: &str, value: Raw) {
        self.separate();
        self.raw.push(text::quote(key) + ":");
        self.raw.extend(value);
    }

    /// Adds a member whose value stands in the body.
    pub fn copy(&mut self, key: &str, value: View<'_>) {
        self.member(key, Raw::source(value.span()));
    }

    /// Adds a member of the body with its key as the body spells it.
    pub fn copy_member(&mut self, value: View<'_>) {
        let span = Span { start: value.key_span().start, end: value.span().end };
        self.separate();
        self.raw.push_source(span);
    }

    /// Adds the members of an object of the body, except nulls and the keys in `known`.
    pub fn copy_rest(&mut self, object: View<'_>, known: &[&str]) {
        for (key, value) in object.members().filter(|(_, value)| !value.is_null()) {
            if !known.contains(&&*key) {
                self.copy(&key, value);
            }
        }
    }

    /// Returns the whole value.
    pub fn finish(mut self) -> Raw {
        self.raw.push(self.close);
        self.raw
    }

    fn separate(&mut self) {
        if !std::mem::replace(&mut self.is_empty, false) {
            self.raw.push(",");
        }
    }
}
