//! The two operations, and the two surfaces on which Azure serves them.

/// The surface that a request comes in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surface {
    /// `/openai/v1/`, without an api-version.
    V1,
    /// `/openai/deployments/…`, with this api-version.
    Dated(String),
}

/// The two operations that serve text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `/chat/completions`.
    Chat,
    /// `/responses`.
    Responses,
}
