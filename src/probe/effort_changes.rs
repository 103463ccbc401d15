//! The lines about efforts, and what a profile looks like under them.

use std::sync::Arc;

use super::{
    answer::Verdict,
    context::effort_param,
    line::{Line, field, list, quoted},
    question::Topic,
    state::State,
};
use crate::{
    call::Dialect,
    catalog::{Effort, Profile, Scalar},
    translate::Target,
};

/// What changes about the efforts. `None`: the catalog is right.
#[derive(Debug, Default, PartialEq)]
pub(super) struct EffortChange {
    efforts: Option<Vec<Effort>>,
    responses_efforts: Option<Vec<Effort>>,
    /// Another default, because the known one is not among the efforts. Azure does not say which it is.
    default: Option<Effort>,
}

impl EffortChange {
    pub(super) fn of(state: &State) -> EffortChange {
        let profile = state.profile();
        let serves_chat = state.serves(Dialect::Chat) == Some(true);
        let owner = if serves_chat { Dialect::Chat } else { Dialect::Responses };
        let mut change = EffortChange::default();
        if differs(state, owner) {
            let taken = listed(state, owner);
            change.default = default(profile, &taken);
            change.efforts = Some(taken);
        }
        if state.serves(Dialect::Responses) == Some(true)
            && (differs(state, Dialect::Responses) || change.efforts.is_some())
        {
            let taken = listed(state, Dialect::Responses);
            let known =
                profile.responses_efforts.as_ref().or(change.efforts.as_ref()).or(profile.efforts.as_ref());
            change.responses_efforts = (known != Some(&taken)).then_some(taken);
        }
        change
    }

    pub(super) fn lines(&self, state: &State) -> Vec<Line> {
        let names = |efforts: &Vec<Effort>| list(efforts.iter().map(|effort| effort.name()));
        let fields = [
            self.efforts.as_ref().map(|efforts| field("efforts", names(efforts))),
            self.responses_efforts.as_ref().map(|efforts| field("responses_efforts", names(efforts))),
            self.default.map(|effort| field("default_effort", quoted(effort.name()))),
        ];
        // A row about the parameter would go on where the list is right.
        let rows = Dialect::ALL.into_iter().filter(|dialect| {
            let rows = state.profile().rows(*dialect);
            differs(state, *dialect) && rows.iter().any(|row| row.param == effort_param(*dialect))
        });
        let rows = rows.map(|dialect| Line {
            table: Some(dialect),
            key: effort_param(dialect).to_owned(),
            value: quoted("take"),
        });
        fields.into_iter().flatten().chain(rows).collect()
    }

    /// Returns the state with a profile that has these efforts.
    pub(super) fn applied(&self, state: &State) -> State {
        let mut profile: Profile = state.profile().clone();
        if let Some(efforts) = &self.efforts {
            profile.efforts = Some(efforts.clone());
        }
        if let Some(efforts) = &self.responses_efforts {
            profile.responses_efforts = Some(efforts.clone());
        }
        let has_none = profile.efforts.as_ref().is_some_and(Vec::is_empty);
        for dialect in Dialect::ALL {
            let defaults = profile.defaults.of_mut(dialect);
            if has_none {
                defaults.remove(effort_param(dialect));
            } else if let Some(effort) = self.default {
                defaults.insert(effort_param(dialect).to_owned(), Scalar::Text(effort.name().to_owned()));
            }
        }
        let target = Target { profile: Arc::new(profile), ..state.target.clone() };
        let mut state = State { target, ..state.clone() };
        state.refresh();
        state
    }
}

fn differs(state: &State, dialect: Dialect) -> bool {
    let mut efforts = state
        .answered
        .iter()
        .filter(|one| one.question.dialect == dialect && matches!(one.question.topic, Topic::Effort(_)));
    efforts.any(|one| state.differs(one))
}

/// Returns the efforts for the catalog. An effort that the api-version does not know stays as it is there.
fn listed(state: &State, dialect: Dialect) -> Vec<Effort> {
    let takes = |effort: &Effort| {
        let question = state.make(dialect, Topic::Effort(*effort));
        let answered = state.answer(&question.id).map(|answer| answer.verdict);
        match answered {
            Some(Verdict::Takes) => true,
            Some(Verdict::Refuses) => false,
            Some(Verdict::Unclear) | None => {
                state.profile().efforts(dialect).is_some_and(|known| known.contains(effort))
            }
        }
    };
    Effort::ALL.into_iter().filter(takes).collect()
}

fn default(profile: &Profile, taken: &[Effort]) -> Option<Effort> {
    let known = profile.default(Dialect::Chat, "reasoning_effort").and_then(|value| match value {
        Scalar::Text(name) => Effort::named(name),
        Scalar::Bool(_) | Scalar::Number(_) => None,
    })?;
    let usual = taken.iter().find(|effort| **effort == Effort::Medium).or(taken.first())?;
    (!taken.contains(&known)).then_some(*usual)
}
