//! The examples in the README and `deploy/` are correct: the call and its answer, the configs, commands and variables.

use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};

use azgate::{
    cli::Cli,
    serve,
    sim::{self, Simulator},
};
use clap::Parser;
use tokio::net::TcpListener;

use crate::support::{Proxy, gateway::AZURE_KEY};

/// Files that contain commands or variables.
const SHOWN: [&str; 4] =
    ["README.md", "deploy/Dockerfile", "deploy/azgate.service", "deploy/kubernetes-sidecar.yaml"];

/// Variables that are not keys: an example of a name, the one that names the file, and two that Kubernetes sets.
const NOT_KEYS: [&str; 4] = ["AZGATE_SECTION__KEY", "AZGATE_CONFIG", "AZGATE_PORT", "AZGATE_SERVICE_HOST"];

#[tokio::test]
async fn the_call_in_the_readme_gets_the_answer_in_the_readme() {
    let azure = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", azure.local_addr().unwrap());
    let simulator = Simulator::new(sim::Options { key: AZURE_KEY.to_owned(), ..sim::Options::default() });
    let (_stopper, stop) = serve::stop();
    tokio::spawn(serve::serve(azure, simulator.clone().router(), serve::Options::default(), stop));
    let proxy = Proxy::with_endpoint(&endpoint, "", "").await;

    let readme = read("README.md");
    let call = fences(&readme, "sh").into_iter().find(|block| block.contains("-d '")).unwrap();
    let body = call.split("-d '").nth(1).unwrap().trim_end().strip_suffix('\'').unwrap();
    let answer = proxy.chat(body.to_owned()).await;
    let shown = fences(&readme, "http").remove(0);
    let (head, shortened) = shown.split_once("\n\n").unwrap();
    for line in head.lines().skip(1).filter(|line| *line != "…") {
        let (name, value) = line.split_once(": ").unwrap();
        assert_eq!(answer.headers()[name], value, "{name}");
    }
    let mut text = answer.text().await.unwrap();
    for part in shortened.split('…') {
        let at = text.find(part.trim_end()).unwrap_or_else(|| panic!("`{part}` is not in {text}"));
        text = text.split_off(at + part.trim_end().len());
    }
    assert_eq!(simulator.received()[0].body, fences(&readme, "json")[0].trim_end());
}

#[test]
fn the_configs_in_the_examples_have_no_problems() {
    let blocks = fences(&read("README.md"), "toml");
    let whole = |block: &&String| block.contains("[resources.");
    let main = blocks.iter().find(whole).unwrap();
    assert_eq!(main.lines().count(), 10, "the README says ten lines are enough");
    for block in &blocks {
        let text = if whole(&block) { block.clone() } else { format!("{main}{block}") };
        accepted(&text, &[]);
    }
    let sidecar = read("deploy/kubernetes-sidecar.yaml");
    let (_, text) = sidecar.split_once("azgate.toml: |\n").unwrap();
    let lines = text.lines().map_while(|line| line.strip_prefix("    "));
    accepted(&lines.collect::<Vec<_>>().join("\n"), &[]);
    accepted(&read("config/azgate.toml"), &[]);
}

#[test]
fn a_container_needs_no_file() {
    let key = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7";
    let image = [
        ("AZGATE_SERVER__LISTEN", "0.0.0.0:8080"),
        ("AZGATE_ADMIN__LISTEN", "0.0.0.0:9090"),
        ("AZURE_OPENAI_ENDPOINT", "https://name.openai.azure.com"),
        ("AZGATE_KEYS__ME__SHA256", key),
    ];
    let dockerfile = read("deploy/Dockerfile");
    assert!(image.iter().all(|(name, _)| dockerfile.contains(name)), "the test and the Dockerfile differ");
    let output = check(None, &image);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_command_in_the_examples_exists() {
    let mut seen = BTreeSet::new();
    for file in SHOWN {
        for line in read(file).lines() {
            for command in commands(line) {
                let words =
                    command.split_whitespace().take_while(|word| !matches!(*word, "<" | ">" | "|" | "#"));
                let words: Vec<&str> = words.collect();
                if let Err(error) = Cli::try_parse_from(&words) {
                    let usage = error.use_stderr();
                    assert!(!usage, "{file}: {command}: {error}");
                }
                seen.insert(words.get(1).copied().unwrap_or_default().to_owned());
            }
        }
    }
    let expected = ["", "catalog", "check", "completions", "demo", "explain", "man", "probe", "serve", "sim"];
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn every_variable_in_the_examples_is_a_key() {
    for file in SHOWN {
        let text = read(file);
        let names = text.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_');
        for name in names.filter(|name| name.starts_with("AZGATE_") && !NOT_KEYS.contains(name)) {
            let output = check(None, &[(name, "1")]);
            let printed = String::from_utf8(output.stdout).unwrap();
            assert!(!printed.contains("not a key of the config"), "{file}: {name}: {printed}");
        }
    }
}

#[test]
fn every_link_in_a_page_has_a_target() {
    let mut pages: Vec<String> = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned).into();
    for folder in ["docs", "docs/adr"] {
        let paths = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        let files = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
        pages.extend(files.map(|path| format!("{folder}/{}", path.file_name().unwrap().display())));
    }
    let mut links = 0;
    for page in pages {
        let text = read(&page);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|target| !target.contains("://")) {
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = root().join(&page).parent().unwrap().join(file);
            assert!(file.exists(), "{page}: {target}");
            if !heading.is_empty() {
                let headings = fs::read_to_string(&file).unwrap();
                let mut headings = headings.lines().filter_map(|line| line.strip_prefix("## "));
                assert!(
                    headings.any(|line| line.to_lowercase().replace(' ', "-") == heading),
                    "{page}: {target}"
                );
            }
            links += 1;
        }
    }
    assert!(links > 10, "{links}");
}

/// Returns the commands in a line of prose, shell, a systemd unit or a Dockerfile.
fn commands(line: &str) -> Vec<String> {
    let line = line.trim();
    if let Some(args) = line.strip_prefix("cargo run --release -- ") {
        return vec![format!("azgate {args}")];
    }
    if let Some(args) = line.strip_prefix("args: ") {
        return vec![format!("azgate {}", args.replace(['[', ']', '"', ','], " "))];
    }
    if let Some(command) = line.strip_prefix("ExecStart=/usr/local/bin/") {
        return vec![command.to_owned()];
    }
    let quoted = line.split('`').skip(1).step_by(2).filter(|code| code.starts_with("azgate "));
    let mut found: Vec<String> = quoted.map(str::to_owned).collect();
    // Variables can precede the command.
    let is_variable = |word: &&str| word.contains('=') && word.starts_with(|c: char| c.is_ascii_uppercase());
    let words: Vec<&str> = line.split(' ').skip_while(is_variable).collect();
    if words.first() == Some(&"azgate")
        && (words.len() == 1 || words.iter().any(|word| word.starts_with("--")))
    {
        found.push(words.join(" "));
    }
    found
}

/// Checks that `azgate check` finds no error in a config.
fn accepted(text: &str, variables: &[(&str, &str)]) {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), text).unwrap();
    let output = check(Some(file.path()), variables);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && printed.starts_with("ok: "), "{printed}\n{text}");
}

/// Runs `azgate check` with these variables only.
fn check(file: Option<&Path>, variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azgate"));
    command.arg("check").env_clear().env("AZURE_OPENAI_API_KEY", "hunter2").envs(variables.iter().copied());
    if let Some(file) = file {
        command.arg("--config").arg(file);
    }
    command.output().unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the fenced blocks of a language.
fn fences(text: &str, language: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect()
}
