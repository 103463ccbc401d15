//! One block of `families.toml` or of an operator's overlay, as it is written.

use std::collections::BTreeMap;

use super::{
    capabilities::{Effort, Functions, Modality, Streaming, SystemRole, TokenLimits, ToolsWithEffort},
    entry::{Entry, entries},
    section::Section,
};
use crate::call::{ApiVersion, Dialect, PerDialect, ReplayedReasoning};

const KEYS: [&str; 22] = [
    "abstract",
    "inherits",
    "models",
    "operations",
    "streaming",
    "system_role",
    "min_api_version",
    "modalities",
    "context",
    "efforts",
    "responses_efforts",
    "default_effort",
    "tools_with_effort",
    "replayed_reasoning",
    "functions",
    "custom_tools",
    "retires",
    "replaced_by",
    "source",
    "settled",
    "chat",
    "responses",
];

/// The values of a block. Absent values are inherited.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) is_abstract: bool,
    pub(super) inherits: Option<String>,
    pub(super) models: Option<Vec<String>>,
    pub(super) dialects: Option<Vec<Dialect>>,
    pub(super) streaming: Option<Streaming>,
    pub(super) system_role: Option<SystemRole>,
    pub(super) min_api_version: Option<ApiVersion>,
    pub(super) modalities: Option<Vec<Modality>>,
    pub(super) context: TokenLimits,
    pub(super) efforts: Option<Vec<Effort>>,
    pub(super) responses_efforts: Option<Vec<Effort>>,
    pub(super) default_effort: Option<Effort>,
    pub(super) tools_with_effort: Option<ToolsWithEffort>,
    pub(super) replayed_reasoning: Option<ReplayedReasoning>,
    pub(super) functions: Option<Functions>,
    pub(super) custom_tools: Option<bool>,
    pub(super) retires: Option<String>,
    pub(super) replaced_by: Option<String>,
    pub(super) source: Option<String>,
    pub(super) settled: BTreeMap<String, Vec<String>>,
    pub(super) entries: PerDialect<Vec<Entry>>,
}

impl Block {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Block {
        section.allow_only(&KEYS);
        Block {
            is_abstract: section.flag("abstract").unwrap_or_default(),
            inherits: section.text("inherits").map(str::to_owned),
            models: section.texts("models"),
            dialects: section.keywords("operations"),
            streaming: section.keyword("streaming"),
            system_role: section.keyword("system_role"),
            min_api_version: section
                .parsed("min_api_version", "an api-version such as 2024-10-21 or 2024-12-01-preview"),
            modalities: section.keywords("modalities"),
            context: token_limits(section),
            efforts: section.keywords("efforts").map(weakest_first),
            responses_efforts: section.keywords("responses_efforts").map(weakest_first),
            default_effort: section.keyword("default_effort"),
            tools_with_effort: section.keyword("tools_with_effort"),
            replayed_reasoning: section.keyword("replayed_reasoning"),
            functions: section.keyword("functions"),
            custom_tools: section.flag("custom_tools"),
            retires: section.read("retires", "a date such as \"2027-02-09\"", |value| {
                value.as_str().filter(|text| is_date(text)).map(str::to_owned)
            }),
            replaced_by: section.text("replaced_by").map(str::to_owned),
            source: section.text("source").map(str::to_owned),
            settled: settled(section),
            entries: PerDialect::new(|dialect| entries(section, dialect)),
        }
    }
}

fn token_limits(section: &mut Section<'_, '_>) -> TokenLimits {
    let Some(table) = section.table("context") else { return TokenLimits::default() };
    let mut section = section.child(&["context"], table);
    section.allow_only(&["window", "input", "output"]);
    TokenLimits {
        window: section.count("window"),
        input: section.count("input"),
        output: section.count("output"),
    }
}

fn settled(section: &mut Section<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let Some(table) = section.table("settled") else { return BTreeMap::new() };
    let mut section = section.child(&["settled"], table);
    table.keys().filter_map(|place| Some((place.clone(), section.texts(place)?))).collect()
}

fn weakest_first(mut efforts: Vec<Effort>) -> Vec<Effort> {
    efforts.sort_unstable();
    efforts.dedup();
    efforts
}

fn is_date(text: &str) -> bool {
    let part = |text: &str, digits: usize| (text.len() == digits).then(|| text.parse::<u32>().ok()).flatten();
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next(), parts.next(), parts.next());
    parts.next().is_none()
        && year.and_then(|year| part(year, 4)).is_some()
        && month.and_then(|month| part(month, 2)).is_some_and(|month| (1..=12).contains(&month))
        && day.and_then(|day| part(day, 2)).is_some_and(|day| (1..=31).contains(&day))
}
