//! Reads one row of a parameter table from TOML.

use toml::Table;

use super::{
    member_path::MemberPath,
    row::{Row, Verb, row_id},
    scalar::Scalar,
    section::{Section, listed, scalar},
};

const VERBS: [&str; 5] = ["rename", "drop", "refuse", "allow", "clamp"];
const KEYS: [&str; 11] =
    ["rename", "drop", "refuse", "allow", "clamp", "map", "unless", "when", "beside", "same", "why"];

/// Reads one row, whose table can also hold the `extra` keys.
pub(super) fn row(section: &mut Section<'_, '_>, param: &str, extra: &[&str]) -> Option<Row> {
    section.allow_only(&[&KEYS, extra].concat());
    let (name, verb) = verb(section)?;
    check_place(section, param, &verb);
    let id = row_id(if name == "allow" { "map" } else { name }, param);
    Some(Row {
        id,
        param: param.to_owned(),
        unless: section.scalars("unless").unwrap_or_default(),
        when: guards(section),
        beside: section.text("beside").map(str::to_owned),
        same: section.flag("same").unwrap_or_default(),
        why: why(section, name, &verb)?.into(),
        verb,
    })
}

/// Notes a problem with a name in brackets that leads nowhere, or whose verb needs a single place.
fn check_place(section: &mut Section<'_, '_>, param: &str, verb: &Verb) {
    if !param.contains('[') {
        return;
    }
    let is_removed = matches!(verb, Verb::Drop | Verb::Refuse);
    if !param.ends_with(']') && MemberPath::parse(param).is_none() {
        let remedy =
            "write a path such as `messages[*].content[*].KEY`, or `input[message].KEY` for one kind of item";
        section.problem(&[], format!("`{param}` is not the path of a member"), remedy);
    } else if !is_removed {
        let message = format!("`{param}` can only be dropped or refused");
        section.problem(&[], message, "write `drop = true` or `refuse = true`");
    }
}

fn verb(section: &mut Section<'_, '_>) -> Option<(&'static str, Verb)> {
    let written: Vec<&'static str> =
        VERBS.into_iter().filter(|verb| section.table.contains_key(*verb)).collect();
    let &[name] = written.as_slice() else {
        let message = if written.is_empty() {
            "the row has no verb".to_owned()
        } else {
            format!("the row has several verbs: {}", listed(&written))
        };
        section.problem(&[], message, format!("write one of {}", listed(&VERBS)));
        return None;
    };
    if name != "allow" && section.table.contains_key("map") {
        section.problem(
            &["map"],
            "`map` belongs beside `allow`",
            "write the values that are taken as `allow = […]`",
        );
    }
    let verb = match name {
        "rename" => Verb::Rename(section.text("rename")?.to_owned()),
        "drop" => enabled(section, name).then_some(Verb::Drop)?,
        "refuse" => enabled(section, name).then_some(Verb::Refuse)?,
        "allow" => Verb::Allow { values: section.scalars("allow")?, map: mapped(section) },
        _ => clamp(section)?,
    };
    Some((name, verb))
}

/// Reads a verb that is a flag. The flag must be `true`.
fn enabled(section: &mut Section<'_, '_>, name: &str) -> bool {
    let flag = section.flag(name);
    if flag == Some(false) {
        section.problem(
            &[name],
            format!("`{name} = false` has no effect"),
            "to remove inherited rows, write \"take\" in place of the row",
        );
    }
    flag == Some(true)
}

fn mapped(section: &mut Section<'_, '_>) -> Vec<(Scalar, Scalar)> {
    let Some(map) = section.table("map") else { return Vec::new() };
    let mut section = section.child(&["map"], map);
    let pair = |from: &String| {
        let to = section.read(from, "a plain value", scalar)?;
        Some((Scalar::Text(from.clone()), to))
    };
    map.keys().filter_map(pair).collect()
}

fn clamp(section: &mut Section<'_, '_>) -> Option<Verb> {
    let table: &Table = section.table("clamp")?;
    let mut bounds = section.child(&["clamp"], table);
    bounds.allow_only(&["min", "max"]);
    let (min, max) = (bounds.number("min"), bounds.number("max"));
    if min.is_none() && max.is_none() {
        bounds.problem(&[], "no bound is given", "write `clamp = { min = …, max = … }`");
    } else if min.zip(max).is_some_and(|(min, max)| min > max) {
        bounds.problem(&[], "`min` is above `max`", "swap them");
    }
    Some(Verb::Clamp { min, max })
}

fn guards(section: &mut Section<'_, '_>) -> Vec<(String, Vec<Scalar>)> {
    let Some(table) = section.table("when") else { return Vec::new() };
    let mut section = section.child(&["when"], table);
    table.keys().filter_map(|param| Some((param.clone(), section.scalars(param)?))).collect()
}

/// Reads the row's reason. A verb that loses something needs one; the other verbs have a default.
fn why(section: &mut Section<'_, '_>, name: &str, verb: &Verb) -> Option<String> {
    if section.table.contains_key("why") {
        return section.text("why").map(str::to_owned);
    }
    match verb {
        Verb::Rename(to) => Some(format!("Azure reads this as `{to}` here.")),
        Verb::Clamp { .. } => Some("Azure takes values within bounds only here.".to_owned()),
        Verb::Drop | Verb::Refuse | Verb::Allow { .. } => {
            section.problem(
                &["why"],
                format!("`{name}` needs a `why`"),
                "write one sentence for callers: what Azure does, and what to send instead",
            );
            None
        }
    }
}
