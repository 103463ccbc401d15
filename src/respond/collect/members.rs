//! An object that grows chunk by chunk. Its members are written in the order of their keys, as Azure writes them.

use std::collections::BTreeMap;

use super::{
    part::{Items, Part},
    table::{How, Table},
};
use crate::json::{Document, View, text};

/// What one more member or item is counted with, beside its bytes.
pub(super) const ENTRY: usize = 64;

/// The members of an object.
#[derive(Debug, Default)]
pub(super) struct Members(BTreeMap<String, Part>);

impl Members {
    /// Takes in an object of `source`, and tells how many bytes more are held.
    pub(super) fn merge(&mut self, source: &Document, object: View<'_>, table: Table) -> usize {
        let mut more = 0;
        for (key, value) in object.members() {
            let how = table(&key);
            if matches!(how, How::Drop) {
                continue;
            }
            if !self.0.contains_key(&*key) {
                more += key.len() + ENTRY;
                self.0.insert(key.clone().into_owned(), Part::null());
            }
            if let Some(part) = self.0.get_mut(&*key) {
                more += part.merge(source, value, how);
            }
        }
        more
    }

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
