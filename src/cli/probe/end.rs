//! How an interview ended.

/// How an interview ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct End {
    /// The calls that Azure answered.
    pub(super) calls: u64,
    /// The tokens that they cost. A call whose cost Azure did not state counts with the most that it can cost.
    pub(super) tokens: u64,
    /// Why Azure could not be asked any further.
    pub(super) stopped: Option<String>,
    /// What the next call may cost, if that is more than the budget has left.
    pub(super) needed: Option<u64>,
}
