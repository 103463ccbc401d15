//! What is known of one model family: the resolved form of a block of `families.toml`.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::model_name::{canonical, undated};
use crate::call::{ApiVersion, Dialect, ReplayedReasoning};

/// A family's name, such as `gpt-5.1` or `unknown`.
pub type FamilyName = Arc<str>;

/// Everything translation needs to know of a deployment's family. Resolved once, when settings are loaded.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The family's name.
    pub name: FamilyName,
    /// Base model names that belong to the family, without a date suffix.
    pub models: Vec<String>,
    /// The operations Azure serves for it; empty means that nothing is known.
    pub dialects: Vec<Dialect>,
    /// Whether Azure streams its answers.
    pub streaming: Streaming,
    /// Where instructions go.
    pub system_role: SystemRole,
    /// The oldest dated api-version that serves it.
    pub min_api_version: Option<ApiVersion>,
    /// What a message may hold besides text; `None` means that nothing is known.
    pub modalities: Option<Vec<Modality>>,
    /// Token limits.
    pub context: Context,
    /// The values of `reasoning_effort` it takes, weakest first. `None`: nothing is known. Empty: it takes none.
    pub efforts: Option<Vec<Effort>>,
    /// The same of a Responses call's `reasoning.effort`. `None`: those of a chat call.
    pub responses_efforts: Option<Vec<Effort>>,
    /// Function tools beside a reasoning effort in a chat call.
    pub tools_with_effort: ToolsWithEffort,
    /// Of which answers it takes the reasoning back.
    pub replayed_reasoning: ReplayedReasoning,
    /// Whether the legacy `functions` and `function_call` are taken.
    pub functions: Functions,
    /// Whether tools of type `custom` are taken on v1; no dated api-version knows them.
    pub custom_tools: bool,
    /// The day Azure retires it, `YYYY-MM-DD`.
    pub retires: Option<String>,
    /// Where these facts come from.
    pub source: String,
    /// What Azure assumes for a parameter that is absent from a chat call, by parameter.
    pub defaults: BTreeMap<String, Scalar>,
    /// The same of a Responses call: `store`, for one, is another there.
    pub responses_defaults: BTreeMap<String, Scalar>,
    /// What the family does not take of a chat call, in the order in which the rows are applied.
    pub chat: Vec<Row>,
    /// The same of a Responses call.
    pub responses: Vec<Row>,
    /// Where each value above was written: field or row → block name, `overlay` or `learned`. A chat row goes by its id,
    /// a Responses row by its id behind `responses:`.
    pub origins: BTreeMap<String, String>,
}

impl Profile {
    /// Whether anything is known of the family; nothing is of `unknown`.
    pub fn is_known(&self) -> bool {
        !self.dialects.is_empty()
    }

    /// What the family does not take of a call of that operation, in the order in which the rows are applied.
    pub fn rows(&self, dialect: Dialect) -> &[Row] {
        match dialect {
            Dialect::Chat => &self.chat,
            Dialect::Responses => &self.responses,
        }
    }

    /// The same, to be changed.
    pub(crate) fn rows_mut(&mut self, dialect: Dialect) -> &mut Vec<Row> {
        match dialect {
            Dialect::Chat => &mut self.chat,
            Dialect::Responses => &mut self.responses,
        }
    }

    /// What Azure assumes for a parameter that is absent from a call of that operation.
    pub fn default(&self, dialect: Dialect, param: &str) -> Option<&Scalar> {
        match dialect {
            Dialect::Chat => self.defaults.get(param),
            Dialect::Responses => self.responses_defaults.get(param),
        }
    }

    /// The efforts that it takes in a call of that operation, as in [`Profile::efforts`].
    pub fn efforts(&self, dialect: Dialect) -> Option<&[Effort]> {
        let own = self.responses_efforts.as_ref().filter(|_| dialect == Dialect::Responses);
        own.or(self.efforts.as_ref()).map(Vec::as_slice)
    }

    /// Where a row was written.
    pub fn origin(&self, dialect: Dialect, id: &str) -> Option<&str> {
        self.origins.get(&*origin_key(dialect, id)).map(String::as_str)
    }

    /// Whether Azure serves an operation for it, as far as anything is known.
    pub fn serves(&self, dialect: Dialect) -> bool {
        self.dialects.is_empty() || self.dialects.contains(&dialect)
    }

    /// Whether a base model of that name belongs to the family; it may end in a date.
    pub fn has_model(&self, name: &str) -> bool {
        let name = canonical(name);
        self.models
            .iter()
            .map(|model| canonical(model))
            .any(|model| model == name || undated(&name) == Some(&model))
    }
}

