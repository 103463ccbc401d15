//! The token counts of an answer.

use super::Dialect;
use crate::json::View;

/// The token counts in the `usage` of one answer. Absent counts are zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt, including cached tokens.
    pub prompt: u64,
    /// Tokens of the prompt that came from Azure's cache.
    pub cached: u64,
    /// Tokens of the answer, including reasoning.
    pub completion: u64,
    /// Tokens spent on reasoning.
    pub reasoning: u64,
}

impl Usage {
    /// Reads the `usage` object of an answer in this dialect. Members may be null or absent (seen on older
    /// api-versions).
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

    /// Returns whether the answer spent every token on reasoning, and had none left for text.
    pub fn all_reasoning(&self) -> bool {
        self.completion > 0 && self.reasoning >= self.completion
    }
}
