//! `[policy]`, `[models.NAME.policy]` and `[keys.NAME.policy]`: what translation may do to a call.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What translation may do to a call. A key's policy goes before its model's, and that before the global one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Edits that lose something the caller asked for. Default: the next wider policy, and globally `allow`.
    pub lossy: Option<Lossy>,
    /// What single rules do, by rule id such as `"drop.temperature"`.
    pub rules: BTreeMap<String, Action>,
}

/// Whether edits may lose something the caller asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lossy {
    /// The edit is made and reported.
    Allow,
    /// The call is answered 400, which says what to change.
    Refuse,
}

/// What a rule does where it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The edit is made.
    Apply,
    /// The call is answered 400.
    Refuse,
    /// The call goes up as it is.
    Pass,
}
