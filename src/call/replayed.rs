//! Reasoning that a client gives back with the answers it came with.

/// Of which answers a model takes the reasoning back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReplayedReasoning {
    /// Of all, as far as anything is known.
    #[default]
    All,
    /// It looks at that of the answers since the last message of the user, and at no other.
    Turn,
    /// Of one answer alone, so of the newest.
    Last,
    /// Of none.
    None,
}
