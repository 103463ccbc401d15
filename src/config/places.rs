//! Where each key of a config was written: line and column of the file, a variable, or a flag.

use std::{collections::BTreeMap, ops::Range};

use toml::de::{DeTable, DeValue};

use super::{KeyPath, Place};

/// Where each key was written. What was set outside of the file goes before the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    file: BTreeMap<KeyPath, Spot>,
    outside: BTreeMap<KeyPath, Place>,
}

/// A key and its value in the file.
#[derive(Debug)]
struct Spot {
    key: Place,
    value: Place,
}

impl Places {
    /// The places of a parsed file.
    pub(super) fn in_file(name: &str, text: &str, table: &DeTable<'_>) -> Places {
        let mut places = Places::default();
        let file = Source { name, text };
        places.enter(&file, &KeyPath::default(), table);
        places
    }

    fn enter(&mut self, source: &Source<'_>, at: &KeyPath, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = at.child(key.get_ref());
            let key = source.place(&key.span());
            // A table under a header has no place of its own.
            let has_value =
                !value.get_ref().is_table() || source.text.get(value.span()).is_some_and(is_inline);
            let spot = Spot { value: if has_value { source.place(&value.span()) } else { key.clone() }, key };
            if let DeValue::Table(inner) = value.get_ref() {
                self.enter(source, &path, inner);
            }
            self.file.insert(path, spot);
        }
    }

    /// Notes that a key was set by a variable or a flag.
    pub(super) fn set(&mut self, at: KeyPath, place: Place) {
        self.outside.insert(at, place);
    }

    /// Where to point for a key that is wrong or missing.
    pub(super) fn key(&self, at: &KeyPath) -> Place {
        self.find(at, |spot| &spot.key)
    }

    /// Where to point for a value that is wrong.
    pub(super) fn value(&self, at: &KeyPath) -> Place {
        self.find(at, |spot| &spot.value)
    }

    /// The key's own place, else a variable or flag that made its table, else the nearest table around it.
    fn find(&self, at: &KeyPath, side: fn(&Spot) -> &Place) -> Place {
        let within =
            |at: &KeyPath| self.outside.iter().find(|(path, _)| path.is_within(at)).map(|(_, place)| place);
        let own = self.outside.get(at).or_else(|| self.file.get(at).map(side)).or_else(|| within(at));
        match (own, at.parent()) {
            (Some(place), _) => place.clone(),
            (None, Some(table)) if !table.segments().is_empty() => self.find(&table, |spot| &spot.key),
            (None, _) => Place::Unwritten,
        }
    }
}

fn is_inline(table: &str) -> bool {
    table.starts_with('{')
}

/// A file's text, for turning offsets into lines.
pub(super) struct Source<'a> {
    pub(super) name: &'a str,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// Line and column of an offset.
    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Place::File { file: self.name.to_owned(), line, column }
    }
}