/// What a row is called among the origins: both operations may have one of that id.
pub(crate) fn origin_key(dialect: Dialect, id: &str) -> Cow<'_, str> {
    match dialect {
        Dialect::Chat => Cow::Borrowed(id),
        Dialect::Responses => Cow::Owned(format!("responses:{id}")),
    }
}

/// Whether Azure streams a family's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Streaming {
    /// Azure streams.
    Native,
    /// Azure refuses `stream: true`; azgate asks for JSON and makes the stream itself.
    Synthesized,
}

/// Which role carries the instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SystemRole {
    /// Nothing is known: roles stay as they are.
    Any,
    /// `system`; `developer` is rewritten where the api-version or the family does not know it.
    System,
    /// `developer`; `system` is taken too, but never both in one call.
    Developer,
    /// `developer`; `system` is refused.
    DeveloperOnly,
    /// Neither: instructions are merged into the first user message.
    MergeIntoUser,
}

/// A kind of message content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modality {
    /// Text; every family takes it.
    Text,
    /// `image_url` parts.
    Image,
    /// `input_audio` parts.
    Audio,
    /// `file` parts.
    File,
}

/// Token limits of a family; `None` where not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// The whole window.
    pub window: Option<u64>,
    /// What a prompt may hold.
    pub input: Option<u64>,
    /// What an answer may hold, reasoning included.
    pub output: Option<u64>,
}

/// What a family does with function tools beside a reasoning effort in a chat call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToolsWithEffort {
    /// Both are taken.
    Any,
    /// Tools are taken only while the effort is explicitly `none`.
    OnlyNone,
    /// No effort makes them pass: function tools need the Responses API.
    Never,
}

/// Whether a family takes the legacy `functions` and `function_call`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Functions {
    /// Taken as they are.
    Legacy,
    /// Refused: rewritten to `tools`, and the answer back.
    ToolsOnly,
}

/// A level of `reasoning_effort`, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effort {
    /// No reasoning at all.
    None,
    /// `minimal`.
    Minimal,
    /// `low`.
    Low,
    /// `medium`.
    Medium,
    /// `high`.
    High,
    /// `xhigh`.
    Xhigh,
    /// `max`.
    Max,
}

impl Effort {
    /// Every level, weakest first.
    pub const ALL: [Effort; 7] = [
        Effort::None,
        Effort::Minimal,
        Effort::Low,
        Effort::Medium,
        Effort::High,
        Effort::Xhigh,
        Effort::Max,
    ];

    /// The level's spelling in a request.
    pub fn name(self) -> &'static str {
        match self {
            Effort::None => "none",
            Effort::Minimal => "minimal",
            Effort::Low => "low",
            Effort::Medium => "medium",
            Effort::High => "high",
            Effort::Xhigh => "xhigh",
            Effort::Max => "max",
        }
    }

    /// The level of that spelling.
    pub fn named(name: &str) -> Option<Effort> {
        Effort::ALL.into_iter().find(|effort| effort.name() == name)
    }
}

/// One line of a family's parameter table: what happens to one parameter of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// `verb.parameter`, the name a policy uses, such as `drop.temperature`. What both operations have goes by chat's name.
    pub id: Arc<str>,
    /// The parameter: a top-level key, a path such as `response_format.type`, or one text of a list of texts such as
    /// `include[reasoning.encrypted_content]`.
    pub param: String,
    /// What happens to it.
    pub verb: Verb,
    /// The row does not apply to these values of the parameter.
    pub unless: Vec<Scalar>,
    /// The row applies only while each of these parameters has one of these *effective* values
    /// (its own, or else what Azure assumes). A path such as `response_format.type` may be named.
    pub when: Vec<(String, Vec<Scalar>)>,
    /// The edit loses nothing although its verb usually does.
    pub same: bool,
    /// Why: the text the caller reads.
    pub why: Arc<str>,
}

impl Row {
    /// The list and the text in it, where the row is about one text of a list.
    pub fn item(&self) -> Option<(&str, &str)> {
        self.param.strip_suffix(']')?.split_once('[')
    }
}

/// What a row does.
#[derive(Clone, Debug, PartialEq)]
pub enum Verb {
    /// The value moves to another top-level key.
    Rename(String),
    /// The parameter is removed.
    Drop,
    /// The call is answered 400; a policy of `apply` removes the parameter instead.
    Refuse,
    /// Only these values are taken; others are mapped, or, without a mapping, removed.
    Allow {
        /// The values that are taken.
        values: Vec<Scalar>,
        /// Replacements of values that are not.
        map: Vec<(Scalar, Scalar)>,
    },
    /// A number outside the bounds is set to the nearest bound.
    Clamp {
        /// Smallest value taken.
        min: Option<f64>,
        /// Largest value taken.
        max: Option<f64>,
    },
}

/// A plain JSON value as written in the catalog.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
}
