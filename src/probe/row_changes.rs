//! The rows that the answers about one parameter ask for.

use super::{
    answer::Verdict,
    context::{Class, effort_param},
    open::of_param,
    params::{PARAMS, Param, Shape},
    question::{Question, Topic},
    state::State,
};
use crate::{
    call::Dialect,
    catalog::{Row, Scalar, Verb, row_id},
    translate::learn::row_text,
};

/// One question about a parameter, and whether Azure refuses it.
struct Asked {
    param: &'static Param,
    class: Class,
    is_refused: bool,
}

/// Returns the line for a parameter, as the value of its key.
pub(super) fn line(state: &State, dialect: Dialect, name: &str) -> String {
    let asked = asked(state, dialect, name);
    let has_rows = state.profile().rows(dialect).iter().any(|row| row.param == name);
    let mut entries = Vec::new();
    if has_rows {
        entries.push("\"take\"".to_owned());
    }
    if asked.iter().any(|one| one.is_refused) {
        entries.push(row_text(&row(state, dialect, name, &asked)));
    } else if let Some(clamp) = clamp(state, name, &asked) {
        entries.push(row_text(&clamp));
    }
    match entries.as_slice() {
        [] => "\"take\"".to_owned(),
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn asked(state: &State, dialect: Dialect, name: &str) -> Vec<Asked> {
    let params = PARAMS.iter().filter(|param| param.dialect == dialect && param.name == name);
    let questions = params.flat_map(|param| of_param(state, param)).filter(|one| state.is_askable(one));
    let asked = questions.filter_map(|question| {
        let Topic::Param(param, class) = question.topic else { return None };
        Some(Asked { param, class, is_refused: !state.takes(&question) })
    });
    asked.collect()
}

/// Returns the row that refuses what Azure refuses. It begins as the row of Azure's own refusal, or else of the
/// catalog.
fn row(state: &State, dialect: Dialect, name: &str, asked: &[Asked]) -> Row {
    let refused = || asked.iter().filter(|one| one.is_refused);
    let mut row = template(state, dialect, name);
    row.unless.clear();
    row.when.retain(|(param, _)| param != effort_param(dialect) && *param != format!("{name}.type"));
    let is_split = asked.iter().any(|one| one.class != Class::Only);
    let is_everywhere = |class: Class| refused().any(|one| one.class == class);
    if is_split && !asked.iter().all(|one| is_everywhere(one.class)) {
        let classes = asked.iter().map(|one| one.param.classes).next();
        let mut efforts: Vec<_> = refused()
            .flat_map(|one| classes.map(|classes| one.class.efforts(classes)).unwrap_or_default())
            .collect();
        efforts.sort_unstable();
        efforts.dedup();
        let efforts = efforts.into_iter().map(|effort| Scalar::Text(effort.name().to_owned()));
        row.when.push((effort_param(dialect).to_owned(), efforts.collect()));
    }
    match asked.first().map(|one| one.param.shape) {
        Some(Shape::Unless) if !refused().any(|one| one.param.tag == "=1") => {
            row.unless = vec![Scalar::Number(1.0)];
        }
        Some(Shape::Allow) => allow(&mut row, asked),
        Some(Shape::Types) => {
            let types = refused().map(|one| Scalar::Text(one.param.tag.trim_start_matches('=').to_owned()));
            row.when.push((format!("{name}.type"), types.collect()));
        }
        Some(Shape::Plain | Shape::Cap | Shape::Unless) | None => {}
    }
    row
}

/// Lets the taken values pass. The reader of refusals may know which of them replaces a refused one.
fn allow(row: &mut Row, asked: &[Asked]) {
    let value = |one: &Asked| Scalar::Text(one.param.tag.trim_start_matches('=').to_owned());
    let taken: Vec<Scalar> = asked.iter().filter(|one| !one.is_refused).map(value).collect();
    if taken.is_empty() {
        row.verb = Verb::Drop;
        return;
    }
    match &row.verb {
        Verb::Allow { values, .. } if *values == taken => {}
        _ => row.verb = Verb::Allow { values: taken, map: Vec::new() },
    }
}

fn template(state: &State, dialect: Dialect, name: &str) -> Row {
    let is_own = |question: &Question| {
        question.dialect == dialect && matches!(&question.topic, Topic::Param(param, _) if param.name == name)
    };
    let mut refusals = state
        .answered
        .iter()
        .filter(|one| one.answer.verdict == Verdict::Refuses && is_own(&one.question))
        .map(|one| one.answer.row.clone());
    if let Some(row) = refusals.find_map(|row| row) {
        return row;
    }
    let known = state.profile().rows(dialect).iter().find(|row| row.param == name);
    known.cloned().unwrap_or_else(|| {
        let is_vital = PARAMS.iter().any(|param| param.name == name && param.is_vital);
        let verb = if is_vital { Verb::Refuse } else { Verb::Drop };
        Row {
            id: row_id("drop", name),
            param: name.to_owned(),
            verb,
            unless: Vec::new(),
            when: Vec::new(),
            beside: None,
            same: false,
            why: format!("Azure said that it does not take `{name}` here.").into(),
        }
    })
}

/// A cap that is taken is still clamped to the longest answer. `"take"` removes that row as well.
fn clamp(state: &State, name: &str, asked: &[Asked]) -> Option<Row> {
    let output = state.profile().context.output.and_then(|most| u32::try_from(most).ok())?;
    let is_cap = asked.iter().any(|one| one.param.shape == Shape::Cap);
    let why = format!("An answer of this family holds {output} tokens at most; Azure refuses a larger cap.");
    is_cap.then(|| Row {
        id: row_id("clamp", name),
        param: name.to_owned(),
        verb: Verb::Clamp { min: None, max: Some(output.into()) },
        unless: Vec::new(),
        when: Vec::new(),
        beside: None,
        same: true,
        why: why.into(),
    })
}
