//! JSON objects and lists that are put together from pieces of the body.

use crate::json::{Raw, View, text};

/// An object or a list while it is written.
#[derive(Debug)]
pub(super) struct Row {
    raw: Raw,
    close: &'static str,
    begun: bool,
}

impl Row {
    pub(super) fn object() -> Row {
        Row { raw: Raw::json("{"), close: "}", begun: false }
    }

    pub(super) fn list() -> Row {
        Row { raw: Raw::json("["), close: "]", begun: false }
    }

    /// The members of an object without its braces.
    pub(super) fn members() -> Row {
        Row { raw: Raw::empty(), close: "", begun: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.begun
    }

    /// Adds an item.
    pub(super) fn item(&mut self, value: Raw) {
        if self.begun {
            self.raw.push(",");
        }
        self.begun = true;
        self.raw.extend(value);
    }

    /// Adds a member.
    pub(super) fn member(&mut self, key: &str, value: Raw) {
        let mut member = Raw::json(text::quote(key) + ":");
        member.extend(value);
        self.item(member);
    }

    /// Adds a member whose value stands in the body.
    pub(super) fn copy(&mut self, key: &str, value: View<'_>) {
        self.member(key, Raw::source(value.span()));
    }

    /// Adds the members of an object of the body, but for those in `known` and nulls: `null` is how typed clients spell
    /// what was not set.
    pub(super) fn copy_rest(&mut self, object: View<'_>, known: &[&str]) {
        for (key, value) in object.members().filter(|(_, value)| !value.is_null()) {
            if !known.contains(&&*key) {
                self.copy(&key, value);
            }
        }
    }

    /// The whole.
    pub(super) fn done(mut self) -> Raw {
        self.raw.push(self.close);
        self.raw
    }
}
