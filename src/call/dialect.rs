//! The two dialects that azgate translates, and a pair type that holds one value for each.

use std::fmt;

/// The wording of a call and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Chat completions.
    #[default]
    Chat,
    /// The Responses API.
    Responses,
}

impl Dialect {
    /// Both dialects.
    pub const ALL: [Dialect; 2] = [Dialect::Chat, Dialect::Responses];

    /// Returns the name that the catalog and the configuration use.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Chat => "chat",
            Dialect::Responses => "responses",
        }
    }

    /// Returns the other dialect.
    #[must_use]
    pub fn other(self) -> Dialect {
        match self {
            Dialect::Chat => Dialect::Responses,
            Dialect::Responses => Dialect::Chat,
        }
    }

    /// Finds a dialect by its name.
    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.name() == name)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A value for each dialect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerDialect<T> {
    /// The value for chat completions.
    pub chat: T,
    /// The value for the Responses API.
    pub responses: T,
}

impl<T> PerDialect<T> {
    /// Calls `value` once for each dialect, and returns both results.
    pub fn new(mut value: impl FnMut(Dialect) -> T) -> PerDialect<T> {
        PerDialect { chat: value(Dialect::Chat), responses: value(Dialect::Responses) }
    }

    /// Returns the value of one dialect.
    pub const fn of(&self, dialect: Dialect) -> &T {
        match dialect {
            Dialect::Chat => &self.chat,
            Dialect::Responses => &self.responses,
        }
    }

    /// Returns the value of one dialect for writing.
    pub fn of_mut(&mut self, dialect: Dialect) -> &mut T {
        match dialect {
            Dialect::Chat => &mut self.chat,
            Dialect::Responses => &mut self.responses,
        }
    }
}
