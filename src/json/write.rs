//! Writes JSON text into a buffer, member by member and item by item. Commas are added automatically, except at the
//! beginning of a container or of the buffer, and behind a comma.

use super::text;

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
