//! Lays the blocks of a family over each other, base first, into one profile.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::call::{Dialect, ReplayedReasoning};

use super::{
    lineage::Layer,
    problem::Problem,
    profile::{
        Context, Effort, Functions, Profile, Row, Scalar, Streaming, SystemRole, ToolsWithEffort, Verb,
        origin_key,
    },
    row::Entry,
    section::listed,
};

/// What Azure assumes for absent parameters, by operation.
#[derive(Debug)]
pub(super) struct Defaults {
    pub(super) chat: BTreeMap<String, Scalar>,
    pub(super) responses: BTreeMap<String, Scalar>,
}

/// A profile that knows nothing but what Azure assumes for any model: everything passes through.
pub(super) fn blank(name: &str, defaults: &Defaults) -> Profile {
    Profile {
        name: name.into(),
        models: Vec::new(),
        dialects: Vec::new(),
        streaming: Streaming::Native,
        system_role: SystemRole::Any,
        min_api_version: None,
        modalities: None,
        context: Context::default(),
        efforts: None,
        responses_efforts: None,
        tools_with_effort: ToolsWithEffort::Any,
        replayed_reasoning: ReplayedReasoning::All,
        functions: Functions::Legacy,
        custom_tools: true,
        retires: None,
        source: String::new(),
        defaults: defaults.chat.clone(),
        responses_defaults: defaults.responses.clone(),
        chat: Vec::new(),
        responses: Vec::new(),
        origins: BTreeMap::new(),
    }
}

/// A family half done.
#[derive(Debug)]
pub(super) struct Draft {
    profile: Profile,
    default_effort: Option<Effort>,
    /// Parameters whose inherited rows a block has removed.
    taken: BTreeSet<(&'static str, String)>,
}

impl Draft {
    pub(super) fn new(name: &str, models: &[String], defaults: &Defaults) -> Draft {
        let mut profile = blank(name, defaults);
        profile.models = models.to_vec();
        Draft { profile, default_effort: None, taken: BTreeSet::new() }
    }

    /// Lays one block on top.
    pub(super) fn lay(&mut self, Layer { origin, block }: Layer<'_>) {
        let profile = &mut self.profile;
        let mut over = Over { origin, origins: &mut profile.origins };
        if block.models.is_some() {
            over.origins.insert("models".to_owned(), origin.to_owned());
        }
        over.set(&mut profile.dialects, "operations", block.dialects.as_ref());
        over.set(&mut profile.streaming, "streaming", block.streaming.as_ref());
        over.set(&mut profile.system_role, "system_role", block.system_role.as_ref());
        over.some(&mut profile.min_api_version, "min_api_version", block.min_api_version.as_ref());
        over.some(&mut profile.modalities, "modalities", block.modalities.as_ref());
        over.some(&mut profile.context.window, "context.window", block.context.window.as_ref());
        over.some(&mut profile.context.input, "context.input", block.context.input.as_ref());
        over.some(&mut profile.context.output, "context.output", block.context.output.as_ref());
        over.some(&mut profile.efforts, "efforts", block.efforts.as_ref());
        over.some(&mut profile.responses_efforts, "responses_efforts", block.responses_efforts.as_ref());
        over.some(&mut self.default_effort, "default_effort", block.default_effort.as_ref());
        over.set(&mut profile.tools_with_effort, "tools_with_effort", block.tools_with_effort.as_ref());
        over.set(&mut profile.replayed_reasoning, "replayed_reasoning", block.replayed_reasoning.as_ref());
        over.set(&mut profile.functions, "functions", block.functions.as_ref());
        over.set(&mut profile.custom_tools, "custom_tools", block.custom_tools.as_ref());
        over.some(&mut profile.retires, "retires", block.retires.as_ref());
        over.set(&mut profile.source, "source", block.source.as_ref());
        for dialect in Dialect::ALL {
            for entry in block.entries(dialect) {
                self.lay_entry(origin, dialect, entry);
            }
        }
    }

