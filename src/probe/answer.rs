//! Azure's answer to a question.

use crate::{call::ApiVersion, catalog::Row};

/// What an answer says about the asked thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Azure takes it.
    Takes,
    /// Azure refuses it.
    Refuses,
    /// Azure refused the call for another reason, or did not say for which.
    Unclear,
}

impl Verdict {
    /// Returns the word for reports.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Takes => "takes",
            Verdict::Refuses => "refuses",
            Verdict::Unclear => "unclear",
        }
    }
}

/// Azure's answer to a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What it says.
    pub verdict: Verdict,
    /// Azure's own words; empty if Azure took the call.
    pub words: String,
    /// The row that the refusal asks for, if the reader of refusals knows one.
    pub(super) row: Option<Row>,
    /// Whether Azure refused function tools for the effort beside them.
    pub(super) for_effort: bool,
    /// The api-version that Azure asks for.
    pub(super) version: Option<ApiVersion>,
}

impl Answer {
    /// Returns an answer that says nothing about the question.
    pub fn unclear(words: &str) -> Answer {
        Answer::new(Verdict::Unclear, words)
    }

    pub(super) fn new(verdict: Verdict, words: &str) -> Answer {
        Answer { verdict, words: words.to_owned(), row: None, for_effort: false, version: None }
    }
}
