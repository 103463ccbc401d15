//! The SDKs that people use, driving the built binary: see `tests/clients/`. `tests/run` installs what they need.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

#[test]
#[ignore = "needs python3 and openai for Python: tests/run installs them"]
fn openai_for_python_newest() {
    python("python-newest");
}

#[test]
#[ignore = "needs python3 and openai for Python, 1.x: tests/run installs them"]
fn openai_for_python_1x() {
    python("python-1x");
}

#[test]
#[ignore = "needs node and openai for Node: tests/run installs them"]
fn openai_for_node() {
    let tests = clients().join("node");
    assert!(tests.join("node_modules/openai").is_dir(), "openai for Node is missing: run tests/run");
    run(Command::new("node").args(["--test", "--test-reporter=dot"]).current_dir(tests));
}

fn python(tools: &str) {
    let interpreter = repository().join("target/test-tools").join(tools).join("bin/python");
    assert!(interpreter.is_file(), "{} is missing: run tests/run", interpreter.display());
    run(Command::new(interpreter)
        .args(["-B", "-m", "pytest", "--tb=short"])
        .current_dir(clients().join("python")));
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
