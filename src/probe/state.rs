//! What an interview knows so far: the catalog's profile, what is settled, and Azure's answers.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    answer::{Answer, Verdict},
    body::{LEAST_CAP, Plain, body},
    context::Class,
    params::{Need, PARAMS},
    question::{Question, Topic, id},
    row_effect::acts,
    says::{BRIDGES, Says, says},
};
use crate::{
    call::{ApiVersion, Dialect, PerDialect, Surface},
    catalog::{Effort, Profile, Surfaces},
    translate::Target,
};

/// A question with its answer.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) question: Question,
    pub(super) answer: Answer,
}

/// What an interview knows.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) target: Target,
    pub(super) surfaces: Arc<Surfaces>,
    /// The ids of the questions that Azure has answered before.
    pub(super) settled: BTreeSet<String>,
    /// The answers, in the order in which they came.
    pub(super) answered: Vec<Answered>,
    /// The api-version that Azure asked for in place of an older one.
    pub(super) raised: Option<ApiVersion>,
    /// The efforts that each operation takes, as far as the answers go. Kept, because every question needs them.
    pub(super) efforts: PerDialect<Vec<Effort>>,
}

/// The two names of the cap in a chat call.
pub(super) const CAPS: [&str; 2] = ["max_completion_tokens", "max_tokens"];

impl State {
    pub(super) fn new(target: Target, surfaces: Arc<Surfaces>, settled: BTreeSet<String>) -> State {
        let (answered, efforts) = (Vec::new(), PerDialect::default());
        let mut state = State { target, surfaces, settled, answered, raised: None, efforts };
        state.refresh();
        state
    }

    /// Works out again what follows from the answers.
    pub(super) fn refresh(&mut self) {
        self.efforts = PerDialect::new(|dialect| self.taken_efforts(dialect));
    }

    pub(super) fn profile(&self) -> &Profile {
        &self.target.profile
    }

    pub(super) fn answer(&self, id: &str) -> Option<&Answer> {
        self.answered.iter().find(|one| one.question.id == id).map(|one| &one.answer)
    }

    pub(super) fn is_done(&self, id: &str) -> bool {
        self.settled.contains(id) || self.answer(id).is_some()
    }

    pub(super) fn says(&self, question: &Question) -> Says {
        says(self.profile(), question)
    }

    /// Returns whether Azure takes the asked thing: by its answer, or else by the catalog.
    pub(super) fn takes(&self, question: &Question) -> bool {
        match self.answer(&question.id).map(|answer| answer.verdict) {
            Some(Verdict::Takes) => true,
            Some(Verdict::Refuses) => false,
            Some(Verdict::Unclear) | None => self.says(question).takes.unwrap_or(true),
        }
    }

    /// Returns whether an answer is not what the catalog says.
    pub(super) fn differs(&self, Answered { question, answer }: &Answered) -> bool {
        let azure = match answer.verdict {
            Verdict::Takes => true,
            Verdict::Refuses => false,
            Verdict::Unclear => return false,
        };
        let says = self.says(question);
        // Where azgate bridges function tools, the catalog says that the effort beside them is what Azure refuses.
        let is_other_reason = says.word == BRIDGES && !azure && !answer.for_effort;
        !matches!(question.topic, Topic::Version(_))
            && (is_other_reason || says.takes.is_some_and(|takes| takes != azure))
    }

    /// Returns whether the operation serves the model, once that is known.
    pub(super) fn serves(&self, dialect: Dialect) -> Option<bool> {
        let is_done = self.is_done(dialect.name());
        let is_unclear = self.answer(dialect.name()).is_some_and(|one| one.verdict == Verdict::Unclear);
        is_done.then(|| !is_unclear && self.takes(&self.operation(dialect)))
    }

    /// Returns the operation for questions that one of them can answer, once that is known: chat if it serves the
    /// model.
    pub(super) fn primary(&self) -> Option<Dialect> {
        let served = (self.serves(Dialect::Chat)?, self.serves(Dialect::Responses)?);
        match served {
            (true, _) => Some(Dialect::Chat),
            (false, true) => Some(Dialect::Responses),
            (false, false) => None,
        }
    }

    /// Returns the question whether an operation serves the model.
    pub(super) fn operation(&self, dialect: Dialect) -> Question {
        self.make(dialect, Topic::Operation { cap: self.cap(dialect, self.version(dialect).as_ref()) })
    }

    /// Returns the efforts that the operation takes, by Azure's answers and else by the catalog.
    pub(super) fn efforts(&self, dialect: Dialect) -> &[Effort] {
        self.efforts.of(dialect)
    }

