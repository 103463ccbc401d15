//! Finds a family by its name or by the name of a model.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{
    defaults::Defaults,
    key_path::KeyPath,
    model_name::{canonical, undated},
    nearest::nearest,
    problem::CatalogProblem,
    profile::Profile,
};
use crate::call::name;

/// The name of the family about which nothing is known.
pub(super) const UNKNOWN: &str = "unknown";

/// Every known family.
#[derive(Clone, Debug)]
pub struct Catalog {
    families: Vec<Arc<Profile>>,
    by_model: HashMap<String, Arc<Profile>>,
    unknown: Arc<Profile>,
    names: BTreeSet<String>,
}

impl Catalog {
    /// Returns a catalog without families. `names` are those that families and abstract blocks will have.
    pub(super) fn new(names: impl Iterator<Item = String>, defaults: &Defaults) -> Catalog {
        Catalog {
            families: Vec::new(),
            by_model: HashMap::new(),
            unknown: Arc::new(Profile::blank(UNKNOWN, defaults)),
            names: names.chain([UNKNOWN.to_owned()]).collect(),
        }
    }

    /// Adds a family. A model can belong to one family only.
    pub(super) fn add(&mut self, profile: Arc<Profile>, problems: &mut Vec<CatalogProblem>) {
        for model in &profile.models {
            if let Some(other) = self.by_model.insert(canonical(model), Arc::clone(&profile)) {
                problems.push(CatalogProblem::new(
                    KeyPath::new(["families", &profile.name, "models"]),
                    format!("`{model}` belongs to the family `{}` too", other.name),
                    format!("take it out of `{}` or of `{}`", other.name, profile.name),
                ));
            }
        }
        self.families.push(profile);
    }

    /// Returns the family with that name, or else the family of the model with that name.
    pub fn family(&self, name: &str) -> Option<Arc<Profile>> {
        if name == UNKNOWN {
            return Some(self.unknown());
        }
        let named = self.families.iter().find(|family| family.name.eq_ignore_ascii_case(name));
        named.cloned().or_else(|| self.by_model(name))
    }

    /// Returns the family of a base model, whose name can end in a date.
    pub fn by_model(&self, model: &str) -> Option<Arc<Profile>> {
        let name = canonical(model);
        let exact = self.by_model.get(name.as_str());
        exact.or_else(|| self.by_model.get(undated(&name)?)).cloned()
    }

    /// Returns the family of the model that an answer names. The model's name is known exactly or with a date behind
    /// it, or else its longest known start that ends at a `-` or a `.` counts, so that what fine-tuning appends
    /// (`gpt-4o-2024-08-06.ft-…`) is ignored. A digit after the `.` is a minor version, and another minor version is
    /// another model: `gpt-5.9` is not a `gpt-5`.
    pub fn by_answer(&self, model: &str) -> Option<Arc<Profile>> {
        if model.len() > name::LONGEST {
            return None;
        }
        let cuts = model.char_indices().rev().filter(|(at, letter)| match letter {
            '-' => true,
            '.' => {
                !model.get(at + 1..).is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
            }
            _ => false,
        });
        let shorter = cuts.filter_map(|(at, _)| model.get(..at));
        std::iter::once(model).chain(shorter).find_map(|name| self.by_model(name))
    }

    /// Returns whether a family or an abstract block has this name.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Returns the family of deployments about which nothing is known. azgate edits nothing in their calls.
    pub fn unknown(&self) -> Arc<Profile> {
        Arc::clone(&self.unknown)
    }

    /// Returns every family: those that azgate ships, in the order of its table, then the operator's own.
    pub fn families(&self) -> impl ExactSizeIterator<Item = &Arc<Profile>> {
        self.families.iter()
    }

    /// Returns the known family or model whose name is most similar to `name`.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.families.iter().flat_map(|family| {
            std::iter::once(&*family.name).chain(family.models.iter().map(String::as_str))
        });
        nearest(name, names)
    }
}
