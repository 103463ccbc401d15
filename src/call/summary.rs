//! The parts of an answer that azgate logs, counts or remembers.

use super::{KeptReasoning, Usage};

/// The parts of an answer, JSON or stream, that azgate logs, counts or remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerSummary {
    /// The token counts.
    pub usage: Option<Usage>,
    /// The model that answered. In chat this is the model's version, and never the deployment's name.
    pub model: Option<String>,
    /// The last finish reason, as chat names it (`stop`, `length`, `tool_calls`, `content_filter`).
    pub finish_reason: Option<String>,
    /// The code of the error, if the answer is an error or ended with one.
    pub error: Option<String>,
    /// The reasoning to keep for the next call, one entry for each choice that has some.
    pub reasoning: Vec<KeptReasoning>,
}

impl AnswerSummary {
    /// Returns whether the answer was cut short after spending every token on reasoning.
    pub fn reasoning_exhausted(&self) -> bool {
        self.finish_reason.as_deref() == Some("length")
            && self.usage.is_some_and(|usage| usage.all_reasoning())
    }
}
