//! The values of an answer while they grow chunk by chunk. Members are written in the order of their keys, as Azure
//! writes them.

use std::collections::BTreeMap;

use crate::json::text;

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct Members(pub(super) BTreeMap<String, GrowingValue>);

impl Members {
    /// Returns whether a member is there and not empty.
    pub(super) fn has_value(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|part| !part.is_empty())
    }

    /// Sets a member that is absent or empty.
    pub(super) fn fill(&mut self, key: &str, json: &str) {
        if !self.has_value(key) {
            self.0.insert(key.to_owned(), GrowingValue::Value(json.into()));
        }
    }

    /// Removes a member that is empty.
    pub(super) fn drop_empty(&mut self, key: &str) {
        if !self.has_value(key) {
            self.0.remove(key);
        }
    }

    /// Gives a member another key.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(part) = self.0.remove(from) {
            self.0.insert(to.to_owned(), part);
        }
    }

    /// Returns a member that is an object, and creates it if it is absent.
    pub(super) fn object(&mut self, key: &str) -> &mut Members {
        self.0.entry(key.to_owned()).or_insert_with(GrowingValue::null).object()
    }

    /// Returns a member whose items came by index, if it is there.
    pub(super) fn items(&mut self, key: &str) -> Option<&mut Items> {
        match self.0.get_mut(key) {
            Some(GrowingValue::Items(items)) => Some(items),
            _ => None,
        }
    }

    /// Writes the object.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        list(out, b"{", &self.0, b"}", |out, (key, part)| {
            out.extend_from_slice(text::quote(key).as_bytes());
            out.push(b':');
            part.write(out);
        });
    }
}

/// Writes items with commas between them.
pub(super) fn list<T>(
    out: &mut Vec<u8>,
    open: &[u8],
    items: impl IntoIterator<Item = T>,
    close: &[u8],
    write: impl Fn(&mut Vec<u8>, T),
) {
    out.extend_from_slice(open);
    for (at, item) in items.into_iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.extend_from_slice(close);
}

/// Items by their `index`.
pub(super) type Items = BTreeMap<u64, Members>;

/// A value as far as it has come.
#[derive(Debug)]
pub(super) enum GrowingValue {
    /// A value as it was spelt.
    Value(Vec<u8>),
    /// The inside of a string.
    Text(Vec<u8>),
    /// The inside of a list.
    List(Vec<u8>),
    Object(Members),
    Items(Items),
}

impl GrowingValue {
    /// Creates a value of which nothing has come.
    pub(super) fn null() -> GrowingValue {
        GrowingValue::Value(b"null".into())
    }

    /// Returns the object, after turning any other value into an empty object.
    pub(super) fn object(&mut self) -> &mut Members {
        loop {
            match self {
                GrowingValue::Object(members) => return members,
                _ => *self = GrowingValue::Object(Members::default()),
            }
        }
    }

    /// Returns the items, after turning any other value into an empty list of items.
    pub(super) fn items(&mut self) -> &mut Items {
        loop {
            match self {
                GrowingValue::Items(items) => return items,
                _ => *self = GrowingValue::Items(Items::default()),
            }
        }
    }

    /// Returns whether the value is empty.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, GrowingValue::Value(raw) if is_empty(raw))
    }

    /// Writes the value.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            GrowingValue::Value(raw) => out.extend_from_slice(raw),
            GrowingValue::Text(text) => out.extend([b"\"", &**text, b"\""].into_iter().flatten()),
            GrowingValue::List(inside) => out.extend([b"[", &**inside, b"]"].into_iter().flatten()),
            GrowingValue::Object(members) => members.write(out),
            GrowingValue::Items(items) => list(out, b"[", items.values(), b"]", |out, item| item.write(out)),
        }
    }
}

/// Returns whether a value is null or empty.
pub(super) fn is_empty(raw: &[u8]) -> bool {
    matches!(raw, b"null" | b"\"\"" | b"[]" | b"{}")
}
