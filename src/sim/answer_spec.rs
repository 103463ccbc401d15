//! What a call asks for, in words of neither operation: all that an answer is made from.

use super::{
    conversation::{CallerTool, TextFormat},
    models::Model,
};

/// What an answer needs to know of a call beside its prompt.
#[derive(Debug)]
pub(super) struct AnswerSpec<'a> {
    pub(super) model: &'a Model,
    /// The effort that counts.
    pub(super) effort: &'a str,
    pub(super) prompt_tokens: u64,
    /// The most tokens that the answer may have.
    pub(super) cap: u64,
    /// How many answers there are to be.
    pub(super) copies: u64,
    pub(super) stops: Vec<&'a str>,
    pub(super) format: TextFormat<'a>,
    pub(super) tools: Vec<CallerTool<'a>>,
    pub(super) choice: ToolChoice<'a>,
    /// Whether one answer may have several calls.
    pub(super) parallel: bool,
}

/// Which tools may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ToolChoice<'a> {
    Any,
    None,
    /// This one, by its name.
    Named(&'a str),
    /// One of these.
    Among(Vec<&'a str>),
}

impl ToolChoice<'_> {
    /// Whether a tool of this name may be called.
    pub(super) fn allows(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::None => false,
            Self::Named(one) => *one == name,
            Self::Among(names) => names.contains(&name),
        }
    }
}
