//! Objects and arrays that are assembled from new text and from pieces of a body. An object cannot get a key twice: a
//! member that azgate writes replaces one of that name, and a member that is only copied along gives way to it. Readers
//! differ in which of two equal keys they take, so a caller could otherwise slip in what azgate never wrote.

use std::collections::HashMap;

use super::{document::View, raw::Raw, scan::Span, text};

/// Up to this many members are compared one by one. Only a hostile object has more.
const FEW: usize = 16;

/// An object or an array while it is written.
#[derive(Debug)]
pub struct RawBuilder {
    brackets: (&'static str, &'static str),
    entries: Vec<Entry>,
    /// The place of each key, once there are more than [`FEW`].
    places: HashMap<String, usize>,
}

/// An item, or a member.
#[derive(Debug)]
struct Entry {
    /// The key; `None` for an item.
    key: Option<String>,
    value: Raw,
    strength: Strength,
}

/// Which of two members with the same key stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strength {
    /// Written. The last one stays.
    Written,
    /// Copied along, under a key that the writer does not know. The last one stays, as in the body, but gives way to
    /// one that is written.
    Copied,
    /// Copied with the spelling of its key, which is part of the value.
    Spelt,
}

impl RawBuilder {
    /// Starts an object.
    pub fn object() -> RawBuilder {
        RawBuilder::between("{", "}")
    }

    /// Starts an array.
    pub fn list() -> RawBuilder {
        RawBuilder::between("[", "]")
    }

    /// Starts the members of an object, without its braces.
    pub fn members() -> RawBuilder {
        RawBuilder::between("", "")
    }

    fn between(open: &'static str, close: &'static str) -> RawBuilder {
        RawBuilder { brackets: (open, close), entries: Vec::new(), places: HashMap::new() }
    }

    /// Returns whether nothing was added yet.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds an item.
    pub fn item(&mut self, value: Raw) {
        self.entries.push(Entry { key: None, value, strength: Strength::Written });
    }

    /// Writes a member. It replaces a member of the same name.
    pub fn member(&mut self, key: &str, value: Raw) {
        self.put(key, value, Strength::Written);
    }

    /// Writes a member whose value stands in the body.
    pub fn copy(&mut self, key: &str, value: View<'_>) {
        self.member(key, Raw::source(value.span()));
    }

    /// Writes a member of the body with its key as the body spells it.
    pub fn copy_member(&mut self, value: View<'_>) {
        let span = Span { start: value.key_span().start, end: value.span().end };
        self.put(&value.key(), Raw::source(span), Strength::Spelt);
    }

    /// Copies a member along, unless a member of that name is written.
    pub fn copy_along(&mut self, key: &str, value: Raw) {
        self.put(key, value, Strength::Copied);
    }

    /// Copies the members of an object of the body along, except nulls and the keys in `known`.
    pub fn copy_rest(&mut self, object: View<'_>, known: &[&str]) {
        for (key, value) in object.members().filter(|(_, value)| !value.is_null()) {
            if !known.contains(&&*key) {
                self.copy_along(&key, Raw::source(value.span()));
            }
        }
    }

    /// Returns the whole value.
    pub fn finish(self) -> Raw {
        let (open, close) = self.brackets;
        let mut raw = Raw::json(open);
        for (at, entry) in self.entries.into_iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match entry.key.filter(|_| entry.strength != Strength::Spelt) {
                Some(key) => raw.push(format!("{comma}{}:", text::quote(&key))),
                None if comma.is_empty() => {}
                None => raw.push(comma),
            }
            raw.extend(entry.value);
        }
        raw.push(close);
        raw
    }

    fn put(&mut self, key: &str, value: Raw, strength: Strength) {
        let Some(at) = self.place(key) else {
            let at = self.entries.len();
            self.entries.push(Entry { key: Some(key.to_owned()), value, strength });
            return self.remember(at);
        };
        let Some(entry) = self.entries.get_mut(at) else { return };
        if strength != Strength::Copied || entry.strength == Strength::Copied {
            (entry.value, entry.strength) = (value, strength);
        }
    }

    fn place(&self, key: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.places.get(key).copied();
        }
        self.entries.iter().position(|entry| entry.key.as_deref() == Some(key))
    }

    /// Notes the place of a new member, and of all before it when they become too many to compare.
    fn remember(&mut self, at: usize) {
        let from = if at == FEW { 0 } else { at };
        if at >= FEW {
            let named = (from..).zip(self.entries.iter().skip(from));
            let named = named.filter_map(|(at, entry)| Some((entry.key.clone()?, at)));
            self.places.extend(named);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    fn document(json: &str) -> Document {
        Document::parse(bytes::Bytes::copy_from_slice(json.as_bytes()), 4).unwrap()
    }

    fn rendered(out: RawBuilder, source: &Document) -> String {
        String::from_utf8(out.finish().render(source.source())).unwrap()
    }

    #[test]
    fn a_written_member_wins_over_a_copied_one_in_any_order() {
        let sent = document(r#"{"role":"system","x":1,"\u0063ontent":"evil","x":2,"y":null}"#);
        let mut out = RawBuilder::object();
        out.member("role", Raw::json("\"tool\""));
        out.copy_rest(sent.root(), &[]);
        out.member("content", Raw::json("\"\""));
        assert_eq!(rendered(out, &sent), r#"{"role":"tool","x":2,"content":""}"#);
    }

    #[test]
    fn no_key_stands_twice_however_many_there_are() {
        let members: Vec<String> = (0..40).map(|at| format!("\"k{at}\":{at}")).collect();
        let sent = document(&format!("{{{}}}", [&*members, &*members].concat().join(",")));
        let mut out = RawBuilder::members();
        out.member("k39", Raw::json("\"first\""));
        out.copy_rest(sent.root(), &["k7"]);
        out.member("k20", Raw::json("\"last\""));
        out.member("new", Raw::json("1"));
        let written = document(&format!("{{{}}}", rendered(out, &sent)));
        let keys: Vec<_> = written.root().members().map(|(key, _)| key).collect();
        assert_eq!(keys.len(), 40);
        assert_eq!(written.root().get("k39").unwrap().raw(), b"\"first\"");
        assert_eq!(written.root().get("k20").unwrap().raw(), b"\"last\"");
        assert_eq!(keys.iter().collect::<std::collections::HashSet<_>>().len(), 40);
    }

    #[test]
    fn a_key_keeps_the_spelling_of_the_body_and_items_stay_in_order() {
        let sent = document(r#"{"\u0061":1.0}"#);
        let mut out = RawBuilder::object();
        sent.root().members().for_each(|(_, value)| out.copy_member(value));
        assert_eq!(rendered(out, &sent), r#"{"\u0061":1.0}"#);
        let mut list = RawBuilder::list();
        for item in ["1", "1", "2"] {
            list.item(Raw::json(item));
        }
        assert_eq!(rendered(list, &sent), "[1,1,2]");
    }
}
