//! The values of an answer while they grow chunk by chunk, and how they are written. Members stand in the order of their
//! keys, as Azure writes them.

use std::collections::BTreeMap;

use crate::json::text;

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct Members(pub(super) BTreeMap<String, Part>);

impl Members {
    /// Whether a member is there and says something.
    pub(super) fn says(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|part| !part.is_empty())
    }

    /// Sets a member that is not there or says nothing.
    pub(super) fn fill(&mut self, key: &str, json: &str) {
        if !self.says(key) {
            self.0.insert(key.to_owned(), Part::Value(json.into()));
        }
    }

    /// Takes a member out that says nothing.
    pub(super) fn drop_empty(&mut self, key: &str) {
        if !self.says(key) {
            self.0.remove(key);
        }
    }

    /// Gives a member another key.
    pub(super) fn rename(&mut self, from: &str, to: &str) {
        if let Some(part) = self.0.remove(from) {
            self.0.insert(to.to_owned(), part);
        }
    }

    /// A member that is an object, made if it is not there.
    pub(super) fn object(&mut self, key: &str) -> &mut Members {
        self.0.entry(key.to_owned()).or_insert_with(Part::null).object()
    }

    /// A member whose items came by index, if it is there.
    pub(super) fn items(&mut self, key: &str) -> Option<&mut Items> {
        match self.0.get_mut(key) {
            Some(Part::Items(items)) => Some(items),
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

/// What has come of a value so far.
#[derive(Debug)]
pub(super) enum Part {
    /// A value as it was spelt.
    Value(Vec<u8>),
    /// The inside of a string.
    Text(Vec<u8>),
    /// The inside of a list.
    List(Vec<u8>),
    Object(Members),
    Items(Items),
}

impl Part {
    /// Nothing has come yet.
    pub(super) fn null() -> Part {
        Part::Value(b"null".into())
    }

    /// The object that this is, or becomes.
    pub(super) fn object(&mut self) -> &mut Members {
        loop {
            match self {
                Part::Object(members) => return members,
                _ => *self = Part::Object(Members::default()),
            }
        }
    }

    /// The items that these are, or become.
    pub(super) fn items(&mut self) -> &mut Items {
        loop {
            match self {
                Part::Items(items) => return items,
                _ => *self = Part::Items(Items::default()),
            }
        }
    }

    /// Whether nothing was said yet.
    pub(super) fn is_empty(&self) -> bool {
        matches!(self, Part::Value(raw) if is_empty(raw))
    }

    /// Writes the value.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Part::Value(raw) => out.extend_from_slice(raw),
            Part::Text(text) => out.extend([b"\"", &**text, b"\""].into_iter().flatten()),
            Part::List(inside) => out.extend([b"[", &**inside, b"]"].into_iter().flatten()),
            Part::Object(members) => members.write(out),
            Part::Items(items) => list(out, b"[", items.values(), b"]", |out, item| item.write(out)),
        }
    }
}

/// Whether a value says nothing.
pub(super) fn is_empty(raw: &[u8]) -> bool {
    matches!(raw, b"null" | b"\"\"" | b"[]" | b"{}")
}
