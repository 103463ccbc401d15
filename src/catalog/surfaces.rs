//! What the dated api-versions lack, from `surfaces.toml`: rows like a family's, each with its first version.

use toml::Value;

use super::{embedded, problem::CatalogProblem, row::Row, row_reader::row, section::Section};
use crate::call::{ApiVersion, Dialect, PerDialect, Surface};

const EMBEDDED: &str = include_str!("surfaces.toml");

/// The parameters and values that came with one api-version or another.
#[derive(Clone, Debug)]
pub struct Surfaces {
    rows: PerDialect<Vec<VersionRow>>,
    oldest_responses: Option<ApiVersion>,
    developer_role: Option<Surface>,
    versions: Vec<ApiVersion>,
}

/// A row for every dated version before `since`.
#[derive(Clone, Debug)]
struct VersionRow {
    since: Surface,
    row: Row,
}

impl Surfaces {
    /// Returns the table that azgate ships.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test loads the embedded file")]
    pub fn embedded() -> Surfaces {
        Surfaces::load(EMBEDDED).expect("the embedded surfaces are sound")
    }

    fn load(text: &str) -> Result<Surfaces, Vec<CatalogProblem>> {
        let table = embedded::parse("surfaces", text)?;
        let mut problems = Vec::new();
        let mut section = Section::new(&table, &["surfaces"], &mut problems);
        section.allow_only(&["versions", "developer_role", "oldest_responses", "chat", "responses"]);
        let versions = section.read("versions", "a list of api-versions", |value| {
            value.as_array()?.iter().map(|version| version.as_str()?.parse().ok()).collect()
        });
        let surfaces = Surfaces {
            rows: PerDialect::new(|dialect| rows(&mut section, dialect)),
            oldest_responses: section.parsed("oldest_responses", "an api-version"),
            developer_role: section.parsed("developer_role", "an api-version"),
            versions: versions.unwrap_or_default(),
        };
        if problems.is_empty() { Ok(surfaces) } else { Err(problems) }
    }

    /// Returns what a call in that dialect cannot hold on that version, at most one row for each parameter. The ids
    /// are `version.KEY`.
    pub fn rows(&self, version: &ApiVersion, dialect: Dialect) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for newer in self.rows.of(dialect).iter().filter(|newer| is_older(version, &newer.since)) {
            if rows.iter().all(|row| row.param != newer.row.param) {
                rows.push(newer.row.clone());
            }
        }
        rows
    }

    /// Returns the oldest dated version that serves the dialect, or `None` if every version does.
    pub fn oldest(&self, dialect: Dialect) -> Option<&ApiVersion> {
        self.oldest_responses.as_ref().filter(|_| dialect == Dialect::Responses)
    }

    /// Returns whether that version knows the role `developer`.
    pub fn knows_developer_role(&self, version: &ApiVersion) -> bool {
        self.developer_role.as_ref().is_none_or(|since| !is_older(version, since))
    }

    /// Returns every dated version that the table names, oldest first.
    pub fn known_versions(&self) -> &[ApiVersion] {
        &self.versions
    }
}

fn is_older(version: &ApiVersion, since: &Surface) -> bool {
    match since {
        Surface::V1 => true,
        Surface::Dated(since) => version.is_before(since),
    }
}

