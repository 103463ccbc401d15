//! Every family, found by its name or by the name of a model.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use toml::{Table, Value};

use crate::call::{Dialect, name};

use super::{
    block::Block,
    lineage::{Family, lineage},
    model_name::{canonical, undated},
    problem::{Problem, nearest},
    profile::Profile,
    resolve::{Defaults, Draft, blank},
    section::{Section, scalar},
};

const EMBEDDED: &str = include_str!("families.toml");

/// The name of the family about which nothing is known.
const UNKNOWN: &str = "unknown";

/// Every family that is known.
#[derive(Clone, Debug)]
pub struct Catalog {
    families: Vec<Arc<Profile>>,
    by_model: HashMap<String, Arc<Profile>>,
    unknown: Arc<Profile>,
    names: BTreeSet<String>,
}

impl Catalog {
    /// The catalog that azgate ships.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test loads the embedded file")]
    pub fn embedded() -> Catalog {
        Catalog::load(&Table::new()).expect("the embedded catalog is sound")
    }

    /// The embedded catalog under an operator's `families` table; every problem at once.
    pub fn load(overlay: &Table) -> Result<Catalog, Vec<Problem>> {
        let mut problems = Vec::new();
        let embedded: Table = match EMBEDDED.parse() {
            Ok(table) => table,
            Err(error) => {
                return Err(vec![Problem::new(&["families"], error.to_string(), "report this to azgate")]);
            }
        };
        let defaults = defaults(&embedded, &mut problems);
        let shipped = embedded.get("families").and_then(Value::as_table);
        let mut families = Vec::new();
        for (name, value) in shipped.into_iter().flatten() {
            let embedded = block(name, value, &mut problems);
            families.push(Family { name: name.clone(), embedded, overlay: None });
        }
        for (name, value) in overlay {
            let overlay = block(name, value, &mut problems);
            match families.iter_mut().find(|family| family.name == *name) {
                Some(family) => family.overlay = overlay,
                None => families.push(Family { name: name.clone(), embedded: None, overlay }),
            }
        }
        let catalog = Catalog::resolve(&families, &defaults, &mut problems);
        if problems.is_empty() { Ok(catalog) } else { Err(problems) }
    }

    fn resolve(families: &[Family], defaults: &Defaults, problems: &mut Vec<Problem>) -> Catalog {
        let mut catalog = Catalog {
            families: Vec::new(),
            by_model: HashMap::new(),
            unknown: Arc::new(blank(UNKNOWN, defaults)),
            names: families.iter().map(|family| family.name.clone()).chain([UNKNOWN.to_owned()]).collect(),
        };
        for family in families {
            let line = lineage(family, families, problems);
            if family.is_abstract() {
                continue;
            }
            let mut draft = Draft::new(&family.name, family.models(), defaults);
            line.iter().flat_map(|one| one.layers()).for_each(|layer| draft.lay(layer));
            catalog.add(Arc::new(draft.finish(problems)), problems);
        }
        catalog
    }

    fn add(&mut self, profile: Arc<Profile>, problems: &mut Vec<Problem>) {
        for model in &profile.models {
            if let Some(other) = self.by_model.insert(canonical(model), Arc::clone(&profile)) {
                problems.push(Problem::new(
                    &["families", &profile.name, "models"],
                    format!("`{model}` belongs to the family `{}` too", other.name),
                    format!("take it out of `{}` or of `{}`", other.name, profile.name),
                ));
            }
        }
        self.families.push(profile);
    }

    /// The family of that name, or else of the model of that name.
    pub fn family(&self, name: &str) -> Option<Arc<Profile>> {
        if name == UNKNOWN {
            return Some(self.unknown());
        }
        let named = self.families.iter().find(|family| family.name.eq_ignore_ascii_case(name));
        named.cloned().or_else(|| self.by_model(name))
    }

    /// The family of a base model, whose name may end in a date.
    pub fn by_model(&self, model: &str) -> Option<Arc<Profile>> {
        let name = canonical(model);
        let exact = self.by_model.get(name.as_str());
        exact.or_else(|| self.by_model.get(undated(&name)?)).cloned()
    }

    /// The family of the model that an answer names: exactly, with a date behind it, or else the longest known name
    /// that ends there at a `-` or a `.`. `gpt-5.9` is no `gpt-5`: another minor version is another model. What
    /// fine-tuning appends (`gpt-4o-2024-08-06.ft-…`) is left out.
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

    /// Whether a family, or an abstract block, has this name.
    pub fn has_name(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// The family of a deployment about which nothing is known: nothing is edited.
    pub fn unknown(&self) -> Arc<Profile> {
        Arc::clone(&self.unknown)
    }

    /// Every family: those that azgate ships in the order of its table, then the operator's own.
    pub fn families(&self) -> impl ExactSizeIterator<Item = &Arc<Profile>> {
        self.families.iter()
    }

    /// The known family or model whose name is most like this one.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        let names = self.families.iter().flat_map(|family| {
            std::iter::once(&*family.name).chain(family.models.iter().map(String::as_str))
        });
        nearest(name, names)
    }
}

fn block(name: &str, value: &Value, problems: &mut Vec<Problem>) -> Option<Block> {
    if name == UNKNOWN {
        let remedy = "give the family another name, and name it as the deployment's `family`";
        problems.push(Problem::new(
            &["families", name],
            "`unknown` is the family of which nothing is known",
            remedy,
        ));
        return None;
    }
    let Value::Table(table) = value else {
        problems.push(Problem::new(
            &["families", name],
            "a family is a table",
            format!("write `[families.{name}]`"),
        ));
        return None;
    };
    Some(Block::read(&mut Section::new(table, &["families", name], problems)))
}

fn defaults(embedded: &Table, problems: &mut Vec<Problem>) -> Defaults {
    let mut read = |dialect: Dialect| {
        let table = embedded.get("defaults")?.get(dialect.name())?.as_table()?;
        let mut section = Section::new(table, &["defaults", dialect.name()], problems);
        let read = |key: &String| Some((key.clone(), section.read(key, "plain value", scalar)?));
        Some(table.keys().filter_map(read).collect())
    };
    Defaults {
        chat: read(Dialect::Chat).unwrap_or_default(),
        responses: read(Dialect::Responses).unwrap_or_default(),
    }
}
