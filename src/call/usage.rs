//! The token counts of an answer.

use crate::json::View;

/// Tokens of one answer, as its `usage` tells them; absent counts are zero.
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
    /// Reads a chat answer's `usage` object. Members may be null or absent (seen on older api-versions).
    pub fn read(usage: View<'_>) -> Usage {
        let count = |view: Option<View<'_>>| view.and_then(View::whole).unwrap_or_default();
        let detail = |group: &str, key: &str| count(usage.get(group).and_then(|group| group.get(key)));
        Usage {
            prompt: count(usage.get("prompt_tokens")),
            cached: detail("prompt_tokens_details", "cached_tokens"),
            completion: count(usage.get("completion_tokens")),
            reasoning: detail("completion_tokens_details", "reasoning_tokens"),
        }
    }

    /// Whether every token of the answer went into reasoning, so that none was left for text.
    pub fn all_reasoning(&self) -> bool {
        self.completion > 0 && self.reasoning >= self.completion
    }
}
