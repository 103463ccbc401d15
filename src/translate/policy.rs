//! What may be changed: apply, refuse or pass, by rule; and whether a caller accepts changes that lose something.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::Effect;

/// What to do where a rule would change a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Make the change.
    Apply,
    /// Answer 400 and say what to change.
    Refuse,
    /// Leave the call as it is; Azure will decide.
    Pass,
}

/// Whether changes that lose something are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Lossy {
    /// They are made and reported.
    Allow,
    /// They become refusals.
    Refuse,
}

/// What translation may do to a call. A key's policy goes before its model's, and that before the global one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Policy")]
pub struct PolicyLayer {
    /// Edits that lose something the caller asked for. Default: the next wider policy, and globally `allow`.
    pub lossy: Option<Lossy>,
    /// What single rules do, by rule id such as `"drop.temperature"`.
    pub rules: BTreeMap<String, Action>,
}

/// The policy of one call: the caller's own word first, then the layers, the most specific first.
#[derive(Clone, Debug, Default)]
pub struct Policy<'a> {
    /// What the call's `x-azgate-lossy` header says.
    pub call: Option<Lossy>,
    /// Key, model, global.
    pub layers: [Option<&'a PolicyLayer>; 3],
}

impl Policy<'_> {
    /// What to do with a change that a rule wants to make. A rule's own default is `default`.
    ///
    /// A caller who refuses lossy changes gets none. One who allows them lifts a layer's general `lossy`, never what a
    /// layer says of a rule by name, nor a rule's own refusal.
    pub fn action(&self, rule: &str, default: Action, effect: Effect) -> Action {
        let named = self.layers().find_map(|layer| layer.rules.get(rule).copied());
        let action = named.unwrap_or(default);
        if action != Action::Apply || effect == Effect::Same {
            return action;
        }
        let lossy = match self.call {
            Some(lossy) => lossy,
            None if named.is_some() => Lossy::Allow,
            None => self.layers().find_map(|layer| layer.lossy).unwrap_or(Lossy::Allow),
        };
        if lossy == Lossy::Refuse { Action::Refuse } else { Action::Apply }
    }

    /// Returns which policy would not refuse a change that [`Policy::action`] refuses. `instead` says whether there is
    /// a change that a rule's own refusal can be replaced by.
    pub fn remedy(&self, rule: &str, default: Action, instead: bool) -> String {
        let line = |action: &str| format!("`rules = {{ \"{rule}\" = \"{action}\" }}`");
        let named = self.layers().find_map(|layer| layer.rules.get(rule).copied());
        match (named, default) {
            (Some(Action::Refuse), Action::Apply) => {
                format!("A policy refuses this edit by name. A policy with {} allows it.", line("apply"))
            }
            (Some(Action::Refuse) | None, Action::Refuse) if instead => format!(
                "A policy with {} leaves it out instead, and {} lets Azure decide.",
                line("apply"),
                line("pass")
            ),
            (Some(Action::Refuse) | None, Action::Refuse) => {
                format!("A policy with {} lets Azure decide.", line("pass"))
            }
            _ if self.call == Some(Lossy::Refuse) => {
                "The call says `x-azgate-lossy: refuse`. With `x-azgate-lossy: allow` azgate makes this edit."
                    .to_owned()
            }
            _ => format!(
                "A policy refuses edits that lose something. `x-azgate-lossy: allow` with the call, or a policy with {}, \
                 allows this one.",
                line("apply")
            ),
        }
    }

    fn layers(&self) -> impl Iterator<Item = &PolicyLayer> {
        self.layers.iter().copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(lossy: Option<Lossy>, rules: &[(&str, Action)]) -> PolicyLayer {
        PolicyLayer { lossy, rules: rules.iter().map(|(id, action)| ((*id).to_owned(), *action)).collect() }
    }

    #[test]
    fn the_most_specific_layer_that_names_a_rule_decides() {
        let key = layer(None, &[("drop.stop", Action::Pass)]);
        let all = layer(None, &[("drop.stop", Action::Refuse), ("drop.n", Action::Refuse)]);
        let policy = Policy { call: None, layers: [Some(&key), None, Some(&all)] };
        assert_eq!(policy.action("drop.stop", Action::Apply, Effect::Lossy), Action::Pass);
        assert_eq!(policy.action("drop.n", Action::Apply, Effect::Lossy), Action::Refuse);
        assert_eq!(policy.action("drop.x", Action::Apply, Effect::Lossy), Action::Apply);
    }

    #[test]
    fn a_caller_who_refuses_losses_gets_none_but_keeps_changes_that_lose_nothing() {
        let all = layer(Some(Lossy::Allow), &[("drop.stop", Action::Apply)]);
        let policy = Policy { call: Some(Lossy::Refuse), layers: [None, None, Some(&all)] };
        assert_eq!(policy.action("drop.stop", Action::Apply, Effect::Lossy), Action::Refuse);
        assert_eq!(policy.action("rename.max_tokens", Action::Apply, Effect::Same), Action::Apply);
    }

    #[test]
    fn a_caller_who_allows_losses_lifts_the_general_word_only() {
        let all = layer(Some(Lossy::Refuse), &[("drop.n", Action::Refuse), ("drop.seed", Action::Apply)]);
        let strict = Policy { call: None, layers: [None, None, Some(&all)] };
        assert_eq!(strict.action("drop.stop", Action::Apply, Effect::Lossy), Action::Refuse);
        assert_eq!(strict.action("drop.seed", Action::Apply, Effect::Lossy), Action::Apply);
        let allowed = Policy { call: Some(Lossy::Allow), ..strict };
        assert_eq!(allowed.action("drop.stop", Action::Apply, Effect::Lossy), Action::Apply);
        assert_eq!(allowed.action("drop.n", Action::Apply, Effect::Lossy), Action::Refuse);
        assert_eq!(allowed.action("refuse.tools", Action::Refuse, Effect::Lossy), Action::Refuse);
    }
}
