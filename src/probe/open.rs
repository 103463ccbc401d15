//! The questions that are open, given what is known so far. The operations come first, then the efforts, because the
//! other questions need both.

use super::{
    context::{Class, Classes},
    params::{Need, PARAMS, Param},
    question::{Question, Topic},
    state::State,
    versions,
};
use crate::{
    call::{Dialect, Surface},
    catalog::{Effort, Modality},
};

/// Returns every question that is open now.
pub(super) fn open(state: &State) -> Vec<Question> {
    let mut open: Vec<Question> = Dialect::ALL.into_iter().flat_map(|one| of_dialect(state, one)).collect();
    if let Some(primary) = state.primary() {
        open.extend(of_model(state, primary));
        open.extend(versions::next(state));
    }
    open.retain(|question| !state.is_done(&question.id));
    open
}

fn of_dialect(state: &State, dialect: Dialect) -> Vec<Question> {
    match state.serves(dialect) {
        None => return vec![state.operation(dialect)],
        Some(false) => return Vec::new(),
        Some(true) => {}
    }
    let efforts = efforts(state, dialect);
    if !efforts.is_empty() {
        return efforts;
    }
    let params = PARAMS.iter().filter(|param| param.dialect == dialect);
    let asked = params.flat_map(|param| of_param(state, param));
    asked.filter(|question| state.is_askable(question)).collect()
}

fn efforts(state: &State, dialect: Dialect) -> Vec<Question> {
    let all = Effort::ALL.into_iter().map(|effort| state.make(dialect, Topic::Effort(effort)));
    all.filter(|question| !state.is_done(&question.id) && state.is_askable(question)).collect()
}

/// Returns the questions about a parameter, one for each class of efforts that makes a difference.
pub(super) fn of_param(state: &State, param: &'static Param) -> Vec<Question> {
    let classes = param.classes.of(state.efforts(param.dialect));
    let asked = classes.into_iter().filter(|class| match param.needs {
        Need::Nothing => true,
        Need::Tools => takes_tools(state, param.dialect, *class),
        Need::OldCap => state.is_done("chat.max_tokens"),
        Need::Stream => {
            let streaming = state.primary().map(|primary| state.make(primary, Topic::Streaming));
            streaming.is_some_and(|question| state.is_done(&question.id) && state.takes(&question))
        }
    });
    asked.map(|class| state.make(param.dialect, Topic::Param(param, class))).collect()
}

/// Returns whether function tools are taken beside an effort of that class, once that is known.
fn takes_tools(state: &State, dialect: Dialect, class: Class) -> bool {
    let tools = tools(state, dialect);
    let fits = |question: &&Question| match &question.topic {
        Topic::Param(_, Class::Off) => class == Class::Off,
        Topic::Param(_, Class::Reasoning) => class != Class::Off,
        _ => true,
    };
    tools.iter().find(fits).is_some_and(|question| state.is_done(&question.id) && state.takes(question))
}

/// Returns the questions about function tools.
pub(super) fn tools(state: &State, dialect: Dialect) -> Vec<Question> {
    let row = PARAMS.iter().find(|param| param.dialect == dialect && param.name == "tools");
    let classes = Classes::Switch.of(state.efforts(dialect));
    let asked =
        row.into_iter().flat_map(|param| classes.iter().map(move |class| Topic::Param(param, *class)));
    asked.map(|topic| state.make(dialect, topic)).collect()
}

/// Returns the questions that one operation answers for both.
fn of_model(state: &State, primary: Dialect) -> Vec<Question> {
    if !efforts(state, primary).is_empty() {
        return Vec::new();
    }
    let mut topics = vec![
        (primary, Topic::Role("system")),
        (primary, Topic::Streaming),
        (primary, Topic::Part(Modality::Image)),
    ];
    let knows_developer =
        state.version(primary).is_none_or(|version| state.surfaces.knows_developer_role(&version));
    if knows_developer {
        topics.push((primary, Topic::Role("developer")));
    }
    if primary == Dialect::Chat {
        topics.push((primary, Topic::Functions));
        topics.push((primary, Topic::Part(Modality::Audio)));
        topics.push((primary, Topic::Part(Modality::File)));
    }
    if state.serves(Dialect::Responses) == Some(true) && efforts(state, Dialect::Responses).is_empty() {
        let image = state.make(primary, Topic::Part(Modality::Image));
        if state.is_done(&image.id) && state.takes(&image) {
            topics.push((Dialect::Responses, Topic::Part(Modality::File)));
        }
        topics.extend(custom_tools(state, Dialect::Responses));
    } else {
        topics.extend(custom_tools(state, primary));
    }
    let made = topics.into_iter().map(|(dialect, topic)| state.make(dialect, topic));
    made.filter(|question| state.is_askable(question)).collect()
}

/// Returns the question about custom tools, which no dated api-version knows.
fn custom_tools(state: &State, dialect: Dialect) -> Option<(Dialect, Topic)> {
    let takes = tools(state, dialect).iter().any(|one| state.is_done(&one.id) && state.takes(one));
    (state.target.surface == Surface::V1 && takes).then_some((dialect, Topic::CustomTools))
}
