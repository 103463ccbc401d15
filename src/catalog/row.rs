//! The parameter rows of a block, read from TOML.

use std::sync::Arc;

use toml::{Table, Value};

use super::{
    profile::{Row, Scalar, Verb},
    section::{Section, listed, scalar, shown},
};

const VERBS: [&str; 5] = ["rename", "drop", "refuse", "allow", "clamp"];
const KEYS: [&str; 10] =
    ["rename", "drop", "refuse", "allow", "clamp", "map", "unless", "when", "same", "why"];

/// What a Responses call says with nested parameters and a chat call with a plain one: the rows of both go by the name
/// that it has in chat, so that one word of a policy governs both.
const ONE_NAME: [(&str, &str); 3] = [
    ("reasoning.effort", "reasoning_effort"),
    ("text.format", "response_format"),
    ("text.verbosity", "verbosity"),
];

/// The id of a row.
pub(crate) fn row_id(verb: &str, param: &str) -> Arc<str> {
    let name = ONE_NAME.iter().find(|(nested, _)| *nested == param).map_or(param, |(_, plain)| plain);
    format!("{verb}.{name}").into()
}

/// What a block says of one parameter.
#[derive(Debug)]
pub(super) enum Entry {
    /// `"take"`: every inherited row of this parameter is gone.
    Take(String),
    /// One row.
    Row(Row),
}

/// Every entry of a block's table of an operation: a parameter holds one row, `"take"`, or a list of these.
pub(super) fn entries(rows: &mut Section<'_, '_>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (param, value) in rows.table {
        let before = entries.len();
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    entries.extend(entry(rows, param, &[param, &index.to_string()], item));
                }
            }
            one => entries.extend(entry(rows, param, &[param], one)),
        }
        let mut ids: Vec<&str> = entries.iter().skip(before).filter_map(Entry::id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find_map(|pair| match pair {
            [one, other] if one == other => Some(format!("`{one}` is written twice")),
            _ => None,
        }) {
            rows.problem(&[param], twice, "write one row for each verb");
        }
    }
    entries
}

impl Entry {
    fn id(&self) -> Option<&str> {
        match self {
            Entry::Take(_) => None,
            Entry::Row(row) => Some(&row.id),
        }
    }
}

fn entry<'t>(rows: &mut Section<'t, '_>, param: &str, keys: &[&str], value: &'t Value) -> Option<Entry> {
    match value {
        Value::String(word) if word == "take" => Some(Entry::Take(param.to_owned())),
        Value::Table(table) => row(&mut rows.below(keys, table), param, &[]).map(Entry::Row),
        other => {
            rows.problem(
                keys,
                format!("{} says nothing of `{param}`", shown(other)),
                "write a row such as `{ drop = true, why = \"…\" }`, or \"take\" to remove the inherited rows",
            );
            None
        }
    }
}

/// One row, whose table may hold the `extra` keys too.
pub(super) fn row(section: &mut Section<'_, '_>, param: &str, extra: &[&str]) -> Option<Row> {
    section.only(&[&KEYS, extra].concat());
    let (word, verb) = verb(section)?;
    let name = if word == "allow" { "map" } else { word };
    Some(Row {
        id: row_id(name, param),
        param: param.to_owned(),
        unless: section.scalars("unless").unwrap_or_default(),
        when: guards(section),
        same: section.flag("same").unwrap_or_default(),
        why: why(section, word, &verb)?.into(),
        verb,
    })
}

fn verb(section: &mut Section<'_, '_>) -> Option<(&'static str, Verb)> {
    let said: Vec<&'static str> =
        VERBS.into_iter().filter(|verb| section.table.contains_key(*verb)).collect();
    let &[word] = said.as_slice() else {
        let message = if said.is_empty() {
            "the row has no verb".to_owned()
        } else {
            format!("the row has several verbs: {}", listed(&said))
        };
        section.problem(&[], message, format!("write one of {}", listed(&VERBS)));
        return None;
    };
    if word != "allow" && section.table.contains_key("map") {
        section.problem(
            &["map"],
            "`map` belongs beside `allow`",
            "write the values that are taken as `allow = […]`",
        );
    }
    let verb = match word {
        "rename" => Verb::Rename(section.text("rename")?.to_owned()),
        "drop" => told(section, "drop")?,
        "refuse" => told(section, "refuse")?,
        "allow" => Verb::Allow { values: section.scalars("allow")?, map: mapped(section) },
        _ => clamp(section)?,
    };
    Some((word, verb))
}

fn told(section: &mut Section<'_, '_>, word: &str) -> Option<Verb> {
    if section.flag(word)? {
        return Some(if word == "drop" { Verb::Drop } else { Verb::Refuse });
    }
    section.problem(
        &[word],
        format!("`{word} = false` says nothing"),
        "to remove inherited rows, write \"take\" in place of the row",
    );
    None
}

fn mapped(section: &mut Section<'_, '_>) -> Vec<(Scalar, Scalar)> {
    let Some(map) = section.table("map") else { return Vec::new() };
    let mut section = section.below(&["map"], map);
    let read = |section: &mut Section<'_, '_>, from: &String| {
        let to = section.read(from, "plain value", scalar)?;
        Some((Scalar::Text(from.clone()), to))
    };
    map.keys().filter_map(|from| read(&mut section, from)).collect()
}

fn clamp(section: &mut Section<'_, '_>) -> Option<Verb> {
    let table: &Table = section.table("clamp")?;
    let mut bounds = section.below(&["clamp"], table);
    bounds.only(&["min", "max"]);
    let (min, max) = (bounds.number("min"), bounds.number("max"));
    if min.is_none() && max.is_none() {
        bounds.problem(&[], "no bound is given", "write `clamp = { min = …, max = … }`");
    } else if min.zip(max).is_some_and(|(min, max)| min > max) {
        bounds.problem(&[], "`min` is above `max`", "exchange them");
    }
    Some(Verb::Clamp { min, max })
}

fn guards(section: &mut Section<'_, '_>) -> Vec<(String, Vec<Scalar>)> {
    let Some(table) = section.table("when") else { return Vec::new() };
    let mut section = section.below(&["when"], table);
    table.keys().filter_map(|param| Some((param.clone(), section.scalars(param)?))).collect()
}

/// The row's reason. What loses something must give one; the others explain themselves.
fn why(section: &mut Section<'_, '_>, word: &str, verb: &Verb) -> Option<String> {
    if section.table.contains_key("why") {
        return section.text("why").map(str::to_owned);
    }
    match verb {
        Verb::Rename(to) => Some(format!("Azure reads this as `{to}` here.")),
        Verb::Clamp { .. } => Some("Azure takes values within bounds only here.".to_owned()),
        Verb::Drop | Verb::Refuse | Verb::Allow { .. } => {
            section.problem(
                &["why"],
                format!("`{word}` needs a `why`"),
                "say in one sentence what Azure does and what to do instead: callers read it",
            );
            None
        }
    }
}
