//! The tables of parameters: what each base block and each family does not take.

use std::fmt::Write;

use super::markdown::{codes, line};
use crate::{
    call::Dialect,
    catalog::{
        profile::Profile,
        registry::Catalog,
        row::{Row, Verb},
        scalar::Scalar,
    },
};

/// Returns the section about the rows of every family that Azure serves in the dialect. `called` is the name of its
/// API, `caps` the ids of the rows that are derived from token limits.
pub(super) fn parameters(catalog: &Catalog, dialect: Dialect, called: &str, caps: &str) -> String {
    let tables = ParameterTables { catalog, dialect };
    let mut page = format!("\n## Parameters of {called}\n\n");
    page.push_str("A cap above the longest answer is set to it in every family whose limit is known ");
    page.push_str(caps);
    page.push_str(". The edit is lossy if the limit is less than half of what was asked.\n");
    for base in tables.bases() {
        page.push_str(&tables.base_section(base));
    }
    page.push_str("\n### On their own\n\n");
    let alone = tables.families().filter(|family| base(family).is_none());
    page.extend(alone.map(|family| tables.own_rows(family, &[])));
    page
}

/// Returns the block that a family inherits from: the one origin that is neither the family itself nor derived.
fn base(family: &Profile) -> Option<&str> {
    family
        .origins
        .values()
        .map(String::as_str)
        .find(|origin| *origin != &*family.name && !["overlay", "context.output"].contains(origin))
}

/// Writes the tables of one dialect.
#[derive(Clone, Copy)]
struct ParameterTables<'c> {
    catalog: &'c Catalog,
    dialect: Dialect,
}

impl<'c> ParameterTables<'c> {
    /// Returns the families that Azure serves in the dialect. Only these have rows of it.
    fn families(self) -> impl Iterator<Item = &'c Profile> {
        self.catalog.families().map(AsRef::as_ref).filter(move |family| family.serves(self.dialect))
    }

    /// Returns the base blocks, in the order of the families that inherit from them.
    fn bases(self) -> Vec<&'c str> {
        let mut bases = Vec::new();
        for name in self.families().filter_map(base) {
            if !bases.contains(&name) {
                bases.push(name);
            }
        }
        bases
    }

    fn base_section(self, name: &str) -> String {
        let families: Vec<&Profile> = self.families().filter(|family| base(family) == Some(name)).collect();
        let mut shared: Vec<&Row> = Vec::new();
        for family in &families {
            for row in self.rows_from(family, name) {
                if shared.iter().all(|known| known.id != row.id) {
                    shared.push(row);
                }
            }
        }
        let mut section = format!("\n### `{name}`\n\n");
        let _infallible =
            writeln!(section, "Families: {}.\n", codes(families.iter().map(|family| &*family.name)));
        section.push_str("| Row | Applies | Why |\n| --- | --- | --- |\n");
        section.extend(shared.iter().map(|row| row_line(row)));
        let own: String = families.iter().map(|family| self.own_rows(family, &shared)).collect();
        if !own.is_empty() {
            section.push('\n');
            section.push_str(&own);
        }
        section
    }

    /// Returns how a family differs from its base, or an empty text if it does not.
    fn own_rows(self, family: &Profile, shared: &[&Row]) -> String {
        let rows = family.rows(self.dialect);
        let mut own = String::new();
        for row in rows.iter().filter(|row| self.is_own(family, row)) {
            let _infallible = writeln!(own, "  - `{}` ({}): {}", row.id, applies(row), row.why);
        }
        let gone = shared.iter().filter(|row| rows.iter().all(|kept| kept.id != row.id));
        let gone = codes(gone.map(|row| &*row.id));
        if !gone.is_empty() {
            let _infallible = writeln!(own, "  - without {gone}");
        }
        match (own.is_empty(), shared.is_empty()) {
            (true, true) => format!("- `{}`: every parameter passes\n", family.name),
            (true, false) => own,
            (false, _) => format!("- `{}`\n{own}", family.name),
        }
    }

    fn rows_from<'f>(self, family: &'f Profile, origin: &str) -> impl Iterator<Item = &'f Row> {
        let rows = family.rows(self.dialect).iter();
        rows.filter(move |row| family.origin(self.dialect, &row.id) == Some(origin))
    }

    fn is_own(self, family: &Profile, row: &Row) -> bool {
        let origin = family.origin(self.dialect, &row.id);
        origin.is_some_and(|origin| *origin == *family.name || origin == "overlay")
    }
}

fn row_line(row: &Row) -> String {
    line(&[format!("`{}`", row.id), applies(row), row.why.to_string()])
}

/// Returns what a row does and when.
fn applies(row: &Row) -> String {
    let mut parts = vec![match &row.verb {
        Verb::Rename(to) => format!("becomes `{to}`"),
        Verb::Drop => "is removed".to_owned(),
        Verb::Refuse => "is refused".to_owned(),
        Verb::Allow { values, .. } => format!("only {}", scalars(values)),
        Verb::Clamp { min, max } => {
            let bound = |bound: &Option<f64>| bound.map_or_else(|| "…".to_owned(), |bound| bound.to_string());
            format!("from {} to {}", bound(min), bound(max))
        }
    }];
    if !row.unless.is_empty() {
        parts.push(format!("unless {}", scalars(&row.unless)));
    }
    parts.extend(row.when.iter().map(|(param, values)| format!("while `{param}` is {}", scalars(values))));
    parts.extend(row.beside.iter().map(|param| format!("beside `{param}`")));
    if row.same {
        parts.push("nothing is lost".to_owned());
    }
    parts.join("; ")
}

fn scalars(values: &[Scalar]) -> String {
    let shown = values.iter().map(|value| match value {
        Scalar::Bool(flag) => format!("`{flag}`"),
        Scalar::Number(number) => format!("`{number}`"),
        Scalar::Text(text) => format!("`{text}`"),
    });
    shown.collect::<Vec<_>>().join(", ")
}
