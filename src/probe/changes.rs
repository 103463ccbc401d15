//! The lines that make the catalog say what Azure said.

use super::{
    answer::Verdict,
    effort_changes::EffortChange,
    line::{Line, field, list, quoted},
    open::tools,
    question::{Question, Topic},
    row_changes,
    state::{Answered, State},
    versions,
};
use crate::{
    call::Dialect,
    catalog::{Keyword, Modality, SystemRole, ToolsWithEffort},
};

/// Returns every line that differs from the catalog: fields, then rows.
pub(super) fn lines(state: &State) -> Vec<Line> {
    let differing: Vec<&Answered> = state.answered.iter().filter(|one| state.differs(one)).collect();
    let any = |is: &dyn Fn(&Question) -> bool| differing.iter().any(|one| is(&one.question));
    let mut lines = Vec::new();
    // A family of which nothing was known gets its operations, which make it a known one.
    let is_new = state.profile().dialects.is_empty() && state.primary().is_some();
    if is_new || any(&|question| matches!(question.topic, Topic::Operation { .. })) {
        lines.extend(operations(state));
    }
    let efforts = EffortChange::of(state);
    lines.extend(efforts.lines(state));
    if any(&|question| matches!(question.topic, Topic::Role(_))) {
        lines.extend(system_role(state));
    }
    if any(&|question| question.topic == Topic::Streaming) {
        let native = verdict(&differing, &Topic::Streaming) == Some(Verdict::Takes);
        lines.push(field("streaming", quoted(if native { "native" } else { "synthesized" })));
    }
    if any(&|question| matches!(question.topic, Topic::Part(_))) {
        lines.extend(modalities(state));
    }
    if let Some(verdict) = verdict(&differing, &Topic::CustomTools) {
        lines.push(field("custom_tools", (verdict == Verdict::Takes).to_string()));
    }
    if let Some(version) = versions::change(state) {
        lines.push(field("min_api_version", quoted(version.as_str())));
    }
    lines.extend(functions(state, &differing));
    // What a row does can depend on the efforts and their default.
    let adjusted = efforts.applied(state);
    let differing: Vec<&Answered> = adjusted.answered.iter().filter(|one| adjusted.differs(one)).collect();
    lines.extend(params(&adjusted, &differing));
    lines
}

fn verdict(differing: &[&Answered], topic: &Topic) -> Option<Verdict> {
    differing.iter().find(|one| one.question.topic == *topic).map(|one| one.answer.verdict)
}

/// Returns the operations that serve the model. A model that neither serves is retired or served elsewhere, which no
/// line can say.
fn operations(state: &State) -> Option<Line> {
    let served: Vec<&str> = Dialect::ALL
        .into_iter()
        .filter(|dialect| state.takes(&state.operation(*dialect)))
        .map(Dialect::name)
        .collect();
    (!served.is_empty()).then(|| field("operations", list(served)))
}

fn system_role(state: &State) -> Option<Line> {
    let primary = state.primary()?;
    let takes = |role| {
        let question = state.make(primary, Topic::Role(role));
        match state.answer(&question.id).map(|answer| answer.verdict) {
            Some(Verdict::Takes) => true,
            Some(Verdict::Refuses) => false,
            // An api-version that does not know the role is not asked.
            Some(Verdict::Unclear) | None => state.says(&question).takes.unwrap_or_default(),
        }
    };
    let reasons = !state.efforts(primary).is_empty();
    let role = match (takes("system"), takes("developer")) {
        (true, true) if reasons => SystemRole::Developer,
        (true, _) => SystemRole::System,
        (false, true) => SystemRole::DeveloperOnly,
        (false, false) => SystemRole::MergeIntoUser,
    };
    Some(field("system_role", quoted(role.keyword())))
}

fn modalities(state: &State) -> Option<Line> {
    let primary = state.primary()?;
    let is_taken = |modality: &Modality| match modality {
        Modality::Text => true,
        // The Responses API takes files wherever it takes images, so the list is about files in chat.
        Modality::File | Modality::Audio if primary == Dialect::Responses => {
            state.profile().modalities.as_ref().is_some_and(|known| known.contains(modality))
        }
        _ => state.takes(&state.make(primary, Topic::Part(*modality))),
    };
    let taken: Vec<Modality> = Modality::ALL.iter().copied().filter(is_taken).collect();
    let known = state.profile().modalities.as_ref();
    (known != Some(&taken)).then(|| field("modalities", list(taken.into_iter().map(Keyword::keyword))))
}

/// Functions that a model refuses become tools, where it takes these.
fn functions(state: &State, differing: &[&Answered]) -> Vec<Line> {
    let Some(verdict) = verdict(differing, &Topic::Functions) else { return Vec::new() };
    let has_rows = state.profile().rows(Dialect::Chat).iter().any(|row| row.param == "functions");
    let takes_tools = tools(state, Dialect::Chat).iter().any(|one| state.takes(one));
    let row = |value: &str| Line {
        table: Some(Dialect::Chat),
        key: "functions".to_owned(),
        value: value.to_owned(),
    };
    match verdict {
        Verdict::Takes => {
            let taken = has_rows.then(|| row("\"take\""));
            std::iter::once(field("functions", quoted("legacy"))).chain(taken).collect()
        }
        _ if takes_tools => vec![field("functions", quoted("tools_only"))],
        _ => vec![row("{ refuse = true, why = \"Azure said that this model cannot call functions.\" }")],
    }
}

/// Returns the rows of every parameter with a difference, and what function tools do beside an effort.
fn params(state: &State, differing: &[&Answered]) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut seen = Vec::new();
    for one in differing {
        let Topic::Param(param, _) = &one.question.topic else { continue };
        let dialect = one.question.dialect;
        if seen.contains(&(dialect, param.name)) {
            continue;
        }
        seen.push((dialect, param.name));
        let row = || Line {
            table: Some(dialect),
            key: param.name.to_owned(),
            value: row_changes::line(state, dialect, param.name),
        };
        if (dialect, param.name) == (Dialect::Chat, "tools") {
            lines.extend(chat_tools(state, &row));
        } else {
            lines.push(row());
        }
    }
    lines
}

/// Function tools of a chat call: a row where the model takes none at all, and else a field.
fn chat_tools(state: &State, row: &dyn Fn() -> Line) -> Vec<Line> {
    let asked = tools(state, Dialect::Chat);
    let taken = asked.iter().filter(|question| state.takes(question)).count();
    let for_effort =
        asked.iter().filter_map(|question| state.answer(&question.id)).any(|answer| answer.for_effort);
    if taken == 0 && !for_effort {
        return vec![row()];
    }
    let beside = match taken {
        0 => ToolsWithEffort::Never,
        some if some == asked.len() => ToolsWithEffort::Any,
        _ => ToolsWithEffort::OnlyNone,
    };
    let mut lines = Vec::new();
    if beside != state.profile().tools_with_effort {
        lines.push(field("tools_with_effort", quoted(beside.keyword())));
    }
    if state.profile().rows(Dialect::Chat).iter().any(|row| row.param == "tools") {
        let key = "tools".to_owned();
        lines.push(Line { table: Some(Dialect::Chat), key, value: quoted("take") });
    }
    lines
}
