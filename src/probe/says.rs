//! What the catalog says about the asked thing.

use super::{
    question::{Question, Topic},
    row_effect::acts,
};
use crate::{
    call::Dialect,
    catalog::{Effort, Functions, Modality, Profile, Streaming, SystemRole, ToolsWithEffort, Verb},
};

/// What the catalog says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Says {
    /// Whether azgate sends it to Azure as it is. `None`: azgate need not know.
    pub(super) takes: Option<bool>,
    /// The word for reports.
    pub(super) word: &'static str,
}

/// The word for function tools that go to the Responses API because of an effort.
pub(super) const BRIDGES: &str = "bridges";

const fn takes() -> Says {
    Says { takes: Some(true), word: "takes" }
}

const fn not(word: &'static str) -> Says {
    Says { takes: Some(false), word }
}

const fn unknown() -> Says {
    Says { takes: Some(true), word: "unknown" }
}

const fn takes_if(taken: bool, otherwise: &'static str) -> Says {
    if taken { takes() } else { not(otherwise) }
}

/// Returns what the catalog says about the asked thing.
pub(super) fn says(profile: &Profile, question: &Question) -> Says {
    let dialect = question.dialect;
    match &question.topic {
        Topic::Operation { .. } if profile.dialects.is_empty() => unknown(),
        Topic::Operation { .. } => takes_if(profile.serves(dialect), "refuses"),
        Topic::Effort(effort) => self::effort(profile, dialect, *effort, question),
        Topic::Param(param, _) => match row_word(profile, question, param.name) {
            Some(word) => not(word),
            None if param.name == "tools" => tools(profile, question),
            None if profile.is_known() => takes(),
            None => unknown(),
        },
        Topic::Role(role) => self::role(profile.system_role, role),
        Topic::Streaming => match profile.streaming {
            Streaming::Native if !profile.is_known() => unknown(),
            Streaming::Native => takes(),
            Streaming::Synthesized => not("refuses"),
        },
        Topic::Part(modality) => part(profile, dialect, *modality),
        Topic::Functions => match (row_word(profile, question, "functions"), profile.functions) {
            (Some(word), _) => not(word),
            (None, Functions::Legacy) if !profile.is_known() => unknown(),
            (None, Functions::Legacy) => takes(),
            (None, Functions::ToolsOnly) => not("as tools"),
        },
        Topic::CustomTools if !profile.is_known() => unknown(),
        Topic::CustomTools => takes_if(profile.custom_tools, "refuses"),
        Topic::Version(version) => match &profile.min_api_version {
            None => takes(),
            Some(oldest) => takes_if(!version.is_before(oldest), "refuses"),
        },
    }
}

/// Returns the word for the row that changes the asked parameter.
fn row_word(profile: &Profile, question: &Question, param: &str) -> Option<&'static str> {
    let defaults = profile.defaults.of(question.dialect);
    let mut rows = profile.rows(question.dialect).iter().filter(|row| row.param == param);
    let row = rows.find(|row| acts(row, &question.body, defaults))?;
    Some(match row.verb {
        Verb::Rename(_) => "renames",
        Verb::Drop => "drops",
        Verb::Refuse => "refuses",
        Verb::Allow { .. } => "maps",
        Verb::Clamp { .. } => "clamps",
    })
}

fn effort(profile: &Profile, dialect: Dialect, effort: Effort, question: &Question) -> Says {
    if let Some(word) = row_word(profile, question, super::context::effort_param(dialect)) {
        return not(word);
    }
    match profile.efforts(dialect) {
        None => unknown(),
        Some([]) => not("drops"),
        Some(efforts) => takes_if(efforts.contains(&effort), "maps"),
    }
}

/// Function tools beside the effort of the call. Without an effort the default counts.
fn tools(profile: &Profile, question: &Question) -> Says {
    if question.dialect == Dialect::Responses {
        return takes();
    }
    let own = question.body.get("reasoning_effort").and_then(|effort| effort.as_str());
    let is_off = match own {
        Some(effort) => effort == "none",
        None => profile.efforts.as_ref().is_none_or(Vec::is_empty),
    };
    match profile.tools_with_effort {
        ToolsWithEffort::Any if !profile.is_known() => unknown(),
        ToolsWithEffort::Any => takes(),
        ToolsWithEffort::OnlyNone => takes_if(is_off, BRIDGES),
        ToolsWithEffort::Never => not(BRIDGES),
    }
}

fn role(known: SystemRole, asked: &str) -> Says {
    match (known, asked) {
        (SystemRole::Any, _) => unknown(),
        (SystemRole::System, "system") | (SystemRole::Developer, _) => takes(),
        (SystemRole::System, _) => Says { takes: None, word: "as system" },
        (SystemRole::DeveloperOnly, asked) => takes_if(asked == "developer", "renames"),
        (SystemRole::MergeIntoUser, _) => not("merges"),
    }
}

fn part(profile: &Profile, dialect: Dialect, modality: Modality) -> Says {
    let Some(taken) = &profile.modalities else { return unknown() };
    // The Responses API takes files wherever it takes images (Microsoft, how-to/responses.md).
    let needed =
        if (dialect, modality) == (Dialect::Responses, Modality::File) { Modality::Image } else { modality };
    takes_if(taken.contains(&needed), "refuses")
}
