//! The overlay: what a probe found, as lines for the config, and over the lines of earlier probes.

use toml::{Table, Value};

use super::{line::Line, toml_text};
use crate::{
    call::Dialect,
    catalog::{Catalog, Profile},
    translate::learn::{block_of, key},
};

/// The first words of a file that a probe has written.
const MARK: &str = "# Written by azgate probe.";

/// The lines that a probe found.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The family that holds the lines.
    pub family: String,
    families: Table,
    /// The models that must name the family, because they declare another one.
    models: Table,
}

/// Why a file cannot take the lines of a probe.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it was not written by `azgate probe`")]
pub struct NotAnOverlay;

impl Overlay {
    /// Returns the overlay of these lines for a deployment. `settled` are the ids of answered questions, under the name
    /// of the place that answered them.
    pub(super) fn new(
        deployment: &str,
        (profile, catalog): (&Profile, &Catalog),
        lines: &[Line],
        (place, settled): (&str, Vec<String>),
    ) -> Overlay {
        let (family, head) = block_of(deployment, profile, catalog);
        let mut block: Table = head.parse().unwrap_or_default();
        for line in lines {
            let Some(value) = parsed(&line.value) else { continue };
            match line.table {
                None => {
                    block.insert(line.key.clone(), value);
                }
                Some(dialect) => insert(&mut block, dialect.name(), &line.key, value),
            }
        }
        if !settled.is_empty() {
            let settled = settled.into_iter().map(Value::String).collect();
            insert(&mut block, "settled", place, Value::Array(settled));
        }
        let families = Table::from_iter([(family.clone(), Value::Table(block))]);
        Overlay { family, families, models: Table::new() }
    }

    /// Returns whether a probe has written the text.
    pub fn wrote(text: &str) -> bool {
        text.starts_with(MARK)
    }

    /// Makes models of the config name the family of the lines. They declare another one now.
    #[must_use]
    pub fn named_by(mut self, models: &[String]) -> Overlay {
        for model in models {
            let family = Table::from_iter([("family".to_owned(), Value::String(self.family.clone()))]);
            self.models.insert(model.clone(), Value::Table(family));
        }
        self
    }

    /// Returns whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.families.values().filter_map(Value::as_table).all(Table::is_empty)
    }

    /// Lays the overlay over the text of an earlier one. The result has the lines of both.
    ///
    /// # Errors
    /// When something else has written the text.
    pub fn over(self, earlier: &str) -> Result<Overlay, NotAnOverlay> {
        if !Overlay::wrote(earlier) {
            return Err(NotAnOverlay);
        }
        let mut table: Table = earlier.parse().map_err(|_| NotAnOverlay)?;
        let Some(Value::Table(mut families)) = table.remove("families") else { return Err(NotAnOverlay) };
        merge(&mut families, self.families);
        let mut models = match table.remove("models") {
            Some(Value::Table(models)) => models,
            _ => Table::new(),
        };
        models.extend(self.models);
        Ok(Overlay { family: self.family, families, models })
    }

    /// Returns the lines, for a config or a file of their own.
    pub fn text(&self) -> String {
        let blocks = self.families.iter().filter_map(|(name, block)| {
            Some(toml_text::block(&format!("families.{}", key(name)), block.as_table()?))
        });
        blocks.collect::<Vec<_>>().join("\n")
    }

    /// Returns the text of a file that holds the lines.
    pub fn file(&self) -> String {
        let models = self.models.iter().filter_map(|(name, model)| {
            Some(toml_text::block(&format!("models.{}", key(name)), model.as_table()?))
        });
        let blocks: Vec<String> = std::iter::once(self.text()).chain(models).collect();
        format!("{MARK} Run it again to ask what is still open.\n\n{}", blocks.join("\n"))
    }
}

fn parsed(text: &str) -> Option<Value> {
    let mut table: Table = format!("value = {text}").parse().ok()?;
    table.remove("value")
}

fn insert(block: &mut Table, table: &str, name: &str, value: Value) {
    let inner = block.entry(table).or_insert_with(|| Value::Table(Table::new()));
    if let Some(inner) = inner.as_table_mut() {
        inner.insert(name.to_owned(), value);
    }
}

/// Lays one block over another. Lists of settled questions are joined, a line replaces the older one.
fn merge(under: &mut Table, over: Table) {
    for (name, block) in over {
        let (Some(Value::Table(old)), Value::Table(new)) = (under.get_mut(&name), &block) else {
            under.insert(name, block);
            continue;
        };
        for (name, value) in new {
            match (old.get_mut(name), value) {
                (Some(Value::Table(old)), Value::Table(new)) if is_table(name) => join(old, new),
                _ => {
                    old.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

fn is_table(name: &str) -> bool {
    name == "settled" || Dialect::named(name).is_some()
}

fn join(old: &mut Table, new: &Table) {
    for (name, value) in new {
        match (old.get_mut(name), value) {
            // A row may be a list too, and is replaced like any other.
            (Some(Value::Array(old)), Value::Array(new)) if new.iter().chain(&*old).all(Value::is_str) => {
                let fresh: Vec<Value> = new.iter().filter(|id| !old.contains(id)).cloned().collect();
                old.extend(fresh);
            }
            _ => {
                old.insert(name.clone(), value.clone());
            }
        }
    }
}
