//! The token counts of an answer.

use super::Dialect;
use crate::json::View;

/// The token counts in the `usage` of one answer. Absent counts are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub prompt: u64,
    /// Tokens of the prompt that came from Azure's cache.
    pub cached: u64,
    /// Tokens of the answer, reasoning included.
    pub completion: u64,
    /// Tokens spent on reasoning.
    pub reasoning: u64,
}

impl Usage {
    /// Reads the `usage` object of an operation's answer. Members may be null or absent (seen on older api-versions).
    pub fn read(dialect: Dialect, usage: View<'_>) -> Usage {
        let (prompt, completion) = match dialect {
            Dialect::Chat => ("prompt_tokens", "completion_tokens"),
            Dialect::Responses => ("input_tokens", "output_tokens"),
        };
        let count = |key: &str| usage.get(key).and_then(View::whole).unwrap_or_default();
        let detail = |group: &str, key: &str| {
            let group = usage.get(&format!("{group}_details"));
            group.and_then(|group| group.get(key)).and_then(View::whole).unwrap_or_default()
        };
        Usage {
            prompt: count(prompt),
            cached: detail(prompt, "cached_tokens"),
            completion: count(completion),
            reasoning: detail(completion, "reasoning_tokens"),
        }
    }

    /// Whether every token of the answer went into reasoning, so that none was left for text.
    pub fn all_reasoning(&self) -> bool {
        self.completion > 0 && self.reasoning >= self.completion
    }
}
