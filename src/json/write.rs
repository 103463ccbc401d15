//! Writes JSON text into a buffer, member by member and item by item. Commas are added automatically, except at the
//! beginning of a container or of the buffer, and behind a comma.

use std::collections::{HashMap, HashSet};

use super::{document::View, text};

/// Writes one object whose members come from two sides: those that azgate makes, and those that are copied along. Of
/// two members with the same key the first stays, so what azgate makes goes in first and cannot be written twice.
#[derive(Debug)]
pub struct ObjectWriter {
    out: Vec<u8>,
    keys: HashSet<String>,
}

impl Default for ObjectWriter {
    fn default() -> Self {
        ObjectWriter { out: b"{".into(), keys: HashSet::new() }
    }
}

impl ObjectWriter {
    /// Adds a member with a value that is JSON, unless the object has a member of that name.
    pub fn member(&mut self, key: &str, value: &[u8]) {
        if !self.keys.contains(key) {
            self.keys.insert(key.to_owned());
            member(&mut self.out, key, value);
        }
    }

    /// Copies the members of an object along, except those in `left_out`. Of equal keys in the object the last one
    /// counts, as it does for most readers.
    pub fn copy_rest(&mut self, object: View<'_>, left_out: &[&str]) {
        let rest = object.members().filter(|(key, _)| !left_out.contains(&&**key));
        let mut last: HashMap<_, &[u8]> = HashMap::new();
        let mut order = Vec::new();
        for (key, value) in rest {
            if last.insert(key.clone(), value.raw()).is_none() {
                order.push(key);
            }
        }
        for key in order {
            self.member(&key, last.get(&key).copied().unwrap_or(b"null"));
        }
    }

    /// Returns the object.
    pub fn finish(mut self) -> Vec<u8> {
        self.out.push(b'}');
        self.out
    }
}

/// Begins a member of an object. Its value must follow.
pub fn key(out: &mut Vec<u8>, key: &str) {
    item(out, text::quote(key).as_bytes());
    out.push(b':');
}

/// Adds a member of an object, with a value that is JSON.
pub fn member(out: &mut Vec<u8>, key: &str, value: &[u8]) {
    self::key(out, key);
    out.extend_from_slice(value);
}

/// Adds a member behind a comma: `out` is a run of members that goes behind others as a whole.
pub fn next_member(out: &mut Vec<u8>, key: &str, value: &[u8]) {
    out.push(b',');
    member(out, key, value);
}

/// Adds an item of a list.
pub fn item(out: &mut Vec<u8>, value: &[u8]) {
    if !matches!(out.last(), None | Some(b'{' | b'[' | b',')) {
        out.push(b',');
    }
    out.extend_from_slice(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_never_has_a_key_twice_and_what_was_written_first_stays() {
        let sent = bytes::Bytes::from_static(br#"{"a":"evil","b":1,"b":2,"c":3}"#);
        let sent = crate::json::Document::parse(sent, 2).unwrap();
        let mut out = ObjectWriter::default();
        out.member("a", b"\"ours\"");
        out.copy_rest(sent.root(), &["c"]);
        out.member("b", b"4");
        assert_eq!(String::from_utf8(out.finish()).unwrap(), r#"{"a":"ours","b":2}"#);
    }

    #[test]
    fn commas_stand_only_between_members_and_items() {
        let mut out = Vec::from(b"{");
        member(&mut out, "a\"", b"1");
        key(&mut out, "list");
        out.push(b'[');
        item(&mut out, b"\"{\"");
        item(&mut out, b"{}");
        out.push(b']');
        member(&mut out, "", b"null");
        out.push(b'}');
        assert_eq!(String::from_utf8(out).unwrap(), r#"{"a\"":1,"list":["{",{}],"":null}"#);
        let mut inside = Vec::new();
        member(&mut inside, "x", b"[]");
        assert_eq!(inside, br#""x":[]"#);
    }
}
