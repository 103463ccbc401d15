//! An interview with one deployment: what is open, what was answered, and what follows.

use std::sync::Arc;

use super::{
    answer::{Answer, Verdict},
    changes,
    context::Class,
    open::open,
    overlay::Overlay,
    params::PARAMS,
    question::{Question, Topic},
    reading::{Outcome, outcome},
    state::{Answered, CAPS, State},
    versions,
};
use crate::{
    call::{Dialect, Surface},
    catalog::{Catalog, Effort, Scalar, Surfaces, Verb},
    translate::Target,
};

/// An interview with one deployment.
#[derive(Clone, Debug)]
pub struct Interview {
    state: State,
    catalog: Arc<Catalog>,
    place: String,
}

/// What an interview may cost at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The calls.
    pub calls: usize,
    /// The tokens.
    pub tokens: u64,
}

/// One row of the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The row.
    pub row: String,
    /// What the catalog says.
    pub catalog: String,
    /// What Azure says.
    pub azure: String,
    /// Azure's words, if it refused the call.
    pub words: String,
    /// Whether the two differ.
    pub differs: bool,
}

impl Interview {
    /// Begins an interview. Questions that Azure has answered before are not asked, unless `again` asks all of them.
    pub fn new(target: Target, catalog: Arc<Catalog>, surfaces: Arc<Surfaces>, again: bool) -> Interview {
        let place = format!("{}/{}", target.resource, target.deployment);
        let settled = target.profile.settled.get(&place).filter(|_| !again);
        let settled = settled.into_iter().flatten().cloned().collect();
        Interview { state: State::new(target, surfaces, settled), catalog, place }
    }

    /// Returns the name of the deployment's family.
    pub fn family(&self) -> &str {
        &self.state.profile().name
    }

    /// Returns the name of the deployment.
    pub fn deployment(&self) -> &str {
        &self.state.target.deployment
    }

    /// Returns the open questions, the cheapest first. Answers can open others.
    pub fn open(&self) -> Vec<Question> {
        let mut open = open(&self.state);
        // Of two that may cost the same, the one that Azure probably refuses costs nothing.
        open.sort_by_key(|question| (question.most, self.state.says(question).takes != Some(false)));
        open
    }

    /// Returns how many of the questions are settled already.
    pub fn settled(&self) -> usize {
        self.state.settled.len()
    }

    /// Returns what the whole interview may cost, if Azure takes every call at its highest price.
    pub fn quote(&self) -> Quote {
        let mut interview = self.clone();
        let mut quote = Quote { calls: 0, tokens: 0 };
        while let Some(question) = interview.open().into_iter().next() {
            quote.calls += 1;
            quote.tokens += question.most;
            interview.record(&question, &Answer::new(Verdict::Takes, ""), None);
        }
        quote
    }

    /// Reads Azure's answer to a question.
    pub fn read(&self, question: &Question, status: u16, answer: &[u8]) -> Outcome {
        let State { target, surfaces, .. } = &self.state;
        let surface = question.api_version.clone().map_or(Surface::V1, Surface::Dated);
        let blank = Target::new(&target.deployment, self.catalog.unknown(), surface, surfaces);
        outcome(status, answer, question, &blank)
    }

    /// Records an answer. `model` is the model that Azure named in it, which tells the family of an unknown deployment.
    pub fn record(&mut self, question: &Question, answer: &Answer, model: Option<&str>) {
        let family = model.and_then(|model| self.catalog.by_answer(model));
        if let Some(family) = family.filter(|_| self.family() == &*self.catalog.unknown().name) {
            self.state.target = self.state.target.with_profile(family, &self.state.surfaces);
            self.state.refresh();
        }
        match &question.topic {
            Topic::Operation { cap } => self.record_operation(question, cap, answer),
            Topic::Effort(_) if answer.verdict == Verdict::Refuses => self.record_efforts(question, answer),
            _ => self.push(question.clone(), answer.clone()),
        }
    }

    fn push(&mut self, question: Question, answer: Answer) {
        if !self.state.is_done(&question.id) {
            self.state.answered.push(Answered { question, answer });
            self.state.refresh();
        }
    }