    fn lay_entry(&mut self, origin: &str, dialect: Dialect, entry: &Entry) {
        let profile = &mut self.profile;
        match entry {
            Entry::Take(param) => {
                profile.rows_mut(dialect).retain(|row| row.param != *param);
                self.taken.insert((dialect.name(), param.clone()));
            }
            Entry::Row(row) => {
                profile.origins.insert(origin_key(dialect, &row.id).into_owned(), origin.to_owned());
                let rows = profile.rows_mut(dialect);
                match rows.iter_mut().find(|old| old.id == row.id) {
                    Some(old) => old.clone_from(row),
                    None => rows.push(row.clone()),
                }
            }
        }
    }

    /// The finished profile.
    pub(super) fn finish(mut self, problems: &mut Vec<Problem>) -> Profile {
        self.set_default_effort(problems);
        self.cap_answers(Dialect::Chat, &["max_tokens", "max_completion_tokens"]);
        self.cap_answers(Dialect::Responses, &["max_output_tokens"]);
        let Draft { mut profile, .. } = self;
        // A row that was taken back leaves no trace.
        let keys = |dialect| profile.rows(dialect).iter().map(move |row| origin_key(dialect, &row.id));
        let rows: BTreeSet<String> = Dialect::ALL.into_iter().flat_map(keys).map(Cow::into_owned).collect();
        profile.origins.retain(|key, _| is_field(key) || rows.contains(key.as_str()));
        profile
    }

    /// An absent effort counts as the default one, for a family that has efforts at all.
    fn set_default_effort(&mut self, problems: &mut Vec<Problem>) {
        let (Some(effort), Some(efforts)) = (self.default_effort, &self.profile.efforts) else { return };
        if efforts.contains(&effort) {
            let value = || Scalar::Text(effort.name().to_owned());
            self.profile.defaults.insert("reasoning_effort".to_owned(), value());
            self.profile.responses_defaults.insert("reasoning.effort".to_owned(), value());
        } else if !efforts.is_empty() {
            let known: Vec<&str> = efforts.iter().map(|effort| effort.name()).collect();
            problems.push(Problem::new(
                &["families", &self.profile.name, "default_effort"],
                format!("`{}` is none of the family's efforts", effort.name()),
                format!("write one of {}, or add it to `efforts`", listed(&known)),
            ));
        }
    }

    /// Azure refuses a cap above what an answer may hold; one at the limit means the same.
    fn cap_answers(&mut self, dialect: Dialect, params: &[&str]) {
        let Some(output) = self.profile.context.output else { return };
        if !self.profile.serves(dialect) {
            return;
        }
        let Ok(most) = u32::try_from(output) else { return };
        for param in params {
            let id = format!("clamp.{param}");
            let renamed = format!("rename.{param}");
            if self.taken.contains(&(dialect.name(), (*param).to_owned()))
                || self.profile.rows(dialect).iter().any(|row| *row.id == *id || *row.id == *renamed)
            {
                continue;
            }
            self.profile.origins.insert(origin_key(dialect, &id).into_owned(), "context.output".to_owned());
            self.profile.rows_mut(dialect).push(Row {
                id: id.into(),
                param: (*param).to_owned(),
                verb: Verb::Clamp { min: None, max: Some(f64::from(most)) },
                unless: Vec::new(),
                when: Vec::new(),
                same: true,
                why: format!(
                    "An answer of this family holds {output} tokens at most; Azure refuses a larger cap."
                )
                .into(),
            });
        }
    }
}

/// Row ids begin with a verb, behind their operation if it is not chat; fields do not.
fn is_field(key: &str) -> bool {
    let id = key.strip_prefix("responses:").unwrap_or(key);
    !["rename.", "drop.", "refuse.", "map.", "clamp."].iter().any(|verb| id.starts_with(verb))
}

/// Writes one block's values, with their origin.
struct Over<'o> {
    origin: &'o str,
    origins: &'o mut BTreeMap<String, String>,
}

impl Over<'_> {
    fn set<T: Clone>(&mut self, slot: &mut T, field: &str, value: Option<&T>) {
        if let Some(value) = value {
            slot.clone_from(value);
            self.origins.insert(field.to_owned(), self.origin.to_owned());
        }
    }

    fn some<T: Clone>(&mut self, slot: &mut Option<T>, field: &str, value: Option<&T>) {
        if let Some(value) = value {
            *slot = Some(value.clone());
            self.origins.insert(field.to_owned(), self.origin.to_owned());
        }
    }
}
