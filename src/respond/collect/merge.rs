//! Merges the values of one chunk into those that earlier chunks brought. Values are copied as they are spelt.

use super::{
    table::{MergeRule, Table},
    value::{GrowingValue, Members, is_empty},
};
use crate::{
    bridge::filters,
    json::{Document, Kind, View, text},
};

/// How many bytes a new member or item counts for, beside its own.
const ENTRY: usize = 64;

/// How deep the lists of a delta are parsed: calls, their members, and those of their functions.
const DEPTH: u32 = 3;

impl Members {
    /// Merges the members of an object. Returns by how many bytes the answer grew.
    pub(super) fn merge(&mut self, object: View<'_>, table: Table) -> usize {
        let mut more = 0;
        for (key, value) in object.members() {
            let rule = table(&key);
            if matches!(rule, MergeRule::Drop) {
                continue;
            }
            if !self.0.contains_key(&*key) {
                more += key.len() + ENTRY;
                self.0.insert(key.clone().into_owned(), GrowingValue::null());
            }
            if let Some(part) = self.0.get_mut(&*key) {
                more += part.merge(value, rule);
            }
        }
        more
    }
}

impl GrowingValue {
    /// Merges a value of one chunk. Returns by how many bytes the answer grew.
    pub(super) fn merge(&mut self, value: View<'_>, rule: MergeRule) -> usize {
        match (rule, value.kind()) {
            (MergeRule::Join, Kind::String) => self.join(value),
            (MergeRule::Append, Kind::Array) => self.append(value),
            (MergeRule::Members(_), Kind::Object) | (MergeRule::Items(_), Kind::Array) => {
                self.nested(value, rule)
            }
            (MergeRule::First, _)
                if !self.is_empty() && !matches!(self, GrowingValue::Value(raw) if raw == b"0") =>
            {
                0
            }
            (MergeRule::Worst, _) => match self {
                GrowingValue::Value(old) if !filters::is_worse(value.raw(), old) => 0,
                _ => self.set(value),
            },
            _ if is_empty(value.raw()) && !self.is_empty() => 0,
            _ => self.set(value),
        }
    }

    fn set(&mut self, value: View<'_>) -> usize {
        let new = value.raw();
        if let GrowingValue::Value(old) = self {
            let more = new.len().saturating_sub(old.len());
            old.clear();
            old.extend_from_slice(new);
            more
        } else {
            *self = GrowingValue::Value(new.into());
            new.len()
        }
    }

    fn join(&mut self, value: View<'_>) -> usize {
        // Strings are joined as they are spelt, so two deltas may each have half of an escaped surrogate pair.
        let more = text::inner(value.raw());
        match self {
            GrowingValue::Text(text) => text.extend_from_slice(more),
            _ => *self = GrowingValue::Text(more.into()),
        }
        more.len()
    }

    fn append(&mut self, value: View<'_>) -> usize {
        let more = text::inner(value.raw()).trim_ascii();
        match self {
            GrowingValue::List(list) if more.is_empty() || list.is_empty() => list.extend_from_slice(more),
            GrowingValue::List(list) => {
                list.push(b',');
                list.extend_from_slice(more);
            }
            _ => *self = GrowingValue::List(more.into()),
        }
        more.len() + 1
    }

    /// Merges a nested object or list. Parses it on its own if it lies deeper than its document was parsed.
    fn nested(&mut self, value: View<'_>, rule: MergeRule) -> usize {
        let closed = value.members().next().is_none() && value.items().next().is_none();
        let deeper = if closed && !is_empty(value.raw()) { value.reparse(DEPTH) } else { None };
        let value = deeper.as_ref().map_or(value, Document::root);
        match rule {
            MergeRule::Members(table) => self.object().merge(value, table),
            MergeRule::Items(table) => self.by_index(value, table),
            _ => 0,
        }
    }

    fn by_index(&mut self, list: View<'_>, table: Table) -> usize {
        let items = self.items();
        let mut more = 0;
        for (position, item) in (0..).zip(list.items()).filter(|(_, item)| item.kind() == Kind::Object) {
            let index = item.get("index").and_then(View::whole).unwrap_or(position);
            more += ENTRY * usize::from(!items.contains_key(&index));
            more += items.entry(index).or_default().merge(item, table);
        }
        more
    }
}
