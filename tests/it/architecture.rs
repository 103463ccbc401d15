//! The source against the module table of `docs/ARCHITECTURE.md`: who imports whom, and what the pure core is kept
//! from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::support::imports;

/// The modules that take values and return values.
const PURE: [&str; 8] = ["json", "sse", "call", "objects", "bridge", "catalog", "translate", "probe"];

/// What would give one of them a world outside of its arguments.
const WORLD: [&str; 10] = [
    "tokio",
    "axum",
    "hyper",
    "hyper_util",
    "reqwest",
    "tracing",
    "uuid",
    "Instant",
    "SystemTime",
    "Duration",
];

#[test]
fn the_table_in_the_document_is_what_the_source_imports() {
    let found = imports();
    let mut told: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, imports) in table() {
        assert!(told.insert(module.clone(), imports).is_none(), "`{module}` stands twice in the table");
    }
    for (module, imports) in &found {
        let Some(told) = told.get(module) else { panic!("`{module}` is missing in the table") };
        let unlisted: Vec<_> = imports.difference(told).collect();
        assert!(unlisted.is_empty(), "`{module}` imports {unlisted:?}, which the table does not let it");
        let unused: Vec<_> = told.difference(imports).collect();
        assert!(unused.is_empty(), "the table lets `{module}` import {unused:?}, and it does not");
    }
    let gone: Vec<_> = told.keys().filter(|module| !found.contains_key(*module)).collect();
    assert!(gone.is_empty(), "the table has {gone:?}, and src does not");
}

#[test]
fn a_module_imports_only_what_stands_above_it() {
    let mut above = BTreeSet::new();
    for (module, imports) in table() {
        let below: Vec<_> = imports.difference(&above).collect();
        assert!(below.is_empty(), "`{module}` imports {below:?}, which stands below it");
        above.insert(module);
    }
}

#[test]
fn lib_rs_declares_the_modules_that_the_table_has() {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    let declared: BTreeSet<&str> =
        lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let table = table();
    assert_eq!(declared, table.iter().map(|(module, _)| module.as_str()).collect());
}

#[test]
fn the_core_knows_no_runtime_no_log_and_no_clock() {
    for (module, file) in files().into_iter().filter(|(module, _)| PURE.contains(&module.as_str())) {
        let code = code(&file);
        let words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let found: Vec<&str> = words.filter(|word| WORLD.contains(word)).collect();
        assert!(found.is_empty(), "`{module}` is pure, and {} names {found:?}", file.display());
        assert!(!code.contains("std::time"), "`{module}` is pure, and {} has a clock", file.display());
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let imports = imports::imports(&source());
    assert!(
        imports.len() > 200 && imports.values().map(BTreeSet::len).sum::<usize>() > 800,
        "the source is read"
    );
    let circles = imports::circles(&imports);
    assert!(circles.is_empty(), "these files import each other, directly or over others: {circles:#?}");
}

#[test]
fn no_comment_is_wider_than_120_columns() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "tests/it", "tests/fuzz/src", "tests/fuzz/fuzz_targets", "benches"];
    for file in folders.iter().flat_map(|folder| imports::files(&root.join(folder))) {
        let text = fs::read_to_string(&file).unwrap();
        let wide = text
            .lines()
            .enumerate()
            .find(|(_, line)| line.trim_start().starts_with("//") && line.chars().count() > 120);
        assert!(wide.is_none(), "{}:{}", file.display(), wide.unwrap().0 + 1);
    }
}

#[test]
fn the_simulator_is_nobodys_and_needs_nobody() {
    let imports = imports();
    assert_eq!(imports["sim"], BTreeSet::new(), "a judge that shares code with the judged proves nothing");
    let users: Vec<_> = imports.iter().filter(|(_, imports)| imports.contains("sim")).collect();
    assert_eq!(users.iter().map(|(module, _)| module.as_str()).collect::<Vec<_>>(), ["cli"]);
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The rows of the table: a module, and what it may import. The first column names it, the last one lists them.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ARCHITECTURE.md");
    let text = fs::read_to_string(document).unwrap();
    let quoted = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let section = text.split("\n## ").find(|section| section.starts_with("Modules\n")).unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        (quoted(cells[0]).remove(0), quoted(cells[cells.len() - 1]).into_iter().collect())
    })
    .collect()
}

/// What each top-level module refers to, tests included.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    let files = files();
    let modules: BTreeSet<String> = files.iter().map(|(module, _)| module.clone()).collect();
    let mut imports: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, file) in files {
        let code = code(&file);
        let mut named = heads(&code, "crate::");
        // In a top-level module's own file `super` is the crate.
        if file.parent() == Some(&source()) || file == source().join(&module).join("mod.rs") {
            named.extend(heads(&code, "super::"));
        }
        named.retain(|name| *name != module && modules.contains(name));
        imports.entry(module).or_default().extend(named);
    }
    imports
}

/// The first names behind every `root` in the code: of `crate::{call::Call, json}` these are `call` and `json`.
fn heads(code: &str, root: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let mut heads = Vec::new();
    for (_, rest) in code.match_indices(root).map(|(at, _)| code.split_at(at + root.len())) {
        let Some(group) = rest.strip_prefix('{') else {
            heads.push(name(rest));
            continue;
        };
        heads.push(name(group));
        let mut depth = 1;
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => heads.push(name(group.split_at(at + 1).1)),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }
    heads
}

/// A file without its comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every source file with its top-level module. `lib.rs` and `main.rs` belong to none.
fn files() -> Vec<(String, PathBuf)> {
    let source = source();
    let mut files = Vec::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let module = path.strip_prefix(&source).unwrap().iter().next().unwrap().to_str().unwrap();
            let module = module.trim_end_matches(".rs").to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") && module != "lib" && module != "main"
            {
                files.push((module, path));
            }
        }
    }
    files
}
