//! A quick look for a member in JSON text, without reading the JSON.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The keys that are looked for. A finder takes more room than the rest of a waiting stream, so that all share these.
pub(super) static USAGE: LazyLock<Key> = LazyLock::new(|| Key::new("\"usage\""));
pub(super) static MODEL: LazyLock<Key> = LazyLock::new(|| Key::new("\"model\""));
pub(super) static FINISH_REASON: LazyLock<Key> = LazyLock::new(|| Key::new("\"finish_reason\""));
pub(super) static ERROR: LazyLock<Key> = LazyLock::new(|| Key::new("\"error\""));
pub(super) static TYPE: LazyLock<Key> = LazyLock::new(|| Key::new("\"type\""));
pub(super) static SEQUENCE_NUMBER: LazyLock<Key> = LazyLock::new(|| Key::new("\"sequence_number\""));

/// A key as JSON text spells it. It is never found inside a string: its quotes would be escaped there.
#[derive(Debug)]
pub(super) struct Key(Finder<'static>);

impl Key {
    /// `quoted` is the key with its quotes.
    fn new(quoted: &'static str) -> Key {
        Key(Finder::new(quoted))
    }

    /// Whether the key stands somewhere with a value that begins with `byte`.
    pub(super) fn opens(&self, json: &[u8], byte: u8) -> bool {
        self.values(json).any(|value| value.first() == Some(&byte))
    }

    /// What follows the key wherever it stands: its value, and all behind that.
    pub(super) fn values<'j>(&'j self, json: &'j [u8]) -> impl Iterator<Item = &'j [u8]> {
        self.0.find_iter(json).filter_map(|at| value(json.get(at + self.0.needle().len()..)?))
    }

    /// What follows the key if it is the first of an object.
    pub(super) fn first<'j>(&self, object: &'j [u8]) -> Option<&'j [u8]> {
        let inside = object.trim_ascii_start().strip_prefix(b"{")?;
        value(inside.trim_ascii_start().strip_prefix(self.0.needle())?)
    }

    /// Whether the key may stand in the object itself with a value that begins in one of these ways. Where it is not
    /// the first key, as the one asked for is as a rule, one of a nested object may be seen for it.
    pub(super) fn may_be(&self, object: &[u8], beginnings: &[&[u8]]) -> bool {
        let is_one = |value: &[u8]| beginnings.iter().any(|beginning| value.starts_with(beginning));
        self.first(object).map_or_else(|| self.values(object).any(is_one), is_one)
    }
}

/// The value behind a key.
fn value(behind: &[u8]) -> Option<&[u8]> {
    Some(behind.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_with_the_kind_of_its_value_and_never_inside_a_string() {
        assert!(USAGE.opens(
            br#"{"usage":null,"x":{"usage" :
            {}}}"#,
            b'{'
        ));
        assert!(!USAGE.opens(br#"{"usage":null}"#, b'{'));
        assert!(!USAGE.opens(br#"{"a":"\"usage\":{","b":"usage"}"#, b'{'));
        assert!(!USAGE.opens(br#""usage""#, b'{'));
    }

    #[test]
    fn the_first_key_is_found_without_a_search() {
        assert_eq!(TYPE.first(br#" { "type" : "a","type":"b"}"#), Some(&br#""a","type":"b"}"#[..]));
        assert_eq!(TYPE.first(br#"{"x":{"type":"a"}}"#), None);
        assert_eq!(TYPE.first(br#"{"type"}"#), None);
        assert_eq!(TYPE.first(b"[DONE]"), None);
        assert!(TYPE.may_be(br#"{"type":"a"}"#, &[b"\"b\"", b"\"a\""]));
        assert!(!TYPE.may_be(br#"{"type":"a","x":{"type":"b"}}"#, &[b"\"b\""]));
        assert!(TYPE.may_be(br#"{"x":{"type":"a"},"type":"b"}"#, &[b"\"b\""]));
        assert_eq!(TYPE.values(br#"{"x":{"type":1},"type":2}"#).count(), 2);
    }
}
