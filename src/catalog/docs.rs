//! `docs/families.md`, written from the catalog so that it cannot drift from it.

use std::fmt::Write;

use crate::call::Dialect;

use super::{
    profile::{Context, Profile, Row, Scalar, Verb},
    registry::Catalog,
    word::Word,
};

const INTRODUCTION: &str = "\
<!-- Generated from src/catalog/families.toml. To write it anew: AZGATE_BLESS=1 cargo test --lib catalog::docs -->

# Families

What azgate knows of each Azure model family. Everything here can be overridden under `families` in the configuration,
with the same keys as in `src/catalog/families.toml`. What is not listed passes through unchanged.

A model belongs to a family by its exact name, or by its name followed by a date.

- **Stream**: `synthesized` where Azure refuses `stream: true` and azgate makes the stream itself.
- **Instructions**: the role that carries them; `merge_into_user` where Azure takes neither `system` nor `developer`.
- **Cap**: the parameter that limits the length of an answer.
- **Context**: window, prompt and answer in tokens; `–` where no source states it.
- **Efforts**: the values of `reasoning_effort`, the default one in bold; `none taken` where any value is refused. Behind
  a `+` what `reasoning.effort` of the Responses API takes besides.
- **Tools with effort**: `only_none` where function tools pass in chat completions only with effort `none`, `never` where
  they need the Responses API.
- **Reasoning taken back**: of which answers: `all`, those since the user's last message (`turn`: only bridged calls leave out
  the rest), or the newest alone (`last`).
- **Custom tools**: whether tools of type `custom` are taken; in a chat call on v1 alone, for no dated api-version takes them
  there.

";

/// The page about every family.
pub fn families_markdown(catalog: &Catalog) -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str(&facts(catalog));
    let caps = "(`clamp.max_tokens`, `clamp.max_completion_tokens`)";
    page.push_str(&parameters(catalog, Dialect::Chat, "chat completions", caps));
    let caps = "(`clamp.max_output_tokens`)";
    page.push_str(&parameters(catalog, Dialect::Responses, "the Responses API", caps));
    page
}

/// The rows of every family that Azure serves on the operation.
fn parameters(catalog: &Catalog, dialect: Dialect, called: &str, caps: &str) -> String {
    let tables = Tables { catalog, dialect };
    let mut page = format!("\n## Parameters of {called}\n\n");
    page.push_str("A cap above the longest answer is set to it in every family whose limit is known ");
    page.push_str(caps);
    page.push_str(".\n");
    for base in tables.bases() {
        page.push_str(&tables.base_section(base));
    }
    page.push_str("\n### On their own\n\n");
    let alone = tables.families().filter(|family| base(family).is_none());
    page.extend(alone.map(|family| tables.own_rows(family, &[])));
    page
}

const COLUMNS: [&str; 16] = [
    "Family",
    "Models",
    "Operations",
    "Stream",
    "Instructions",
    "Cap",
    "Oldest api-version",
    "Context",
    "Efforts",
    "Tools with effort",
    "Reasoning taken back",
    "Legacy functions",
    "Custom tools",
    "Content",
    "Retires",
    "Source",
];

fn facts(catalog: &Catalog) -> String {
    let mut table = line(&COLUMNS.map(str::to_owned));
    table.push_str(&line(&COLUMNS.map(|_| "---".to_owned())));
    for family in catalog.families() {
        table.push_str(&line(&[
            format!("`{}`", family.name),
            codes(family.models.iter().map(String::as_str)),
            words(&family.dialects),
            family.streaming.word().to_owned(),
            family.system_role.word().to_owned(),
            cap(family),
            family.min_api_version.as_ref().map_or_else(unstated, ToString::to_string),
            context(family.context),
            efforts(family),
            family.tools_with_effort.word().to_owned(),
            family.replayed_reasoning.word().to_owned(),
            if family.functions == super::Functions::Legacy { "taken" } else { "become tools" }.to_owned(),
            custom_tools(family),
            family.modalities.as_deref().map_or_else(unstated, words),
            family.retires.clone().unwrap_or_else(unstated),
            family.source.clone(),
        ]));
    }
    table
}

fn cap(family: &Profile) -> String {
    if !family.serves(Dialect::Chat) {
        return "`max_output_tokens`".to_owned();
    }
    let renamed = |id: &str| family.chat.iter().any(|row| &*row.id == id);
    if renamed("rename.max_tokens") {
        "`max_completion_tokens`".to_owned()
    } else if renamed("rename.max_completion_tokens") {
        "`max_tokens`".to_owned()
    } else {
        "both".to_owned()
    }
}

fn context(Context { window, input, output }: Context) -> String {
    if window.or(input).or(output).is_none() {
        return unstated();
    }
    let shown = |limit: Option<u64>| limit.map_or_else(unstated, |limit| limit.to_string());
    format!("{} / {} / {}", shown(window), shown(input), shown(output))
}

fn efforts(family: &Profile) -> String {
    let Some(efforts) = &family.efforts else { return unstated() };
    if efforts.is_empty() {
        return "none taken".to_owned();
    }
    let default = family.defaults.get("reasoning_effort");
    let shown = efforts.iter().map(|effort| match default {
        Some(Scalar::Text(default)) if default == effort.name() => format!("**{default}**"),
        _ => effort.name().to_owned(),
    });
    let shown = shown.collect::<Vec<_>>().join(", ");
    let more = family.efforts(Dialect::Responses).unwrap_or_default().iter();
    let more: Vec<&str> =
        more.filter(|effort| !efforts.contains(effort)).map(|effort| effort.name()).collect();
    if more.is_empty() { shown } else { format!("{shown} + {}", more.join(", ")) }
}

fn custom_tools(family: &Profile) -> String {
    if family.custom_tools { "taken" } else { "refused" }.to_owned()
}

/// The block a family inherits from: the one origin that is neither itself nor derived.
fn base(family: &Profile) -> Option<&str> {
    family
        .origins
        .values()
        .map(String::as_str)
        .find(|origin| *origin != &*family.name && !["overlay", "context.output"].contains(origin))
}

/// The rows of an operation.
#[derive(Clone, Copy)]
struct Tables<'c> {
    catalog: &'c Catalog,
    dialect: Dialect,
}

impl<'c> Tables<'c> {
    /// The families that Azure serves on it, which alone have rows of it.
    fn families(self) -> impl Iterator<Item = &'c Profile> {
        self.catalog.families().map(AsRef::as_ref).filter(move |family| family.serves(self.dialect))
    }

    /// The bases, in the order of the families that stand on them.
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

    /// How a family differs from its base; nothing where it does not.
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

/// What a row does and when, in a few words.
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

fn words<T: Word>(values: &[T]) -> String {
    values.iter().map(|value| value.word()).collect::<Vec<_>>().join(", ")
}

fn codes<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn unstated() -> String {
    "–".to_owned()
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/families.md");
        let page = families_markdown(&Catalog::embedded());
        if std::env::var_os("AZGATE_BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page, "docs/families.md is stale: AZGATE_BLESS=1 cargo test --lib catalog::docs");
    }

    #[test]
    fn a_family_that_differs_says_how() {
        let page = families_markdown(&Catalog::embedded());
        assert!(page.contains("- `gpt-4.1`\n  - without `drop.prediction`, `refuse.data_sources`\n"));
        assert!(page.contains(
            "| `drop.temperature` | is removed; unless `1`; while `reasoning_effort` is `minimal`,"
        ));
        assert!(page.contains("none, low, **medium**, high, xhigh"));
    }
}
