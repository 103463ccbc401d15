//! Lays the blocks of a family over each other, base first, and makes one profile of them.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    capabilities::Effort,
    defaults::Defaults,
    entry::Entry,
    key_path::KeyPath,
    lineage::BlockLayer,
    problem::CatalogProblem,
    profile::{Profile, origin_key},
    row::{Row, Verb},
    scalar::Scalar,
    section::listed,
};
use crate::call::Dialect;

/// A profile to which blocks are still added.
#[derive(Debug)]
pub(super) struct ProfileBuilder {
    profile: Profile,
    default_effort: Option<Effort>,
    /// Parameters whose inherited rows a block has removed.
    taken: BTreeSet<(&'static str, String)>,
}

impl ProfileBuilder {
    pub(super) fn new(name: &str, models: &[String], defaults: &Defaults) -> ProfileBuilder {
        let profile = Profile { models: models.to_vec(), ..Profile::blank(name, defaults) };
        ProfileBuilder { profile, default_effort: None, taken: BTreeSet::new() }
    }

    /// Lays one block on top.
    pub(super) fn add(&mut self, BlockLayer { origin, block }: BlockLayer<'_>) {
        let profile = &mut self.profile;
        let mut fields = FieldWriter { origin, origins: &mut profile.origins };
        if block.models.is_some() {
            fields.origins.insert("models".to_owned(), origin.to_owned());
        }
        fields.set(&mut profile.dialects, "operations", block.dialects.as_ref());
        fields.set(&mut profile.streaming, "streaming", block.streaming.as_ref());
        fields.set(&mut profile.system_role, "system_role", block.system_role.as_ref());
        fields.set_some(&mut profile.min_api_version, "min_api_version", block.min_api_version.as_ref());
        fields.set_some(&mut profile.modalities, "modalities", block.modalities.as_ref());
        fields.set_some(&mut profile.context.window, "context.window", block.context.window.as_ref());
        fields.set_some(&mut profile.context.input, "context.input", block.context.input.as_ref());
        fields.set_some(&mut profile.context.output, "context.output", block.context.output.as_ref());
        fields.set_some(&mut profile.efforts, "efforts", block.efforts.as_ref());
        fields.set_some(
            &mut profile.responses_efforts,
            "responses_efforts",
            block.responses_efforts.as_ref(),
        );
        fields.set_some(&mut self.default_effort, "default_effort", block.default_effort.as_ref());
        fields.set(&mut profile.tools_with_effort, "tools_with_effort", block.tools_with_effort.as_ref());
        fields.set(&mut profile.replayed_reasoning, "replayed_reasoning", block.replayed_reasoning.as_ref());
        fields.set(&mut profile.functions, "functions", block.functions.as_ref());
        fields.set(&mut profile.custom_tools, "custom_tools", block.custom_tools.as_ref());
        fields.set_some(&mut profile.retires, "retires", block.retires.as_ref());
        fields.set_some(&mut profile.replaced_by, "replaced_by", block.replaced_by.as_ref());
        fields.set(&mut profile.source, "source", block.source.as_ref());
        profile.settled.extend(block.settled.iter().map(|(place, ids)| (place.clone(), ids.clone())));
        for dialect in Dialect::ALL {
            for entry in block.entries.of(dialect) {
                self.add_entry(origin, dialect, entry);
            }
        }
    }

    fn add_entry(&mut self, origin: &str, dialect: Dialect, entry: &Entry) {
        let profile = &mut self.profile;
        let rows = profile.rows.of_mut(dialect);
        match entry {
            Entry::Take(param) => {
                rows.retain(|row| row.param != *param);
                self.taken.insert((dialect.name(), param.clone()));
            }
            Entry::Row(row) => {
                match rows.iter_mut().find(|old| old.id == row.id) {
                    Some(old) => old.clone_from(row),
                    None => rows.push(row.clone()),
                }
                profile.origins.insert(origin_key(dialect, &row.id).into_owned(), origin.to_owned());
            }
        }
    }

    /// Returns the finished profile.
    pub(super) fn finish(mut self, problems: &mut Vec<CatalogProblem>) -> Profile {
        self.set_default_effort(problems);
        self.clamp_caps(Dialect::Chat, &["max_tokens", "max_completion_tokens"]);
        self.clamp_caps(Dialect::Responses, &["max_output_tokens"]);
        let ProfileBuilder { mut profile, .. } = self;
        // A row that was removed has no origin.
        let keys = |dialect| profile.rows(dialect).iter().map(move |row| origin_key(dialect, &row.id));
        let rows: BTreeSet<String> = Dialect::ALL.into_iter().flat_map(keys).map(Cow::into_owned).collect();
        profile.origins.retain(|key, _| is_field(key) || rows.contains(key.as_str()));
        profile
    }

    /// Makes the default effort the value of an absent one, for a family that has efforts at all.
    fn set_default_effort(&mut self, problems: &mut Vec<CatalogProblem>) {
        let (Some(effort), Some(efforts)) = (self.default_effort, &self.profile.efforts) else { return };
        if efforts.contains(&effort) {
            for (dialect, param) in
                [(Dialect::Chat, "reasoning_effort"), (Dialect::Responses, "reasoning.effort")]
            {
                let value = Scalar::Text(effort.name().to_owned());
                self.profile.defaults.of_mut(dialect).insert(param.to_owned(), value);
            }
        } else if !efforts.is_empty() {
            let known: Vec<&str> = efforts.iter().map(|effort| effort.name()).collect();
            problems.push(CatalogProblem::new(
                KeyPath::new(["families", &self.profile.name, "default_effort"]),
                format!("`{}` is not one of the family's efforts", effort.name()),
                format!("write one of {}, or add it to `efforts`", listed(&known)),
            ));
        }
    }

    /// Adds rows that clamp caps to the longest answer. Azure refuses a larger cap, and the longest answer
    /// is the most that it could have meant. The rule reports a loss if that is far below what was asked.
    fn clamp_caps(&mut self, dialect: Dialect, params: &[&str]) {
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
            self.profile.rows.of_mut(dialect).push(Row {
                id: id.into(),
                param: (*param).to_owned(),
                verb: Verb::Clamp { min: None, max: Some(f64::from(most)) },
                unless: Vec::new(),
                when: Vec::new(),
                beside: None,
                same: true,
                why: format!(
                    "An answer of this family holds {output} tokens at most; Azure refuses a larger cap."
                )
                .into(),
            });
        }
    }
}

/// Returns whether an origin is a field's. A row's key begins with a verb, after the dialect if that is not chat.
fn is_field(key: &str) -> bool {
    let id = key.strip_prefix("responses:").unwrap_or(key);
    !["rename.", "drop.", "refuse.", "map.", "clamp."].iter().any(|verb| id.starts_with(verb))
}

/// Writes the fields of one block into a profile, with their origin.
struct FieldWriter<'o> {
    origin: &'o str,
    origins: &'o mut BTreeMap<String, String>,
}

impl FieldWriter<'_> {
    fn set<T: Clone>(&mut self, slot: &mut T, field: &str, value: Option<&T>) {
        if let Some(value) = value {
            slot.clone_from(value);
            self.origins.insert(field.to_owned(), self.origin.to_owned());
        }
    }

    fn set_some<T: Clone>(&mut self, slot: &mut Option<T>, field: &str, value: Option<&T>) {
        if value.is_some() {
            self.set(slot, field, Some(&value.cloned()));
        }
    }
}
