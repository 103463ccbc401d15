//! What the wordings of refusals come down to.

use crate::catalog::Scalar;

/// The most names or values that are read from a list.
pub(super) const MOST: usize = 16;

/// A reason of a refusal, independent of its wording.
#[derive(Debug, PartialEq)]
pub(crate) enum RefusalReason<'m> {
    /// The model, or the surface, has no such parameter.
    Unsupported {
        /// The parameter as the message names it; empty if the message has no name.
        param: &'m str,
        /// What to send in its place.
        instead: Option<&'m str>,
    },
    /// The schema of an object has no such member.
    Extra { param: &'m str },
    /// Members of an object that its schema does not have. The object's place is empty for the body itself.
    Unexpected { object: &'m str, member: &'m str },
    /// A parameter does not take this value. `taken`: the values that it takes, where the message lists them. `only`:
    /// the message says that it takes no other value.
    Value { param: &'m str, value: &'m str, taken: Vec<Scalar>, only: bool },
    /// A parameter is taken only while another one is on.
    OnlyBeside { param: &'m str, beside: &'m str },
    /// A cap is above what an answer may hold.
    TooLarge { param: &'m str, most: f64 },
    /// A type of `response_format` is not taken.
    Format { kind: &'m str },
    /// A newer api-version is needed.
    Version(&'m str),
    /// Function tools do not go with a reasoning effort.
    ToolsWithEffort,
    /// The reasoning of several answers does not go together.
    ConflictingReasoning,
    /// An operation does not serve the model. The name is the operation's, where the message has it.
    Unserved { dialect: Option<&'m str> },
}

/// A reader's result: `None` for another wording, and no reasons for one that teaches nothing.
pub(super) type Reading<'m> = Option<Vec<RefusalReason<'m>>>;
