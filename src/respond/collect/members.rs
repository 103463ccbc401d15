//! A JSON object that grows chunk by chunk: its members, and the value of each while it grows. Values are copied as
//! they are spelt. Members are written in the order of their keys, as Azure writes them.
//!
//! Members hold values and values hold members, so both are in this file.

use std::collections::BTreeMap;

use super::table::{How, Table};
use crate::{
    bridge::filters,
    json::{Document, Kind, View, text},
};

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

/// How deep the lists of a delta are opened: calls, their members, and those of their functions.
const DEPTH: u32 = 3;

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

    /// Takes in what one chunk says, and tells how many bytes more are held.
    pub(super) fn merge(&mut self, source: &Document, value: View<'_>, how: How) -> usize {
        match (how, value.kind()) {
            (How::Join, Kind::String) => self.join(value),
            (How::Append, Kind::Array) => self.append(value),
            (How::Members(_), Kind::Object) | (How::Items(_), Kind::Array) => self.nested(source, value, how),
            (How::First, _) if !self.is_empty() && !matches!(self, Part::Value(raw) if raw == b"0") => 0,
            (How::Worst, _) => match self {
                Part::Value(old) if !filters::is_worse(value.raw(), old) => 0,
                _ => self.set(value),
            },
            _ if is_empty(value.raw()) && !self.is_empty() => 0,
            _ => self.set(value),
        }
    }

    fn set(&mut self, value: View<'_>) -> usize {
        let new = value.raw();
        if let Part::Value(old) = self {
            let more = new.len().saturating_sub(old.len());
            old.clear();
            old.extend_from_slice(new);
            more
        } else {
            *self = Part::Value(new.into());
            new.len()
        }
    }

    fn join(&mut self, value: View<'_>) -> usize {
        // Joined as they are spelt: so an escaped pair of surrogates may be cut between two deltas.
        let more = text::inner(value.raw());
        match self {
            Part::Text(text) => text.extend_from_slice(more),
            _ => *self = Part::Text(more.into()),
        }
        more.len()
    }

    fn append(&mut self, value: View<'_>) -> usize {
        let more = text::inner(value.raw()).trim_ascii();
        match self {
            Part::List(list) if more.is_empty() || list.is_empty() => list.extend_from_slice(more),
            Part::List(list) => {
                list.push(b',');
                list.extend_from_slice(more);
            }
            _ => *self = Part::List(more.into()),
        }
        more.len() + 1
    }

    /// Goes one level down, and opens what lies deeper than its document was parsed.
    fn nested(&mut self, source: &Document, value: View<'_>, how: How) -> usize {
        let closed = value.members().next().is_none() && value.items().next().is_none();
        let deeper = if closed && !is_empty(value.raw()) { value.reparse(DEPTH) } else { None };
        let (source, value) = deeper.as_ref().map_or((source, value), |deeper| (deeper, deeper.root()));
        match how {
            How::Members(table) => self.object().merge(source, value, table),
            How::Items(table) => self.by_index(source, value, table),
            _ => 0,
        }
    }

    fn by_index(&mut self, source: &Document, list: View<'_>, table: Table) -> usize {
        let items = self.items();
        let mut more = 0;
        for (position, item) in (0..).zip(list.items()).filter(|(_, item)| item.kind() == Kind::Object) {
            let index = item.get("index").and_then(View::whole).unwrap_or(position);
            more += ENTRY * usize::from(!items.contains_key(&index));
            more += items.entry(index).or_default().merge(source, item, table);
        }
        more
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
    fn items(&mut self) -> &mut Items {
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
fn is_empty(raw: &[u8]) -> bool {
    matches!(raw, b"null" | b"\"\"" | b"[]" | b"{}")
}
