//! The golden matrix: what every case becomes for every family, on v1 and on the stable dated surface.

use std::{fmt::Write, fs};

use crate::support::chat::{Case, cases, families, folder, outcome, target};

const SURFACES: [&str; 2] = ["v1", "2024-10-21"];

#[test]
fn every_case_becomes_what_its_snapshot_says() {
    let bless = std::env::var_os("AZGATE_BLESS").is_some();
    let mut stale = Vec::new();
    for case in cases() {
        let path = folder().join(format!("{}.snap", case.name));
        let page = page(&case);
        if bless {
            fs::write(&path, &page).unwrap();
        }
        let written = fs::read_to_string(&path).unwrap_or_default();
        if written != page {
            stale.push(format!("{}: {}", case.name, first_difference(&written, &page)));
        }
    }
    let hint = "look at each, then AZGATE_BLESS=1 cargo test --test it golden";
    assert!(stale.is_empty(), "{hint}\n{}", stale.join("\n"));
}

/// The outcomes of a case, families with the same one together, in the order of the catalog.
fn page(case: &Case) -> String {
    let mut page = format!("{}\n", String::from_utf8(case.body.to_vec()).unwrap());
    for surface in SURFACES {
        let mut groups: Vec<(String, Vec<String>)> = Vec::new();
        for family in families() {
            let outcome = outcome(&case.body, &target(&family, surface));
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
        || "longer or shorter".to_owned(),
        |(one, other)| format!("\n  was: {one}\n  is:  {other}"),
    )
}