/// Reads the table that is named after the dialect. A parameter holds one row or a list of rows.
fn rows(section: &mut Section<'_, '_>, dialect: Dialect) -> Vec<VersionRow> {
    let Some(table) = section.table(dialect.name()) else { return Vec::new() };
    let mut table = section.child(&[dialect.name()], table);
    let mut rows = Vec::new();
    for (param, value) in table.table {
        let tables = match value {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for row in tables {
            let Value::Table(row) = row else {
                table.problem(
                    &[param],
                    "a row is a table",
                    "write `{ since = \"…\", drop = true, why = \"…\" }`",
                );
                continue;
            };
            rows.extend(version_row(param, &mut table.child(&[param], row)));
        }
    }
    rows
}

fn version_row(param: &str, section: &mut Section<'_, '_>) -> Option<VersionRow> {
    let row = row(section, param, &["since"])?;
    if !section.table.contains_key("since") {
        section.problem(
            &["since"],
            "a row needs the first version to which it does not apply",
            "write `since = \"2024-10-21\"`",
        );
    }
    let since = section.parsed("since", "an api-version, or v1")?;
    Some(VersionRow { since, row: Row { id: format!("version.{param}").into(), ..row } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Scalar, Verb};

    fn rows_on(version: &str) -> Vec<Row> {
        Surfaces::embedded().rows(&version.parse().unwrap(), Dialect::Chat)
    }

    fn lacking(version: &str) -> Vec<String> {
        rows_on(version).into_iter().map(|row| row.param).collect()
    }

    #[test]
    fn the_stable_version_lacks_the_keys_that_its_document_lacks() {
        // The keys of OpenAI's document of August 2026 and Azure's own, less the 23 of Azure's 2024-10-21.
        let mut params = lacking("2024-10-21");
        params.sort();
        let expected = [
            "audio",
            "metadata",
            "modalities",
            "moderation",
            "prediction",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning_effort",
            "safety_identifier",
            "service_tier",
            "store",
            "user_security_context",
            "verbosity",
            "web_search_options",
        ];
        assert_eq!(params, expected);
    }

    #[test]
    fn the_newest_dated_version_lacks_the_keys_of_v1() {
        let params = lacking("2025-04-01-preview");
        assert!(
            params.contains(&"verbosity".to_owned()) && !params.contains(&"store".to_owned()),
            "{params:?}"
        );
    }

    #[test]
    fn a_responses_call_has_rows_of_its_own() {
        let on = |version: &str| Surfaces::embedded().rows(&version.parse().unwrap(), Dialect::Responses);
        let ids = |version| on(version).iter().map(|row| row.id.to_string()).collect::<Vec<_>>();
        assert_eq!(ids("2025-04-01-preview"), ["version.context_management"]);
        let older = ids("2025-03-01-preview");
        assert!(older.contains(&"version.background".to_owned()), "{older:?}");
        assert!(!older.contains(&"version.store".to_owned()), "{older:?}");
    }

    #[test]
    fn efforts_are_dropped_then_narrowed_then_free() {
        let effort = |version: &str| rows_on(version).into_iter().find(|row| row.param == "reasoning_effort");
        assert_eq!(effort("2024-10-21").unwrap().verb, Verb::Drop);
        let Verb::Allow { values, map } = effort("2025-03-01-preview").unwrap().verb else { panic!() };
        let text = |word: &str| Scalar::Text(word.to_owned());
        assert_eq!(values, ["low", "medium", "high"].map(text));
        assert!(map.contains(&(text("xhigh"), text("high"))));
        assert!(effort("2025-04-01-preview").is_none());
    }

    #[test]
    fn a_value_can_be_newer_than_its_key() {
        let guard = |version: &str, param: &str| rows_on(version).into_iter().find(|row| row.param == param);
        assert_eq!(guard("2024-02-01", "tool_choice").unwrap().when[0].0, "tool_choice");
        assert!(guard("2024-06-01", "tool_choice").is_none());
        assert_eq!(guard("2023-05-15", "tool_choice").unwrap().verb, Verb::Drop);
        let json = guard("2024-06-01", "response_format").unwrap();
        assert_eq!(
            json.when,
            [("response_format.type".to_owned(), vec![Scalar::Text("json_schema".to_owned())])]
        );
        assert_eq!(&*json.id, "version.response_format");
    }

    #[test]
    fn the_developer_role_came_with_o1() {
        let surfaces = Surfaces::embedded();
        assert!(!surfaces.knows_developer_role(&"2024-10-21".parse().unwrap()));
        assert!(surfaces.knows_developer_role(&"2024-12-01-preview".parse().unwrap()));
    }

    #[test]
    fn versions_are_in_order_and_every_row_names_one_of_them() {
        let surfaces = Surfaces::embedded();
        let versions = surfaces.known_versions();
        assert!(versions.windows(2).all(|pair| pair[0].is_before(&pair[1])));
        for VersionRow { since, row } in surfaces.rows.chat.iter().chain(&surfaces.rows.responses) {
            let known = match since {
                Surface::V1 => true,
                Surface::Dated(since) => versions.contains(since),
            };
            assert!(known, "{}: {since}", row.id);
        }
        assert!(surfaces.oldest(Dialect::Responses).is_some_and(|oldest| versions.contains(oldest)));
        for family in crate::catalog::Catalog::embedded().families() {
            let known = family.min_api_version.as_ref().is_none_or(|version| versions.contains(version));
            assert!(known, "{}", family.name);
        }
    }

    #[test]
    fn a_mistake_is_reported_with_its_key() {
        let problems = Surfaces::load(
            "[chat]\nstore = { drop = true }\nseed = { drop = true, why = \"x\", sinc = \"v1\" }",
        );
        let reported: Vec<String> = problems.unwrap_err().iter().map(ToString::to_string).collect();
        assert!(
            reported.iter().any(|line| line.starts_with("surfaces.chat.store.why: `drop` needs a `why`")),
            "{reported:?}"
        );
        assert!(
            reported.iter().any(|line| line.contains("surfaces.chat.seed.sinc") && line.contains("`since`")),
            "{reported:?}"
        );
    }
}
