//! Writes lessons as an operator would: as lines for the `families` of a configuration.

use std::fmt::Write;

use super::{Lesson, Lessons};
use crate::{
    call::Dialect,
    catalog::{Catalog, Keyword, Profile, Row, Scalar, Verb},
    json::text,
};

impl Lessons {
    /// The overlay that makes the same edits without learning. A deployment that is named like a model of its family
    /// amends that family; any other gets a family of its own, which stands on the base where one is known.
    pub fn overlay(&self, deployment: &str, base: &Profile, catalog: &Catalog) -> String {
        let (name, mut lines) = block_of(deployment, base, catalog);
        for lesson in self.iter().filter(|lesson| !matches!(lesson, Lesson::Row(..))) {
            line(&mut lines, format_args!("{} # {}", lesson.line(), lesson.why()));
        }
        let mut text = format!("[families.{}]\n{lines}", key(&name));
        for dialect in Dialect::ALL {
            let rows = self.rows(dialect);
            if !rows.is_empty() {
                line(&mut text, format_args!("[families.{}.{dialect}]", key(&name)));
                table(&mut text, &rows);
            }
        }
        text
    }
}

/// Returns the name of the block that holds what is known of a deployment, and the lines that begin the block. A
/// deployment that is named like a model of its family amends that family; any other gets a family of its own.
pub(crate) fn block_of(deployment: &str, base: &Profile, catalog: &Catalog) -> (String, String) {
    if base.has_model(deployment) {
        return (base.name.to_string(), String::new());
    }
    let mut lines = String::new();
    line(&mut lines, format_args!("models = [{}]", quoted(deployment)));
    if base.name != catalog.unknown().name {
        line(&mut lines, format_args!("inherits = {}", quoted(&base.name)));
    }
    let suffix = if catalog.has_name(deployment) { "-deployment" } else { "" };
    (format!("{deployment}{suffix}"), lines)
}

impl Lesson {
    /// The lesson as a line of a family's block.
    pub fn line(&self) -> String {
        match self {
            Lesson::Row(dialect, row) => format!("{dialect}.{} = {}", key(&row.param), value(row)),
            Lesson::Dialects(served) => {
                let served: Vec<String> = served.iter().map(|dialect| quoted(dialect.name())).collect();
                format!("operations = [{}]", served.join(", "))
            }
            Lesson::SystemRole(role) => format!("system_role = {}", quoted(role.keyword())),
            Lesson::Synthesize => "streaming = \"synthesized\"".to_owned(),
            Lesson::ApiVersion(version) => format!("min_api_version = {}", quoted(version.as_str())),
            Lesson::ToolsWithEffort(tools) => format!("tools_with_effort = {}", quoted(tools.keyword())),
            Lesson::ReplayedReasoning(of) => format!("replayed_reasoning = {}", quoted(of.keyword())),
        }
    }
}

/// Rows as a table of parameters; several of one parameter are a list.
fn table(text: &mut String, rows: &[&Row]) {
    for rows in rows.chunk_by(|one, other| one.param == other.param) {
        let Some(first) = rows.first() else { continue };
        let values: Vec<String> = rows.iter().map(|row| value(row)).collect();
        match values.as_slice() {
            [one] => line(text, format_args!("{} = {one}", key(&first.param))),
            many => line(text, format_args!("{} = [{}]", key(&first.param), many.join(", "))),
        }
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    let _infallible = writeln!(text, "{line}");
}

/// Returns a row as an inline table.
pub(crate) fn value(row: &Row) -> String {
    let mut members = vec![match &row.verb {
        Verb::Rename(to) => format!("rename = {}", quoted(to)),
        Verb::Drop => "drop = true".to_owned(),
        Verb::Refuse => "refuse = true".to_owned(),
        Verb::Allow { values, .. } => format!("allow = {}", list(values)),
        Verb::Clamp { min, max } => {
            let bound =
                |name: &str, bound: &Option<f64>| bound.map(|bound| format!("{name} = {}", number(bound)));
            let bounds: Vec<String> = [bound("min", min), bound("max", max)].into_iter().flatten().collect();
            format!("clamp = {{ {} }}", bounds.join(", "))
        }
    }];
    if let Verb::Allow { map, .. } = &row.verb
        && !map.is_empty()
    {
        let pair = |(from, to): &(Scalar, Scalar)| format!("{} = {}", key(&from.to_string()), scalar(to));
        members.push(format!("map = {{ {} }}", map.iter().map(pair).collect::<Vec<_>>().join(", ")));
    }
    if !row.unless.is_empty() {
        members.push(format!("unless = {}", list(&row.unless)));
    }
    if !row.when.is_empty() {
        let guard = |(param, values): &(String, Vec<Scalar>)| format!("{} = {}", key(param), list(values));
        members.push(format!("when = {{ {} }}", row.when.iter().map(guard).collect::<Vec<_>>().join(", ")));
    }
    if let Some(param) = &row.beside {
        members.push(format!("beside = {}", quoted(param)));
    }
    if row.same {
        members.push("same = true".to_owned());
    }
    members.push(format!("why = {}", quoted(&row.why)));
    format!("{{ {} }}", members.join(", "))
}

fn list(values: &[Scalar]) -> String {
    format!("[{}]", values.iter().map(scalar).collect::<Vec<_>>().join(", "))
}

fn scalar(value: &Scalar) -> String {
    match value {
        Scalar::Bool(flag) => flag.to_string(),
        Scalar::Number(value) => number(*value),
        Scalar::Text(text) => quoted(text),
    }
}

/// A number; TOML's whole numbers are read as 32 bits, so a larger one is written as a float.
fn number(value: f64) -> String {
    if value.abs() <= f64::from(i32::MAX) { value.to_string() } else { format!("{value:?}") }
}

/// Returns a name as a key of TOML.
pub(crate) fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if bare { name.to_owned() } else { quoted(name) }
}

/// Every string that JSON writes is one that TOML reads, but for a bare DEL, which no name here can hold.
fn quoted(text: &str) -> String {
    text::quote(text)
}
