//! A quick look for a member in JSON text, without reading the JSON.

use memchr::memmem::Finder;

/// A key as JSON text spells it. It is never found inside a string: its quotes would be escaped there.
#[derive(Debug)]
pub(super) struct Key(Finder<'static>);

impl Key {
    /// `quoted` is the key with its quotes.
    pub(super) fn new(quoted: &'static str) -> Key {
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
        let usage = Key::new("\"usage\"");
        assert!(usage.opens(
            br#"{"usage":null,"x":{"usage" :
            {}}}"#,
            b'{'
        ));
        assert!(!usage.opens(br#"{"usage":null}"#, b'{'));
        assert!(!usage.opens(br#"{"a":"\"usage\":{","b":"usage"}"#, b'{'));
        assert!(!usage.opens(br#""usage""#, b'{'));
    }
}
