//! What a model family can do, as values of a profile.

/// Whether Azure streams a family's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// Azure streams.
    Native,
    /// Azure refuses `stream: true`. azgate asks for JSON and makes the stream itself.
    Synthesized,
}

/// The role that carries the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemRole {
    /// The role is not known: roles stay as they are.
    Any,
    /// `system`. `developer` is rewritten if the api-version or the family does not know it.
    System,
    /// `developer`. `system` is taken too, but never both in one call.
    Developer,
    /// `developer`. `system` is refused.
    DeveloperOnly,
    /// Neither role is taken: instructions are merged into the first user message.
    MergeIntoUser,
}

/// A kind of message content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modality {
    /// Text, which every family takes.
    Text,
    /// `image_url` parts.
    Image,
    /// `input_audio` parts.
    Audio,
    /// `file` parts.
    File,
}

/// Token limits of a family. `None` stands for a limit that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenLimits {
    /// Prompt and answer together.
    pub window: Option<u64>,
    /// The prompt.
    pub input: Option<u64>,
    /// The answer, reasoning included.
    pub output: Option<u64>,
}

/// What a family does with function tools beside a reasoning effort in a chat call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolsWithEffort {
    /// It takes both.
    Any,
    /// It takes tools only while the effort is explicitly `none`.
    OnlyNone,
    /// It takes function tools on the Responses API only, whatever the effort.
    Never,
}

/// Whether a family takes the legacy `functions` and `function_call`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Functions {
    /// It takes them as they are.
    Legacy,
    /// It refuses them: azgate rewrites them to `tools`, and the answer back.
    ToolsOnly,
}

/// A level of `reasoning_effort`. Levels are ordered from weak to strong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// `none`: no reasoning at all.
    None,
    /// `minimal`.
    Minimal,
    /// `low`.
    Low,
    /// `medium`.
    Medium,
    /// `high`.
    High,
    /// `xhigh`.
    Xhigh,
    /// `max`.
    Max,
}

impl Effort {
    /// Every level, weakest first.
    pub const ALL: [Effort; 7] = [
        Effort::None,
        Effort::Minimal,
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
        Effort::Max,
    ];

    /// Returns the level's spelling in a request.
    pub fn name(self) -> &'static str {
        match self {
            Effort::None => "none",
            Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
            Effort::Xhigh => "xhigh",
            Effort::Max => "max",
        }
    }

    /// Returns the level with that spelling.
    pub fn named(name: &str) -> Option<Effort> {
        Effort::ALL.into_iter().find(|effort| effort.name() == name)
    }
}
