//! The two dialects that azgate translates.

use std::fmt;

/// In which words a model is asked and answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `POST /chat/completions`.
    #[default]
    Chat,
    /// `POST /responses`.
    Responses,
}

impl Dialect {
    /// Both of them.
    pub const ALL: [Dialect; 2] = [Dialect::Chat, Dialect::Responses];

    /// The name used in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Chat => "chat",
            Dialect::Responses => "responses",
        }
    }

    /// The path behind `/v1` on OpenAI, and behind `/openai` or the deployment on Azure's dated surface.
    pub fn path(self) -> &'static str {
        match self {
            Dialect::Chat => "/chat/completions",
            Dialect::Responses => "/responses",
        }
    }

    /// Whether a dated URL names the deployment. The Responses API has it in the body's `model` on every surface
    /// (openai-python `lib/azure.py` writes no deployment into its path).
    pub fn has_deployment_in_path(self) -> bool {
        self == Dialect::Chat
    }

    /// The dialect of that catalog name.
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
    /// Makes the value of each dialect.
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

    /// Returns the value of one dialect, to be changed.
    pub fn of_mut(&mut self, dialect: Dialect) -> &mut T {
        match dialect {
            Dialect::Chat => &mut self.chat,
            Dialect::Responses => &mut self.responses,
        }
    }
}
