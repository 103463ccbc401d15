//! A place in a body.

use std::{borrow::Cow, fmt};

use super::document::View;

/// One step of a [`Pointer`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into an object's member.
    Key(Cow<'static, str>),
    /// Into an array's item.
    Index(usize),
}

/// The path from the root of a body to a value. It is displayed as OpenAI's errors name parameters: `messages[0].role`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Pointer(Vec<Step>);

impl Pointer {
    /// Returns the path to a top-level member.
    pub fn key(key: impl Into<Cow<'static, str>>) -> Pointer {
        Pointer(vec![Step::Key(key.into())])
    }

    /// Parses a dotted path of keys, such as `response_format.type`.
    pub fn path(path: &str) -> Pointer {
        Pointer(path.split('.').map(|key| Step::Key(Cow::Owned(key.to_owned()))).collect())
    }

    /// Extends the path into an object.
    #[must_use]
    pub fn then(mut self, key: impl Into<Cow<'static, str>>) -> Pointer {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// Extends the path into an array.
    #[must_use]
    pub fn item(mut self, index: usize) -> Pointer {
        self.0.push(Step::Index(index));
        self
    }

    /// Returns the steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Returns the key if the path leads to a top-level member.
    pub fn top_level(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Key(key)] => Some(key),
            _ => None,
        }
    }

    /// Returns the value at that place.
    pub fn find<'a>(&self, root: View<'a>) -> Option<View<'a>> {
        self.0.iter().try_fold(root, |view, step| match step {
            Step::Key(key) => view.get(key),
            Step::Index(index) => view.items().nth(*index),
        })
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if at == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}
