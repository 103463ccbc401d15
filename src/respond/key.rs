//! Finds a member in JSON text without parsing the JSON.

use std::sync::LazyLock;

use memchr::memmem::Finder;

// A finder takes more memory than the rest of a waiting stream, so all streams share these.
pub(super) static USAGE: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"usage\""));
pub(super) static MODEL: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"model\""));
pub(super) static FINISH_REASON: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"finish_reason\""));
pub(super) static ERROR: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"error\""));
pub(super) static ARGUMENTS: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"arguments\""));
pub(super) static CUSTOM: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"custom\""));
pub(super) static FUNCTION: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"function\""));
pub(super) static ID: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"id\""));
pub(super) static INDEX: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"index\""));
pub(super) static NAME: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"name\""));
pub(super) static DELTA: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"delta\""));
pub(super) static TYPE: LazyLock<KeyFinder> = LazyLock::new(|| KeyFinder::new("\"type\""));
pub(super) static SEQUENCE_NUMBER: LazyLock<KeyFinder> =
    LazyLock::new(|| KeyFinder::new("\"sequence_number\""));

/// Finds one key in JSON text. It never finds the key inside a string, because the key's quotes would be escaped there.
#[derive(Debug)]
pub(super) struct KeyFinder(Finder<'static>);

impl KeyFinder {
    /// Creates a finder. `quoted` is the key with its quotes.
    fn new(quoted: &'static str) -> KeyFinder {
        KeyFinder(Finder::new(quoted))
    }

    /// Returns whether the key stands anywhere with a value that begins with `byte`.
    pub(super) fn opens(&self, json: &[u8], byte: u8) -> bool {
        self.values(json).any(|value| value.first() == Some(&byte))
    }

    /// Returns the text from each value of the key to the end of `json`.
    pub(super) fn values<'j>(&'j self, json: &'j [u8]) -> impl Iterator<Item = &'j [u8]> {
        self.0.find_iter(json).filter_map(|at| value(json.get(at + self.0.needle().len()..)?))
    }

    /// Returns the text from the key's value on, if the key is the first of the object.
    pub(super) fn first<'j>(&self, object: &'j [u8]) -> Option<&'j [u8]> {
        let inside = object.trim_ascii_start().strip_prefix(b"{")?;
        value(inside.trim_ascii_start().strip_prefix(self.0.needle())?)
    }

    /// Returns whether the object may have the key with a value that begins with one of `beginnings`. If the key is not
    /// the object's first, which is rare, the result may come from a nested object.
    pub(super) fn may_be(&self, object: &[u8], beginnings: &[&[u8]]) -> bool {
        let is_one = |value: &[u8]| beginnings.iter().any(|beginning| value.starts_with(beginning));
        self.first(object).map_or_else(|| self.values(object).any(is_one), is_one)
    }
}

/// Returns the text from the value on; `behind` is the text after the key.
fn value(behind: &[u8]) -> Option<&[u8]> {
    Some(behind.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_by_the_start_of_its_value_and_never_inside_a_string() {
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
