//! What each dated api-version knows, from `surfaces.toml`: rows like a family's, for the versions that lack something.

use toml::{Table, Value};

use crate::call::{ApiVersion, Dialect, Surface};

use super::{problem::Problem, profile::Row, row::row, section::Section};

const EMBEDDED: &str = include_str!("surfaces.toml");

/// The keys and values that came with one api-version or another.
#[derive(Clone, Debug)]
pub struct Surfaces {
    chat: Vec<Newer>,
    responses: Vec<Newer>,
    oldest_responses: Option<ApiVersion>,
    developer_role: Option<Surface>,
    versions: Vec<ApiVersion>,
}

/// What to do with something on the dated versions older than it.
#[derive(Clone, Debug)]
struct Newer {
    since: Surface,
    row: Row,
}

impl Surfaces {
    /// The table that azgate ships.
    #[expect(clippy::expect_used, clippy::missing_panics_doc, reason = "a test loads the embedded file")]
    pub fn embedded() -> Surfaces {
        Surfaces::load(EMBEDDED).expect("the embedded surfaces are sound")
    }

    fn load(text: &str) -> Result<Surfaces, Vec<Problem>> {
        let mut problems = Vec::new();
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => return Err(vec![Problem::new(&[], error.to_string(), "report this to azgate")]),
        };
        let mut section = Section::new(&table, &["surfaces"], &mut problems);
        section.only(&["versions", "developer_role", "oldest_responses", "chat", "responses"]);
        let versions = section.read("versions", "list of api-versions", |value| {
            value.as_array()?.iter().map(|version| version.as_str()?.parse().ok()).collect()
        });
        let surfaces = Surfaces {
            chat: rows(&mut section, Dialect::Chat),
            responses: rows(&mut section, Dialect::Responses),
            oldest_responses: section.parsed("oldest_responses", "api-version"),
            developer_role: section.parsed("developer_role", "api-version"),
            versions: versions.unwrap_or_default(),
        };
        if problems.is_empty() { Ok(surfaces) } else { Err(problems) }
    }

    /// What a call of that operation on that version cannot hold; at most one row for each parameter. The ids are
    /// `version.KEY`.
    pub fn rows(&self, version: &ApiVersion, dialect: Dialect) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        for newer in self.newer(dialect).iter().filter(|newer| is_older(version, &newer.since)) {
            if rows.iter().all(|row| row.param != newer.row.param) {
                rows.push(newer.row.clone());
            }
        }
        rows
    }

    fn newer(&self, dialect: Dialect) -> &[Newer] {
        match dialect {
            Dialect::Chat => &self.chat,
            Dialect::Responses => &self.responses,
        }
    }

    /// The oldest dated version that has the operation, where not every one has it.
    pub fn oldest(&self, dialect: Dialect) -> Option<&ApiVersion> {
        self.oldest_responses.as_ref().filter(|_| dialect == Dialect::Responses)
    }

    /// Whether that version knows the role `developer`.
    pub fn knows_developer_role(&self, version: &ApiVersion) -> bool {
        self.developer_role.as_ref().is_none_or(|since| !is_older(version, since))
    }

    /// Every dated version that azgate has heard of, oldest first.
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

/// The table that is called like the operation.
fn rows(section: &mut Section<'_, '_>, dialect: Dialect) -> Vec<Newer> {
    let Some(table) = section.table(dialect.name()) else { return Vec::new() };
    let mut table = section.below(&[dialect.name()], table);
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
            rows.extend(newer(param, &mut table.below(&[param], row)));
        }
    }
    rows
}

fn newer(param: &str, section: &mut Section<'_, '_>) -> Option<Newer> {
    let row = row(section, param, &["since"])?;
    if !section.table.contains_key("since") {
        section.problem(
            &["since"],
            "a row needs the version that it ends with",
            "write `since = \"2024-10-21\"`",
        );
    }
    let since = section.parsed("since", "api-version, or v1")?;
    Some(Newer { since, row: Row { id: format!("version.{param}").into(), ..row } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Scalar, Verb};

    fn rows_on(version: &str) -> Vec<Row> {
        Surfaces::embedded().rows(&version.parse().unwrap(), Dialect::Chat)
    }

    fn withheld(version: &str) -> Vec<String> {
        rows_on(version).into_iter().map(|row| row.param).collect()
    }

    #[test]
    fn the_stable_version_lacks_what_its_document_lacks() {
        // The keys of OpenAI's document of August 2026 and Azure's own, less the 23 of Azure's 2024-10-21.
        let mut lacking = withheld("2024-10-21");
        lacking.sort();
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
        assert_eq!(lacking, expected);
    }

    #[test]
    fn the_newest_dated_version_lacks_what_only_v1_is_known_to_take() {
        let lacking = withheld("2025-04-01-preview");
        assert!(
            lacking.contains(&"verbosity".to_owned()) && !lacking.contains(&"store".to_owned()),
            "{lacking:?}"
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
    fn values_came_later_than_their_keys() {
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
    fn versions_stand_in_order_and_every_row_ends_with_one_of_them() {
        let surfaces = Surfaces::embedded();
        let versions = surfaces.known_versions();
        assert!(versions.windows(2).all(|pair| pair[0].is_before(&pair[1])));
        for Newer { since, row } in surfaces.chat.iter().chain(&surfaces.responses) {
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
    fn a_mistake_is_told_with_its_place() {
        let problems = Surfaces::load(
            "[chat]\nstore = { drop = true }\nseed = { drop = true, why = \"x\", sinc = \"v1\" }",
        );
        let told: Vec<String> = problems.unwrap_err().iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|line| line.starts_with("surfaces.chat.store.why: `drop` needs a `why`")),
            "{told:?}"
        );
        assert!(
            told.iter().any(|line| line.contains("surfaces.chat.seed.sinc") && line.contains("`since`")),
            "{told:?}"
        );
    }
}
