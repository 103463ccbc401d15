//! Where each key of a config was written: line and column of the file, a variable, or a flag.

use std::{collections::BTreeMap, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{KeyPath, location::Location};

/// Where each key was written. A variable or a flag takes precedence over the file.
#[derive(Debug, Default)]
pub(super) struct Locations {
    file: BTreeMap<KeyPath, KeyLocation>,
    outside: BTreeMap<KeyPath, Location>,
}

/// Where the file has a key and its value.
#[derive(Debug)]
struct KeyLocation {
    key: Location,
    value: Location,
}

impl Locations {
    /// Returns the locations of all keys of a parsed file.
    pub(super) fn in_file(source: &SourceText<'_>, table: &DeTable<'_>) -> Locations {
        let mut locations = Locations::default();
        locations.add_table(source, &KeyPath::default(), table);
        locations
    }

    fn add_table(&mut self, source: &SourceText<'_>, at: &KeyPath, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = at.child(key.get_ref());
            let key = source.location(&key.span());
            // A table under a header has no location of its own.
            let has_value =
                !value.get_ref().is_table() || source.text.get(value.span()).is_some_and(is_inline);
            let value_location = if has_value { source.location(&value.span()) } else { key.clone() };
            if let DeValue::Table(inner) = value.get_ref() {
                self.add_table(source, &path, inner);
            }
            self.file.insert(path, KeyLocation { key, value: value_location });
        }
    }

    /// Adds the locations of a file that lies over this one.
    pub(super) fn add(&mut self, over: Locations) {
        self.file.extend(over.file);
    }

    /// Notes that a variable or a flag sets a key.
    pub(super) fn set(&mut self, at: KeyPath, location: Location) {
        self.outside.insert(at, location);
    }

    /// Returns where to point for a key that is wrong or missing.
    pub(super) fn key(&self, at: &KeyPath) -> Location {
        self.find(at, |found| &found.key)
    }

    /// Returns where to point for a value that is wrong.
    pub(super) fn value(&self, at: &KeyPath) -> Location {
        self.find(at, |found| &found.value)
    }

    /// Returns the key's own location, else that of a variable or flag that made its table, else that of the nearest
    /// table around it.
    fn find(&self, at: &KeyPath, part: fn(&KeyLocation) -> &Location) -> Location {
        let within = |at: &KeyPath| {
            self.outside.iter().find(|(path, _)| path.is_within(at)).map(|(_, location)| location)
        };
        let own = self.outside.get(at).or_else(|| self.file.get(at).map(part)).or_else(|| within(at));
        match (own, at.parent()) {
            (Some(location), _) => location.clone(),
            (None, Some(table)) if !table.segments().is_empty() => self.find(&table, |found| &found.key),
            (None, _) => Location::Unwritten,
        }
    }
}

fn is_inline(table: &str) -> bool {
    table.starts_with('{')
}

/// A file's name and text, which turn an offset into line and column.
pub(super) struct SourceText<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl SourceText<'_> {
    /// Returns line and column of the start of a span.
    pub(super) fn location(&self, span: &Range<usize>) -> Location {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Location::File { file: self.name.to_owned(), line, column }
    }
}
