//! Common SDKs and frameworks call the built binary: see `tests/clients/`. `tests/run` installs what they need.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
#[ignore = "needs python3 and openai for Python: tests/run installs them"]
fn openai_for_python_newest() {
    python("newest", &["."]);
}

#[test]
#[ignore = "needs python3 and openai for Python, 1.x: tests/run installs them"]
fn openai_for_python_1x() {
    python("1x", &["."]);
}

#[test]
#[ignore = "needs python3 and LangChain: tests/run installs them"]
fn langchain() {
    python("frameworks", &["frameworks/test_langchain.py", "frameworks/test_langchain_responses.py"]);
}

#[test]
#[ignore = "needs python3 and LlamaIndex: tests/run installs them"]
fn llamaindex() {
    python("frameworks", &["frameworks/test_llamaindex.py"]);
}

#[test]
#[ignore = "needs python3 and LiteLLM: tests/run installs them"]
fn litellm() {
    python("frameworks", &["frameworks/test_litellm.py", "frameworks/test_litellm_responses.py"]);
}

#[test]
#[ignore = "needs node and openai for Node: tests/run installs them"]
fn openai_for_node() {
    node(|file| !["ai-sdk", "codex", "openai-agents"].iter().any(|other| file.starts_with(other)));
}

#[test]
#[ignore = "needs node and OpenAI Agents: tests/run installs them"]
fn openai_agents_for_node() {
    node(|file| file.starts_with("openai-agents"));
}

#[test]
#[ignore = "needs node and the Codex CLI: tests/run installs them"]
fn codex() {
    node(|file| file.starts_with("codex"));
}

#[test]
#[ignore = "needs python3 and azure-ai-inference: tests/run installs them"]
fn azure_ai_inference() {
    python("agents", &["agents/test_azure_ai_inference.py"]);
}

#[test]
#[ignore = "needs python3 and pydantic-ai: tests/run installs them"]
fn pydantic_ai() {
    python("agents", &["agents/test_pydantic_ai.py"]);
}

#[test]
#[ignore = "needs python3 and openai for Python, 0.28: tests/run installs them"]
fn openai_for_python_028() {
    python("028", &["legacy"]);
}

#[test]
#[ignore = "needs node and the AI SDK: tests/run installs them"]
fn ai_sdk() {
    node(|file| file.starts_with("ai-sdk"));
}

/// Runs the tests of files or a directory, in the environment of `requirements-NAME.txt`.
fn python(name: &str, tests: &[&str]) {
    let tools = repository().join("target/test-tools");
    let interpreter = tools.join(format!("python-{name}/bin/python"));
    assert!(interpreter.is_file(), "{} is missing: run tests/run", interpreter.display());
    run(Command::new(interpreter)
        .args(["-m", "pytest", "--tb=short"])
        .args(tests)
        // Keeps compiled files out of the source tree.
        .env("PYTHONPYCACHEPREFIX", tools.join("pycache"))
        .current_dir(clients().join("python")));
}

/// Runs the Node test files whose name `wanted` accepts.
fn node(wanted: fn(&str) -> bool) {
    let tests = clients().join("node");
    assert!(tests.join("node_modules/openai").is_dir(), "the packages for Node are missing: run tests/run");
    let names = fs::read_dir(&tests).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: Vec<String> = names.filter(|name| name.ends_with(".test.mjs") && wanted(name)).collect();
    assert!(!files.is_empty());
    run(Command::new("node").args(["--test", "--test-reporter=dot"]).args(files).current_dir(tests));
}

fn run(command: &mut Command) {
    let output = command
        .env("AZGATE_BIN", env!("CARGO_BIN_EXE_azgate"))
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&text));
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn clients() -> PathBuf {
    repository().join("tests/clients")
}
