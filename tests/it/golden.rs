//! The golden matrix: the outcome of every case for every family, on v1 and on dated surfaces.

use std::{fmt::Write, fs};

use azgate::{call::Dialect, catalog::Profile};

use crate::support::calls::{Case, cases, families, folder, outcome, target};

/// Returns the surfaces of an operation. The stable API version is older than the Responses API.
fn surfaces(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Chat => &["v1", "2024-10-21"],
        Dialect::Responses => &["v1", "2025-04-01-preview", "2024-10-21"],
    }
}

/// Returns whether a snapshot shows the family: for Responses calls only if Azure serves the family there.
fn is_shown(family: &Profile, dialect: Dialect) -> bool {
    dialect == Dialect::Chat || family.serves(dialect)
}

#[test]
fn every_case_matches_its_snapshot() {
    let bless = std::env::var_os("AZGATE_BLESS").is_some();
    let mut stale = Vec::new();
    for case in Dialect::ALL.into_iter().flat_map(cases) {
        let path = folder(case.dialect).join(format!("{}.snap", case.name));
        let page = page(&case);
        if bless {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        if written != page {
            stale.push(format!("{} {}: {}", case.dialect, case.name, first_difference(&written, &page)));
        }
    }
    let hint = "review each difference, then run AZGATE_BLESS=1 cargo test --test it golden";
    assert!(stale.is_empty(), "{hint}\n{}", stale.join("\n"));
}

/// Returns the outcomes of a case. Families with the same outcome are grouped, in the order of the catalog.
fn page(case: &Case) -> String {
    let mut page = format!("{}\n", String::from_utf8(case.body.to_vec()).unwrap());
    for surface in surfaces(case.dialect) {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for family in families().iter().filter(|family| is_shown(family, case.dialect)) {
            let outcome = outcome(case, &target(family, surface));
            let name = family.name.to_string();
            match groups.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, names)) => names.push(name),
                None => groups.push((outcome, vec![name])),
            }
        }
        for (outcome, names) in groups {
            write!(page, "\n== {surface}: {}\n{outcome}", names.join(", ")).unwrap();
        }
    }
    page
}

fn first_difference(written: &str, page: &str) -> String {
    let pairs = written.lines().chain([""]).zip(page.lines().chain([""]));
    let different = pairs.into_iter().find(|(one, other)| one != other);
    different.map_or_else(
        || "the length differs".to_owned(),
        |(one, other)| format!("\n  was: {one}\n  is:  {other}"),
    )
}
