//! The API operations azgate knows by name, as one table.

use std::fmt;

/// An operation of the OpenAI API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `POST /chat/completions`.
    #[default]
    Chat,
    /// `POST /responses`.
    Responses,
}

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; 2] = [Operation::Chat, Operation::Responses];

    /// The name used in the catalog.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Chat => "chat",
            Operation::Responses => "responses",
        }
    }

    /// The path behind `/v1` on OpenAI, and behind `/openai` or the deployment on Azure's dated surface.
    pub fn path(self) -> &'static str {
        match self {
            Operation::Chat => "/chat/completions",
            Operation::Responses => "/responses",
        }
    }

    /// Whether a dated URL names the deployment. The Responses API has it in the body's `model` on every surface
    /// (openai-python `lib/azure.py` writes no deployment into its path).
    pub fn has_deployment_in_path(self) -> bool {
        self == Operation::Chat
    }

    /// The operation of that catalog name.
    pub fn named(name: &str) -> Option<Operation> {
        Operation::ALL.into_iter().find(|operation| operation.name() == name)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
