//! One block of `families.toml`, or of an operator's overlay, as it was written.

use crate::call::{ApiVersion, Dialect, ReplayedReasoning};

use super::{
    profile::{Context, Effort, Functions, Modality, Streaming, SystemRole, ToolsWithEffort},
    row::{Entry, entries},
    section::Section,
};

const KEYS: [&str; 20] = [
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
    "source",
    "chat",
    "responses",
];

/// What a block says; what it leaves open is inherited.
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
    pub(super) context: Context,
    pub(super) efforts: Option<Vec<Effort>>,
    pub(super) responses_efforts: Option<Vec<Effort>>,
    pub(super) default_effort: Option<Effort>,
    pub(super) tools_with_effort: Option<ToolsWithEffort>,
    pub(super) replayed_reasoning: Option<ReplayedReasoning>,
    pub(super) functions: Option<Functions>,
    pub(super) custom_tools: Option<bool>,
    pub(super) retires: Option<String>,
    pub(super) source: Option<String>,
    chat: Vec<Entry>,
    responses: Vec<Entry>,
}

impl Block {
    pub(super) fn read(section: &mut Section<'_, '_>) -> Block {
        section.only(&KEYS);
        Block {
            is_abstract: section.flag("abstract").unwrap_or_default(),
            inherits: section.text("inherits").map(str::to_owned),
            models: section.texts("models"),
            dialects: section.words("operations"),
            streaming: section.word("streaming"),
            system_role: section.word("system_role"),
            min_api_version: section
                .parsed("min_api_version", "api-version such as 2024-10-21 or 2024-12-01-preview"),
            modalities: section.words("modalities"),
            context: context(section),
            efforts: section.words("efforts").map(weakest_first),
            responses_efforts: section.words("responses_efforts").map(weakest_first),
            default_effort: section.word("default_effort"),
            tools_with_effort: section.word("tools_with_effort"),
            replayed_reasoning: section.word("replayed_reasoning"),
            functions: section.word("functions"),
            custom_tools: section.flag("custom_tools"),
            retires: section.read("retires", "date such as \"2027-02-09\"", |value| {
                value.as_str().filter(|text| is_date(text)).map(str::to_owned)
            }),
            source: section.text("source").map(str::to_owned),
            chat: rows(section, Dialect::Chat),
            responses: rows(section, Dialect::Responses),
        }
    }

    /// What it says of the parameters of an operation.
    pub(super) fn entries(&self, dialect: Dialect) -> &[Entry] {
        match dialect {
            Dialect::Chat => &self.chat,
            Dialect::Responses => &self.responses,
        }
    }
}

/// The table that is called like the operation.
fn rows(section: &mut Section<'_, '_>, dialect: Dialect) -> Vec<Entry> {
    let Some(table) = section.table(dialect.name()) else { return Vec::new() };
    entries(&mut section.below(&[dialect.name()], table))
}

fn context(section: &mut Section<'_, '_>) -> Context {
    let Some(table) = section.table("context") else { return Context::default() };
    let mut section = section.below(&["context"], table);
    section.only(&["window", "input", "output"]);
    Context {
        window: section.count("window"),
        input: section.count("input"),
        output: section.count("output"),
    }
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
