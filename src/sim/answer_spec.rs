//! What a request asks for, independent of the operation.

use super::{
    conversation::{CallerTool, TextFormat},
    models::Model,
};

/// Everything besides the prompt that an answer is made from.
#[derive(Debug)]
pub(super) struct AnswerSpec<'a> {
    pub(super) model: &'a Model,
    /// The given effort, or the model's default.
    pub(super) effort: &'a str,
    pub(super) prompt_tokens: u64,
    /// The most tokens that the answer may have.
    pub(super) cap: u64,
    /// How many choices the answer has.
    pub(super) copies: u64,
    pub(super) stops: Vec<&'a str>,
    pub(super) format: TextFormat<'a>,
    pub(super) tools: Vec<CallerTool<'a>>,
    pub(super) choice: ToolChoice<'a>,
    /// Whether one answer may have several tool calls.
    pub(super) parallel: bool,
}

/// The tools that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToolChoice<'a> {
    Any,
    None,
    /// The tool of this name.
    Named(&'a str),
    /// The tools of these names.
    Among(Vec<&'a str>),
}

impl ToolChoice<'_> {
    /// Returns whether a tool of this name may be called.
    pub(super) fn allows(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::None => false,
            Self::Named(one) => *one == name,
            Self::Among(names) => names.contains(&name),
        }
    }
}
