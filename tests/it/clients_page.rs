//! `docs/clients.md` shows code that the tests run. Each block below a `<!-- code: NAME -->` is copied from the client
//! tests, from the lines between `docs: NAME` and `docs: end`.

use std::{collections::BTreeMap, fs, path::Path};

const PAGE: &str = "docs/clients.md";

/// The files with the versions that the tests pin, and the packages that the page shows.
const PINNED: [(&str, &[&str]); 5] = [
    ("requirements-newest.txt", &["openai"]),
    ("requirements-1x.txt", &["openai"]),
    (
        "requirements-frameworks.txt",
        &[
            "langchain-openai",
            "llama-index-llms-openai",
            "llama-index-llms-openai-like",
            "llama-index-llms-azure-openai",
            "litellm",
        ],
    ),
    ("requirements-agents.txt", &["azure-ai-inference", "pydantic-ai-slim"]),
    ("requirements-028.txt", &["openai"]),
];

#[test]
fn the_page_shows_the_code_that_is_tested() {
    let mut blocks = BTreeMap::new();
    for folder in ["", "python", "python/frameworks", "python/agents", "python/legacy", "node"] {
        collect(&root().join("tests/clients").join(folder), &mut blocks);
    }
    blocks.insert("versions".to_owned(), ("text", versions()));
    let written = fs::read_to_string(root().join(PAGE)).unwrap();
    let page = fill(&written, &blocks);
    for name in blocks.keys() {
        assert!(page.contains(&marker(name)), "{PAGE} does not show `{name}`");
    }
    if std::env::var_os("AZGATE_BLESS").is_some() {
        fs::write(root().join(PAGE), &page).unwrap();
    } else {
        assert!(written == page, "{PAGE} is stale: AZGATE_BLESS=1 cargo test --test it clients_page");
    }
}

#[test]
fn a_block_contains_the_lines_between_its_marks() {
    let file = "x\n    # docs: A\n    one\n\n      two\n    # docs: end\ny\n# docs: A\nthree\n# docs: end\n";
    let mut blocks = BTreeMap::new();
    cut(file, "python", &mut blocks);
    assert_eq!(blocks["A"], ("python", "one\n\n  two\n\nthree\n".to_owned()));
    let page = "# P\n\n<!-- code: A -->\n```python\nold\n```\n\nend\n<!-- code: A -->\nno block\n";
    let filled = "# P\n\n<!-- code: A -->\n```python\none\n\n  two\n\nthree\n```\n\nend\n<!-- code: A -->\n\
                  ```python\none\n\n  two\n\nthree\n```\nno block\n";
    assert_eq!(fill(page, &blocks), filled);
    assert_eq!(fill(filled, &blocks), filled);
}

/// A language and code in this language.
type Block = (&'static str, String);

/// Adds the blocks of every test file in a folder.
fn collect(folder: &Path, blocks: &mut BTreeMap<String, Block>) {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let language = match file.extension().and_then(|extension| extension.to_str()) {
            Some("py") => "python",
            Some("mjs") => "js",
            Some("toml") => "toml",
            _ => continue,
        };
        cut(&fs::read_to_string(file).unwrap(), language, blocks);
    }
}

/// Adds the blocks of a file. Parts with the same name form one block, with an empty line between them.
fn cut(text: &str, language: &'static str, blocks: &mut BTreeMap<String, Block>) {
    let mut open: Option<(&str, Vec<&str>)> = None;
    for line in text.lines() {
        let mark = line.trim_start_matches([' ', '#', '/']).strip_prefix("docs: ");
        match (mark, open.take()) {
            (Some("end"), Some((name, lines))) => {
                let (_, code) = blocks.entry(name.to_owned()).or_insert((language, String::new()));
                if !code.is_empty() {
                    code.push('\n');
                }
                code.push_str(&outdented(&lines));
            }
            (Some(name), None) => open = Some((name, Vec::new())),
            (Some(name), Some((before, _))) => panic!("`{name}` begins inside of `{before}`"),
            (None, Some((name, mut lines))) => {
                lines.push(line);
                open = Some((name, lines));
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "{open:?} has no end");
}

/// Returns the lines without their common indentation.
fn outdented(lines: &[&str]) -> String {
    let full = || lines.iter().filter(|line| !line.trim().is_empty());
    let depth = full().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.iter().map(|line| line.get(depth..).unwrap_or_default().to_owned() + "\n").collect()
}

/// Returns the page with the current code below each marker.
fn fill(page: &str, blocks: &BTreeMap<String, Block>) -> String {
    let mut filled = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        filled.extend([line, "\n"]);
        let Some(name) = line.strip_prefix("<!-- code: ").and_then(|rest| rest.strip_suffix(" -->")) else {
            continue;
        };
        let (language, code) = blocks.get(name).unwrap_or_else(|| panic!("no test file has `{name}`"));
        filled.extend(["```", language, "\n", code, "```\n"]);
        if lines.next_if(|line| line.starts_with("```")).is_some() {
            lines.by_ref().find(|line| *line == "```").expect("the block has no end");
        }
    }
    filled
}

fn marker(name: &str) -> String {
    format!("<!-- code: {name} -->\n")
}

/// Returns the packages that the tests install, with their versions.
fn versions() -> String {
    let tests = root().join("tests/clients");
    let mut lines = Vec::new();
    for (file, packages) in PINNED {
        let text = fs::read_to_string(tests.join("python").join(file)).unwrap();
        for package in packages {
            let pinned = text.lines().find(|line| line.split("==").next() == Some(package));
            lines.push(pinned.unwrap_or_else(|| panic!("{file} has no {package}")).to_owned());
        }
    }
    let package = fs::read_to_string(tests.join("node/package.json")).unwrap();
    let package: serde_json::Value = serde_json::from_str(&package).unwrap();
    for (name, version) in package["devDependencies"].as_object().unwrap() {
        lines.push(format!("{name}@{}", version.as_str().unwrap()));
    }
    lines.join("\n") + "\n"
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
