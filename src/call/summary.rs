//! What an answer contains for the log and the counters.

use super::Usage;

/// What an answer contains for the log and the counters, whole or as a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerSummary {
    /// Its token counts.
    pub usage: Option<Usage>,
    /// The model that answered; of chat the version, and never the deployment's name.
    pub model: Option<String>,
    /// The last finish reason, in chat's words (`stop`, `length`, `tool_calls`, `content_filter`).
    pub finish_reason: Option<String>,
    /// The code of the error that the answer is, or that ended it.
    pub error: Option<String>,
}

impl AnswerSummary {
    /// Whether the answer was cut short, and every token had gone into reasoning.
    pub fn reasoning_exhausted(&self) -> bool {
        self.finish_reason.as_deref() == Some("length")
            && self.usage.is_some_and(|usage| usage.all_reasoning())
    }
}
