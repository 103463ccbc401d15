//! A quick look for a member in JSON text, without reading the JSON.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// The keys that are looked for. A finder takes more room than the rest of a waiting stream, so that all share these.
pub(super) static USAGE: LazyLock<Key> = LazyLock::new(|| Key::new("\"usage\""));
pub(super) static MODEL: LazyLock<Key> = LazyLock::new(|| Key::new("\"model\""));
pub(super) static FINISH_REASON: LazyLock<Key> = LazyLock::new(|| Key::new("\"finish_reason\""));
pub(super) static ERROR: LazyLock<Key> = LazyLock::new(|| Key::new("\"error\""));

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
        self.0.find_iter(json).any(|at| {
            let rest = json.get(at + self.0.needle().len()..).unwrap_or_default();
            let value = rest.trim_ascii_start().strip_prefix(b":").unwrap_or_default().trim_ascii_start();
            value.first() == Some(&byte)
        })
    }
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
}
