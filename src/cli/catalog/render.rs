//! Prints the list of families, and one family.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fields::{fields, origin, plain};
use crate::{
    call::Dialect,
    catalog::{Catalog, Profile, Row, Scalar, Verb},
    cli::{Output, terminal::HEAD},
};

/// Prints every family on a line, or all of them as JSON.
pub(super) fn list(catalog: &Catalog, json: bool, out: &mut Output<'_>) -> io::Result<()> {
    if json {
        let families: Vec<Value> = catalog.families().map(|profile| Value::Object(fields(profile))).collect();
        return writeln!(out, "{:#}", Value::Array(families));
    }
    let row = |profile: &Profile| {
        let fields = fields(profile);
        let text = |key: &str| fields.get(key).map(plain).unwrap_or_default();
        let operations =
            if profile.dialects.len() == Dialect::ALL.len() { "both".to_owned() } else { text("operations") };
        let [efforts, output, retires] = ["efforts", "max_output_tokens", "retires"].map(text);
        let name = profile.name.to_string();
        if out.width() < WIDE {
            return vec![name, operations, efforts, output, retires];
        }
        let [models, streaming, role] = ["models", "streaming", "system_role"].map(text);
        vec![name, models, operations, streaming, role, efforts, output, retires]
    };
    let rows: Vec<Vec<String>> = catalog.families().map(|profile| row(profile)).collect();
    let head: &[&str] = if out.width() < WIDE {
        &["family", "operations", "efforts", "output", "retires"]
    } else {
        &["family", "models", "operations", "streaming", "instructions", "efforts", "output", "retires"]
    };
    out.table(head, rows, &[])
}

/// The width in columns from which the list has its models, streaming and instructions.
const WIDE: u16 = 140;

/// Prints one family: its fields, then its rows in each dialect that Azure serves.
pub(super) fn show(profile: &Profile, json: bool, out: &mut Output<'_>) -> io::Result<()> {
    let fields = fields(profile);
    if json {
        let mut whole = fields;
        for dialect in Dialect::ALL {
            let row = |row: &Row| {
                let origin = profile.origin(dialect, &row.id);
                json!({ "id": *row.id, "does": does(row), "why": *row.why, "origin": origin })
            };
            let rows = profile.rows(dialect).iter().map(row).collect();
            whole.insert(dialect.name().to_owned(), Value::Array(rows));
        }
        whole.insert("origins".to_owned(), json!(profile.origins));
        return writeln!(out, "{:#}", Value::Object(whole));
    }
    writeln!(out, "{HEAD}{}{HEAD:#}\n", profile.name)?;
    let known = fields.iter().filter(|(_, value)| !value.is_null());
    let row = |(key, value): (&String, &Value)| [key.clone(), plain(value), origin(profile, key).to_owned()];
    out.table(&["field", "value", "written in"], known.map(row), &[])?;
    for dialect in Dialect::ALL.into_iter().filter(|dialect| profile.serves(*dialect)) {
        if profile.rows(dialect).is_empty() {
            continue;
        }
        writeln!(out)?;
        let row = |row: &Row| {
            let origin = profile.origin(dialect, &row.id).unwrap_or_default().to_owned();
            [row.id.to_string(), does(row), origin, row.why.to_string()]
        };
        let head = [dialect.name(), "does", "written in", "why"];
        out.table(&head, profile.rows(dialect).iter().map(row), &[])?;
    }
    Ok(())
}

/// Returns what a row does and when.
fn does(row: &Row) -> String {
    let values = |values: &[Scalar]| values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let verb = match &row.verb {
        Verb::Rename(to) => format!("becomes {to}"),
        Verb::Drop => "is dropped".to_owned(),
        Verb::Refuse => "is refused".to_owned(),
        Verb::Allow { values: taken, .. } => format!("only {}", values(taken)),
        Verb::Clamp { min, max } => {
            let bound = |name, bound: &Option<f64>| bound.map(|bound| format!("at {name} {bound}"));
            [bound("least", min), bound("most", max)].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    };
    let unless =
        if row.unless.is_empty() { String::new() } else { format!(", unless {}", values(&row.unless)) };
    let when: Vec<String> =
        row.when.iter().map(|(param, taken)| format!(", when {param} is {}", values(taken))).collect();
    let beside = row.beside.as_ref().map(|param| format!(", beside {param}")).unwrap_or_default();
    format!("{verb}{unless}{}{beside}", when.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(family: &str) -> String {
        let mut out = Vec::new();
        show(&Catalog::embedded().family(family).unwrap(), false, &mut Output::pipe(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_value_of_every_family_says_where_it_was_written() {
        for profile in Catalog::embedded().families() {
            for (key, value) in fields(profile).iter().filter(|(_, value)| !value.is_null()) {
                assert!(!origin(profile, key).is_empty(), "{}: {key} = {value}", profile.name);
            }
            for dialect in Dialect::ALL {
                let rows = profile.rows(dialect).iter();
                assert!(
                    rows.clone().all(|row| profile.origin(dialect, &row.id).is_some()),
                    "{}",
                    profile.name
                );
            }
        }
        let o1 = shown("o1");
        assert!(
            o1.lines()
                .any(|line| line.starts_with("max_output_tokens   100000") && line.ends_with("o-series")),
            "{o1}"
        );
        assert!(o1.lines().any(|line| line.starts_with("streaming  ") && line.ends_with("  o1")), "{o1}");
    }
}
