//! The reasoning of earlier answers that a client sends back.

/// The earlier answers whose reasoning a model takes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplayedReasoning {
    /// All answers, as far as azgate knows.
    #[default]
    All,
    /// The answers since the user's last message. The model ignores the reasoning of earlier answers.
    Turn,
    /// The newest answer only.
    Last,
    /// No answer.
    None,
}
