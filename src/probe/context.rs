//! The classes of reasoning effort. Within a class a model takes or refuses the same parameters.

use crate::{call::Dialect, catalog::Effort};

/// A class of efforts that a question is asked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// The model has one class only, so the class does not matter.
    Only,
    /// Effort `none`: the model does not reason.
    Off,
    /// Effort `minimal`.
    Minimal,
    /// Every stronger effort.
    Reasoning,
}

/// How many classes a parameter is asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Classes {
    /// One: no effort changes the answer.
    One,
    /// With and without reasoning.
    Switch,
    /// All of them.
    All,
}

impl Class {
    /// Returns what the class adds to the id of a question.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Class::Only => "",
            Class::Off => "@none",
            Class::Minimal => "@minimal",
            Class::Reasoning => "@reasoning",
        }
    }

    fn holds(self, effort: Effort) -> bool {
        match self {
            Class::Only => true,
            Class::Off => effort == Effort::None,
            Class::Minimal => effort == Effort::Minimal,
            Class::Reasoning => effort >= Effort::Low,
        }
    }

    /// Returns the weakest effort of the class among those that the model takes.
    pub(super) fn effort(self, taken: &[Effort]) -> Option<Effort> {
        taken.iter().copied().find(|effort| self.holds(*effort))
    }

    /// Returns every effort of the class, for a guard of a row. `Minimal` belongs to [`Class::Reasoning`] where it is
    /// not asked by itself.
    pub(super) fn efforts(self, classes: Classes) -> Vec<Effort> {
        let joined = self == Class::Reasoning && classes != Classes::All;
        Effort::ALL
            .into_iter()
            .filter(|effort| self.holds(*effort) || (joined && *effort == Effort::Minimal))
            .collect()
    }
}

impl Classes {
    /// Returns the classes to ask in, for a model that takes these efforts.
    pub(super) fn of(self, taken: &[Effort]) -> Vec<Class> {
        let asked: &[Class] = match self {
            Classes::One => &[],
            Classes::Switch => &[Class::Off, Class::Reasoning],
            Classes::All => &[Class::Off, Class::Minimal, Class::Reasoning],
        };
        let present: Vec<Class> =
            asked.iter().copied().filter(|class| class.effort(taken).is_some()).collect();
        if present.len() > 1 { present } else { vec![Class::Only] }
    }
}

/// Returns the parameter of the effort.
pub(super) fn effort_param(dialect: Dialect) -> &'static str {
    crate::translate::parameter_names(dialect).effort
}
