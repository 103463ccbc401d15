//! What is known of one model family: the resolved form of a block of `families.toml`.

use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

use super::{
    capabilities::{Effort, Functions, Modality, Streaming, SystemRole, TokenLimits, ToolsWithEffort},
    defaults::Defaults,
    model_name::{canonical, undated},
    row::Row,
    scalar::Scalar,
};
use crate::call::{ApiVersion, Dialect, PerDialect, ReplayedReasoning};

/// A family's name, such as `gpt-5.1` or `unknown`.
pub type FamilyName = Arc<str>;

/// Everything that translation needs to know about a deployment's family. Resolved once, when settings are loaded.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The family's name.
    pub name: FamilyName,
    /// The names of the base models that belong to the family, without a date suffix.
    pub models: Vec<String>,
    /// The dialects in which Azure serves the family. Empty: nothing is known.
    pub dialects: Vec<Dialect>,
    /// Whether Azure streams its answers.
    pub streaming: Streaming,
    /// Which role carries the instructions.
    pub system_role: SystemRole,
    /// The oldest dated api-version that serves it.
    pub min_api_version: Option<ApiVersion>,
    /// What a message can hold. `None`: nothing is known.
    pub modalities: Option<Vec<Modality>>,
    /// Token limits.
    pub context: TokenLimits,
    /// The values of `reasoning_effort` that it takes, weakest first. `None`: nothing is known. Empty: it takes no
    /// effort.
    pub efforts: Option<Vec<Effort>>,
    /// The values of `reasoning.effort` that it takes in a Responses call. `None`: those of a chat call.
    pub responses_efforts: Option<Vec<Effort>>,
    /// Whether it takes function tools beside a reasoning effort in a chat call.
    pub tools_with_effort: ToolsWithEffort,
    /// The earlier answers whose reasoning it takes back.
    pub replayed_reasoning: ReplayedReasoning,
    /// Whether it takes the legacy `functions` and `function_call`.
    pub functions: Functions,
    /// Whether it takes tools of type `custom` on v1. No dated api-version knows them.
    pub custom_tools: bool,
    /// The day on which Azure retires it, `YYYY-MM-DD`.
    pub retires: Option<String>,
    /// The model to take instead once Azure has retired it.
    pub replaced_by: Option<String>,
    /// The sources of these facts.
    pub source: String,
    /// The questions of `azgate probe` that Azure has answered, by `RESOURCE/DEPLOYMENT`. They are not asked again.
    pub settled: BTreeMap<String, Vec<String>>,
    /// What Azure assumes for absent parameters. The dialects differ, for example in `store`.
    pub defaults: Defaults,
    /// What the family does not take, in the order in which the rows are applied.
    pub rows: PerDialect<Vec<Row>>,
    /// Where each value above was written: field or row → block name, `overlay` or `learned`. The key of a chat row is
    /// its id, the key of a Responses row is its id after `responses:`.
    pub origins: BTreeMap<String, String>,
}

impl Profile {
    /// Returns a profile in which nothing is known but what Azure assumes for any model: every parameter passes
    /// through.
    pub(super) fn blank(name: &str, defaults: &Defaults) -> Profile {
        Profile {
            name: name.into(),
            models: Vec::new(),
            dialects: Vec::new(),
            streaming: Streaming::Native,
            system_role: SystemRole::Any,
            min_api_version: None,
            modalities: None,
            context: TokenLimits::default(),
            efforts: None,
            responses_efforts: None,
            tools_with_effort: ToolsWithEffort::Any,
            replayed_reasoning: ReplayedReasoning::All,
            functions: Functions::Legacy,
            custom_tools: true,
            retires: None,
            replaced_by: None,
            source: String::new(),
            settled: BTreeMap::new(),
            defaults: defaults.clone(),
            rows: PerDialect::default(),
            origins: BTreeMap::new(),
        }
    }

    /// Returns whether anything is known about the family. Nothing is known about `unknown`.
    pub fn is_known(&self) -> bool {
        !self.dialects.is_empty()
    }

    /// Returns what the family does not take in a call of that dialect, in the order in which the rows are applied.
    pub fn rows(&self, dialect: Dialect) -> &[Row] {
        self.rows.of(dialect)
    }

    /// Returns what Azure assumes for a parameter that is absent from a call of that dialect.
    pub fn default(&self, dialect: Dialect, param: &str) -> Option<&Scalar> {
        self.defaults.of(dialect).get(param)
    }

    /// Returns the efforts that the family takes in a call of that dialect, as in [`Profile::efforts`].
    pub fn efforts(&self, dialect: Dialect) -> Option<&[Effort]> {
        let own = self.responses_efforts.as_ref().filter(|_| dialect == Dialect::Responses);
        own.or(self.efforts.as_ref()).map(Vec::as_slice)
    }

    /// Returns where a row was written.
    pub fn origin(&self, dialect: Dialect, id: &str) -> Option<&str> {
        self.origins.get(&*origin_key(dialect, id)).map(String::as_str)
    }

    /// Returns whether Azure serves the family in a dialect, or nothing is known about that.
    pub fn serves(&self, dialect: Dialect) -> bool {
        self.dialects.is_empty() || self.dialects.contains(&dialect)
    }

    /// Returns whether a base model of that name belongs to the family. The name can end in a date.
    pub fn has_model(&self, name: &str) -> bool {
        let name = canonical(name);
        self.models
            .iter()
            .map(|model| canonical(model))
            .any(|model| model == name || undated(&name) == Some(&model))
    }
}

/// Returns the key of a row in [`Profile::origins`]. Both dialects can have a row with that id.
pub(crate) fn origin_key(dialect: Dialect, id: &str) -> Cow<'_, str> {
    match dialect {
        Dialect::Chat => Cow::Borrowed(id),
        Dialect::Responses => Cow::Owned(format!("responses:{id}")),
    }
}
