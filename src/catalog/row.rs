//! A row of a parameter table: what happens to one parameter of a call.

use std::sync::Arc;

use super::{member_path::MemberPath, scalar::Scalar};

/// What happens to one parameter of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// `verb.parameter`, the name that a policy uses, such as `drop.temperature`. A parameter that both dialects have
    /// goes by its name in chat.
    pub id: Arc<str>,
    /// The parameter: a top-level key, a path such as `response_format.type`, one string of a list of strings such as
    /// `include[reasoning.encrypted_content]`, or a member of items such as `messages[*].content[*].cache_control`.
    pub param: String,
    /// What happens to it.
    pub verb: Verb,
    /// Values of the parameter to which the row does not apply.
    pub unless: Vec<Scalar>,
    /// Guards: the row applies only while each of these parameters has one of these *effective* values. The effective
    /// value is the call's own, or else the one that Azure assumes. A parameter can be a path such as
    /// `response_format.type`.
    pub when: Vec<(String, Vec<Scalar>)>,
    /// The row applies only while the call has this parameter.
    pub beside: Option<String>,
    /// Whether the edit loses nothing although its verb usually does.
    pub same: bool,
    /// The reason, which the caller reads.
    pub why: Arc<str>,
}

impl Row {
    /// Returns the list and its string, for a row about one string of a list.
    pub fn item(&self) -> Option<(&str, &str)> {
        self.param.strip_suffix(']')?.split_once('[')
    }

    /// Returns the path, for a row about a member of items.
    pub fn members(&self) -> Option<MemberPath> {
        if self.param.contains('[') { MemberPath::parse(&self.param) } else { None }
    }
}

/// What a row does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// Moves the value to another top-level key.
    Rename(String),
    /// Removes the parameter.
    Drop,
    /// Answers the call with 400. A policy of `apply` removes the parameter instead.
    Refuse,
    /// Lets only these values pass. Other values are mapped, or removed if they have no mapping.
    Allow {
        /// The values that pass.
        values: Vec<Scalar>,
        /// Replacements of other values.
        map: Vec<(Scalar, Scalar)>,
    },
    /// Sets a number outside the bounds to the nearest bound.
    Clamp {
        /// The smallest value that passes.
        min: Option<f64>,
        /// The largest value that passes.
        max: Option<f64>,
    },
}

/// Parameters that are nested in a Responses call and plain in a chat call, with their name in chat. The rows of both
/// dialects use that name, so that one line of a policy governs both.
const NAME_IN_CHAT: [(&str, &str); 3] = [
    ("reasoning.effort", "reasoning_effort"),
    ("text.format", "response_format"),
    ("text.verbosity", "verbosity"),
];

/// Returns the id of a row.
pub(crate) fn row_id(verb: &str, param: &str) -> Arc<str> {
    let name = NAME_IN_CHAT.iter().find(|(nested, _)| *nested == param).map_or(param, |(_, plain)| plain);
    format!("{verb}.{name}").into()
}
