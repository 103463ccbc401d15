//! The path of a key in a TOML document.

use std::fmt;

/// The path of a key, such as `models."gpt-4.1".resource`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// Returns the path with these segments.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> KeyPath {
        KeyPath(segments.into_iter().map(Into::into).collect())
    }

    /// Returns the path of a key below this one.
    #[must_use]
    pub fn child(&self, key: &str) -> KeyPath {
        self.join(&[key])
    }

    /// Returns the path with these segments appended.
    #[must_use]
    pub fn join(&self, keys: &[&str]) -> KeyPath {
        KeyPath(self.0.iter().cloned().chain(keys.iter().map(|key| (*key).to_owned())).collect())
    }

    /// Returns the path of the table that holds this key.
    #[must_use]
    pub fn parent(&self) -> Option<KeyPath> {
        let (_, parent) = self.0.split_last()?;
        Some(KeyPath(parent.to_vec()))
    }

    /// Returns the segments, outermost first.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// Returns whether this path is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &KeyPath) -> bool {
        self.0.starts_with(&ancestor.0)
    }
}

/// How many characters of a segment a message shows.
const LONGEST_SHOWN: usize = 80;

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, segment) in self.0.iter().enumerate() {
            if depth > 0 {
                f.write_str(".")?;
            }
            // A name of any length can be written, and every message about it repeats it.
            let end = segment.char_indices().nth(LONGEST_SHOWN).map_or(segment.len(), |(end, _)| end);
            let (segment, rest) = segment.split_at_checked(end).unwrap_or((segment, ""));
            let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            if !segment.is_empty() && segment.bytes().all(is_bare) {
                f.write_str(segment)?;
            } else {
                write!(f, "{segment:?}")?;
            }
            if !rest.is_empty() {
                f.write_str("…")?;
            }
        }
        Ok(())
    }
}
