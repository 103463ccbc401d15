//! Learning: what a refusal of Azure's teaches of a deployment, as lines that an operator could have written.
//!
//! [`lessons()`] reads a refusal beside the call that was refused. [`Lessons`] collects what is learned and lays it over
//! the family's [`Profile`], so that [`super::plan`] needs no second way of editing; it also prints it as the overlay
//! that would make it permanent.

mod lessons;
mod overlay;
mod params;
mod refusal;
mod rows;
mod scene;
#[cfg(test)]
mod tests;
mod wording;

use std::borrow::Cow;

pub use lessons::Lessons;
pub use params::rule_ids;

use self::{refusal::Refusal, scene::Scene, wording::Said};
use super::Target;
use crate::{
    call::{ApiVersion, Dialect, ReplayedReasoning},
    catalog::{Profile, Row, SystemRole, ToolsWithEffort, Verb, origin_key},
    json::Document,
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
    /// Of which answers the reasoning is taken back.
    ReplayedReasoning(ReplayedReasoning),
}

/// The origin of what was learned.
const LEARNED: &str = "learned";

/// What Azure's answer to a call of that operation teaches, where it refuses something that can be mended; nothing
/// otherwise. `sent` is the body as Azure got it, for `target` as it then was. There is more than one lesson where Azure names more than one
/// parameter, or one that never goes alone; and none where one of those named cannot be helped.
pub fn lessons(
    status: u16,
    answer: &[u8],
    dialect: Dialect,
    sent: &Document,
    target: &Target,
) -> Vec<Lesson> {
    let Some(refusal) = Refusal::read(status, answer) else { return Vec::new() };
    let scene = Scene { dialect, sent: sent.root(), target };
    let lessons: Option<Vec<Vec<Lesson>>> = refusal.says().iter().map(|said| scene.lessons(said)).collect();
    lessons.unwrap_or_default().concat()
}

/// Whether Azure refuses a call for reasoning in it that it cannot read. That says nothing of the deployment: only this call's
/// client has it, from another resource under that name, from before a key was changed, or made up.
pub fn is_unreadable(status: u16, answer: &[u8]) -> bool {
    Refusal::read(status, answer).is_some_and(|refusal| refusal.is_unreadable())
}

/// Whether Azure refuses a call because its operation does not serve the model.
pub fn is_unserved(status: u16, answer: &[u8]) -> bool {
    let refusal = Refusal::read(status, answer);
    refusal.is_some_and(|refusal| refusal.says().iter().any(|said| matches!(said, Said::Unserved { .. })))
}

/// Whether an answer with this status can refuse a call for what is in it. A 404 is OpenAI's status for missing
/// abilities (`inspect_ai`#1290); the other statuses are about keys, quotas and failures.
pub fn may_teach(status: u16) -> bool {
    matches!(status, 400 | 404 | 422)
}

impl Lesson {
    /// What kind of line it is, in one word of a small set.
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

    /// What Azure said, in a sentence. It repeats no value that a client chose.
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

    /// Whether it is about a key that is on no list of Azure's. A client can think up any number of them, so that they
    /// give way to what else is learned.
    pub fn is_foreign(&self) -> bool {
        match self {
            Lesson::Row(dialect, row) => row.verb == Verb::Drop && params::is_foreign(*dialect, &row.param),
            _ => false,
        }
    }

    /// Which line it is: a field of the profile, or a row, as in [`Profile::origins`]. A set holds one lesson for each.
    pub fn place(&self) -> Cow<'_, str> {
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

/// The rules in code that act on a field which can be learned.
const ACTORS: &[(&str, &str)] = &[
    ("bridge.responses", "operations"),
    ("bridge.responses", "tools_with_effort"),
    ("bridge.chat", "operations"),
    ("synthesize.stream", "streaming"),
    ("rename.role", "system_role"),
    ("merge.system", "system_role"),
    ("raise.api_version", "min_api_version"),
    ("none.reasoning_effort", "tools_with_effort"),
    ("refuse.tools_with_effort", "tools_with_effort"),
    ("drop.reasoning", "replayed_reasoning"),
];

/// Whether a rule acts for this family because of something learned.
pub(super) fn is_learned(profile: &Profile, dialect: Dialect, rule: &str) -> bool {
    let mut fields = ACTORS.iter().filter(|(actor, _)| *actor == rule).map(|(_, field)| field);
    fields.any(|field| profile.origins.get(*field).is_some_and(|origin| origin == LEARNED))
        || profile.origin(dialect, rule) == Some(LEARNED)
}