    fn taken_efforts(&self, dialect: Dialect) -> Vec<Effort> {
        let is_known = self.profile().efforts(dialect).is_some();
        let takes = |effort: &Effort| {
            let question = self.bare(dialect, Topic::Effort(*effort));
            let is_answered = self.answer(&question.id).is_some_and(|one| one.verdict != Verdict::Unclear);
            (is_known || is_answered) && self.is_askable(&question) && self.takes(&question)
        };
        Effort::ALL.into_iter().filter(takes).collect()
    }

    /// Returns the question about a topic, with the weakest effort that fits.
    pub(super) fn make(&self, dialect: Dialect, topic: Topic) -> Question {
        let effort = match &topic {
            Topic::Operation { .. } | Topic::Effort(_) | Topic::Version(_) => None,
            Topic::Param(_, class) => class.effort(self.efforts(dialect)),
            _ => Class::Only.effort(self.efforts(dialect)),
        };
        self.with_effort(dialect, topic, effort)
    }

    fn bare(&self, dialect: Dialect, topic: Topic) -> Question {
        self.with_effort(dialect, topic, None)
    }

    fn with_effort(&self, dialect: Dialect, topic: Topic, effort: Option<Effort>) -> Question {
        let api_version = match &topic {
            Topic::Version(version) => Some(version.clone()),
            _ => self.version(dialect),
        };
        let name = match &topic {
            Topic::Operation { cap } => cap,
            Topic::Param(param, _) if param.needs == Need::OldCap => self.old_cap(dialect),
            _ => self.cap(dialect, api_version.as_ref()),
        };
        let cap = (name, self.least_cap(dialect, effort));
        let plain = Plain { deployment: &self.target.deployment, dialect, cap, effort };
        let (body, most) = body(&plain, &topic);
        Question { id: id(dialect, &topic), dialect, api_version, most, topic, body }
    }

    /// Returns the dated api-version of calls; `None` on v1.
    pub(super) fn version(&self, dialect: Dialect) -> Option<ApiVersion> {
        let planned = self.target.version(dialect).map(|version| version.name.clone())?;
        Some(self.raised.clone().filter(|raised| planned.is_before(raised)).unwrap_or(planned))
    }

    /// Returns whether the api-version knows all that the question holds. The catalog describes what it lacks, so that
    /// says nothing about the model.
    pub(super) fn is_askable(&self, question: &Question) -> bool {
        let Surface::Dated(_) = &self.target.surface else { return true };
        let Some(version) = &question.api_version else { return true };
        let defaults = self.profile().defaults.of(question.dialect);
        let rows = self.surfaces.rows(version, question.dialect);
        !rows.iter().any(|row| acts(row, &question.body, defaults))
    }

    /// Returns the name of the cap that the model takes.
    fn cap(&self, dialect: Dialect, version: Option<&ApiVersion>) -> &'static str {
        let [new, old] = CAPS;
        if dialect == Dialect::Responses {
            return "max_output_tokens";
        }
        let is = |name: &str, verdict| {
            self.answer(&format!("{dialect}.{name}")).is_some_and(|answer| answer.verdict == verdict)
        };
        let renamed = |name: &str, rows: &[crate::catalog::Row]| {
            rows.iter().any(|row| row.param == name && matches!(row.verb, crate::catalog::Verb::Rename(_)))
        };
        let by_version = version.map(|version| self.surfaces.rows(version, dialect)).unwrap_or_default();
        let takes_old = !is(old, Verdict::Refuses)
            && (is(new, Verdict::Refuses)
                || renamed(new, &by_version)
                || (!is(new, Verdict::Takes) && renamed(new, self.profile().rows(dialect))));
        if takes_old { old } else { new }
    }

    /// Returns the old name of the cap if the model takes it.
    fn old_cap(&self, dialect: Dialect) -> &'static str {
        let [new, old] = CAPS;
        let row = PARAMS.iter().find(|param| param.name == old);
        let question = row.map(|param| self.bare(dialect, Topic::Param(param, Class::Only)));
        if question.is_some_and(|question| self.takes(&question)) { old } else { new }
    }

    /// Returns the lowest cap that the model takes.
    fn least_cap(&self, dialect: Dialect, effort: Option<Effort>) -> u64 {
        let reasons = effort.is_some() || self.profile().efforts.as_ref().is_none_or(|one| !one.is_empty());
        if dialect == Dialect::Responses || reasons { LEAST_CAP } else { 1 }
    }
}
