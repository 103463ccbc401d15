//! A lesson: one line of a profile that a refusal of Azure's asks for.

use std::borrow::Cow;

use super::params;
use crate::{
    call::{ApiVersion, Dialect, ReplayedReasoning},
    catalog::{Row, SystemRole, ToolsWithEffort, Verb, origin_key},
};

/// One line of what is known of a deployment's model, learned from a refusal.
#[derive(Clone, Debug, PartialEq)]
pub enum Lesson {
    /// A row of an operation's parameter table.
    Row(Dialect, Row),
    /// The operations that Azure serves for the model.
    Dialects(Vec<Dialect>),
    /// Which role carries the instructions.
    SystemRole(SystemRole),
    /// Azure does not stream the model.
    Synthesize,
    /// The oldest dated api-version that serves the model.
    ApiVersion(ApiVersion),
    /// Function tools beside a reasoning effort.
    ToolsWithEffort(ToolsWithEffort),
    /// The answers whose reasoning is taken back.
    ReplayedReasoning(ReplayedReasoning),
}

/// The origin that learned lines have.
pub(super) const LEARNED: &str = "learned";

impl Lesson {
    /// Returns the kind of the line, as a label of a metric.
    pub fn kind(&self) -> &'static str {
        match self {
            Lesson::Row(_, row) => match row.verb {
                Verb::Rename(_) => "rename",
                Verb::Drop => "drop",
                Verb::Refuse => "refuse",
                Verb::Allow { .. } => "map",
                Verb::Clamp { .. } => "clamp",
            },
            Lesson::Dialects(_) => "operations",
            Lesson::SystemRole(_) => "role",
            Lesson::Synthesize => "stream",
            Lesson::ApiVersion(_) => "api_version",
            Lesson::ToolsWithEffort(_) => "tools",
            Lesson::ReplayedReasoning(_) => "reasoning",
        }
    }

    /// Returns what Azure said, in a sentence without any value that a client chose.
    pub fn why(&self) -> Cow<'_, str> {
        match self {
            Lesson::Row(_, row) => Cow::Borrowed(&row.why),
            Lesson::Dialects(served) if served.contains(&Dialect::Chat) => {
                "Azure said that it does not serve this model on the Responses API.".into()
            }
            Lesson::Dialects(_) => "Azure said that it does not serve this model in chat completions.".into(),
            Lesson::SystemRole(SystemRole::System) => {
                "Azure said that it does not know the role `developer` here.".into()
            }
            Lesson::SystemRole(SystemRole::MergeIntoUser) => {
                "Azure said that it takes neither `system` nor `developer` for this model.".into()
            }
            Lesson::SystemRole(_) => {
                "Azure said that it does not take the role `system` for this model.".into()
            }
            Lesson::Synthesize => "Azure said that it does not stream this model.".into(),
            Lesson::ApiVersion(version) => {
                format!("Azure said that this needs api-version {version} or a later one.").into()
            }
            Lesson::ToolsWithEffort(ToolsWithEffort::Never) => {
                "Azure said that this model takes no function tools in a chat call.".into()
            }
            Lesson::ToolsWithEffort(_) => {
                "Azure said that this model takes function tools only while it does not reason.".into()
            }
            Lesson::ReplayedReasoning(ReplayedReasoning::Last) => {
                "Azure said that the reasoning of several answers does not go together here.".into()
            }
            Lesson::ReplayedReasoning(_) => {
                "Azure said that it does not take reasoning back as it was given here.".into()
            }
        }
    }

    /// Returns whether the lesson removes a key that no list of Azure's parameters has, or a member of items. A client
    /// can invent any number of such keys, so these lessons give way to others.
    pub fn is_unlisted(&self) -> bool {
        match self {
            Lesson::Row(dialect, row) => {
                let is_removal = matches!(row.verb, Verb::Drop | Verb::Refuse);
                is_removal && (params::is_unlisted(*dialect, &row.param) || row.members().is_some())
            }
            _ => false,
        }
    }

    /// Returns whether a refusal that teaches `next` shows that this lesson has helped: Azure now refuses another place
    /// than the one that this lesson changed. A field of the profile affects the whole call, so a later refusal says
    /// nothing about it. A bare name can be that of the body's member or of one inside it.
    pub fn is_behind(&self, next: &Lesson) -> bool {
        let (Lesson::Row(_, row), Lesson::Row(_, next)) = (self, next) else { return false };
        let leaf = next.param.rsplit('.').next().unwrap_or_default();
        let renamed = matches!(&row.verb, Verb::Rename(to) if *to == next.param);
        row.param != next.param && row.param != leaf && !renamed
    }

    /// Returns which line the lesson is about: a field of the profile, or a row, as in
    /// [`crate::catalog::Profile::origins`]. A set holds one lesson for each.
    pub fn key(&self) -> Cow<'_, str> {
        match self {
            Lesson::Row(dialect, row) => origin_key(*dialect, &row.id),
            Lesson::Dialects(_) => "operations".into(),
            Lesson::SystemRole(_) => "system_role".into(),
            Lesson::Synthesize => "streaming".into(),
            Lesson::ApiVersion(_) => "min_api_version".into(),
            Lesson::ToolsWithEffort(_) => "tools_with_effort".into(),
            Lesson::ReplayedReasoning(_) => "replayed_reasoning".into(),
        }
    }
}
