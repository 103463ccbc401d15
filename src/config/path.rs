//! The path of a key in a config.

use std::fmt;

/// The path of a key, such as `models."gpt-4.1".resource`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPath(Vec<String>);

impl KeyPath {
    /// The path of these segments.
    pub fn new<S: Into<String>>(segments: impl IntoIterator<Item = S>) -> KeyPath {
        KeyPath(segments.into_iter().map(Into::into).collect())
    }

    /// The path of a key below this one.
    #[must_use]
    pub fn child(&self, key: &str) -> KeyPath {
        KeyPath(self.0.iter().cloned().chain([key.to_owned()]).collect())
    }

    /// The path of the table that holds this key.
    #[must_use]
    pub fn parent(&self) -> Option<KeyPath> {
        let (_, parent) = self.0.split_last()?;
        Some(KeyPath(parent.to_vec()))
    }

    /// The segments, outermost first.
    pub fn segments(&self) -> &[String] {
        &self.0
    }

    /// Whether this is `ancestor` or lies below it.
    pub fn is_within(&self, ancestor: &KeyPath) -> bool {
        self.0.starts_with(&ancestor.0)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            if !segment.is_empty() && segment.bytes().all(is_bare) {
                f.write_str(segment)?;
            } else {
                write!(f, "{segment:?}")?;
            }
        }
        Ok(())
    }
}