    /// Records whether an operation serves the model, and what that says about the name of the cap. If Azure asks for
    /// a newer api-version or the other name, the question stays open.
    fn record_operation(&mut self, question: &Question, cap: &str, answer: &Answer) {
        let is_newer = |state: &State| {
            let sent = question.api_version.as_ref();
            sent.zip(answer.version.as_ref()).is_some_and(|(sent, asked)| sent.is_before(asked))
                && state.raised != answer.version
        };
        if answer.verdict == Verdict::Unclear && is_newer(&self.state) {
            self.state.raised.clone_from(&answer.version);
            self.state.refresh();
            return;
        }
        let row = PARAMS.iter().find(|param| param.dialect == question.dialect && param.name == cap);
        let cap = row.map(|param| self.state.make(question.dialect, Topic::Param(param, Class::Only)));
        let is_refused = answer.verdict == Verdict::Unclear && answer.row.is_some();
        match cap {
            Some(cap) if answer.verdict == Verdict::Takes => {
                self.push(cap, Answer { row: None, ..answer.clone() });
            }
            Some(cap) if is_refused => {
                self.push(cap, Answer { verdict: Verdict::Refuses, ..answer.clone() });
                if !CAPS.iter().all(|cap| self.state.is_done(&format!("{}.{cap}", question.dialect))) {
                    return;
                }
            }
            _ => {}
        }
        self.push(question.clone(), answer.clone());
    }

    /// Records a refused effort. Azure often lists the ones that it takes, and a model without the parameter refuses
    /// all of them, so one refusal can answer for every level.
    fn record_efforts(&mut self, question: &Question, answer: &Answer) {
        let listed = answer.row.as_ref().map(|row| match &row.verb {
            Verb::Allow { values, .. } => values.clone(),
            Verb::Rename(_) | Verb::Drop | Verb::Refuse | Verb::Clamp { .. } => row.unless.clone(),
        });
        self.push(question.clone(), answer.clone());
        let Some(listed) = listed else { return };
        for effort in Effort::ALL {
            let other = self.state.make(question.dialect, Topic::Effort(effort));
            let is_taken = listed.contains(&Scalar::Text(effort.name().to_owned()));
            let verdict = if is_taken { Verdict::Takes } else { Verdict::Refuses };
            self.push(other, Answer { verdict, ..answer.clone() });
        }
    }

    /// Returns what was answered, row by row.
    pub fn findings(&self) -> Vec<Finding> {
        let shown = self.state.answered.iter().filter(|one| !matches!(one.question.topic, Topic::Version(_)));
        let finding = |one: &Answered| Finding {
            row: one.question.id.clone(),
            catalog: self.state.says(&one.question).word.to_owned(),
            azure: one.answer.verdict.word().to_owned(),
            words: if one.answer.verdict == Verdict::Takes {
                String::new()
            } else {
                one.answer.words.clone()
            },
            differs: self.state.differs(one),
        };
        let mut findings: Vec<Finding> = shown.map(finding).collect();
        findings.sort_by_key(|finding| !finding.row.starts_with(Dialect::Chat.name()));
        findings.extend(self.version());
        findings
    }

    /// Returns what was found about the oldest api-version.
    fn version(&self) -> Option<Finding> {
        let is_asked = self.state.answered.iter().any(|one| matches!(one.question.topic, Topic::Version(_)));
        let found = versions::found(&self.state);
        let is_over = self.state.primary().is_some() && versions::next(&self.state).is_none();
        let known = self.state.profile().min_api_version.as_ref();
        ((is_asked && is_over) || self.state.raised.is_some()).then(|| Finding {
            row: versions::ID.to_owned(),
            catalog: known.map_or_else(|| "any".to_owned(), ToString::to_string),
            azure: found.map_or_else(|| "unclear".to_owned(), |version| version.to_string()),
            words: versions::words(&self.state),
            differs: versions::change(&self.state).is_some(),
        })
    }

    /// Returns the lines that differ, and what is settled now.
    pub fn overlay(&self) -> Overlay {
        let clear = self.state.answered.iter().filter(|one| {
            one.answer.verdict != Verdict::Unclear && !matches!(one.question.topic, Topic::Version(_))
        });
        let mut settled: Vec<String> = clear.map(|one| one.question.id.clone()).collect();
        let version = self.version().filter(|finding| finding.azure != "unclear");
        settled.extend(version.map(|finding| finding.row));
        let State { target, .. } = &self.state;
        let known = (&*target.profile, &*self.catalog);
        Overlay::new(&target.deployment, known, &changes::lines(&self.state), (&self.place, settled))
    }
}
