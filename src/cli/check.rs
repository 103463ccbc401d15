//! `azgate check`: finds every problem of a config at once.

use std::{
    io::{self, Write},
    sync::Arc,
};

use clap::Args;
use serde_json::{Value, json};

use super::{
    ConfigArgs, Outcome, Output,
    terminal::{ERROR, GOOD, WARNING},
};
use crate::{
    config::{Checked, Environment, Location, Problem, Settings, Severity},
    gateway::Gateway,
};

/// The arguments of `azgate check`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command reads the secrets but sends nothing, so it needs no network. Without a config file it checks the \
environment alone. In a pipe it prints each problem on one line, as compilers do:

  azgate.toml:4:1: error: server.listn: unknown key (did you mean `listen`?)

With --json it prints one object: whether the config can be served (`ok`), the file (`config`), the `problems` with \
severity, location, key, message and remedy, and a `summary` in words.

The exit code is 1 if there is an error, and 0 if there are only warnings.")]
pub(super) struct CheckArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &CheckArgs, environment: &Environment, out: &mut Output<'_>) -> io::Result<Outcome> {
    let file = args.config.file(environment);
    let Checked { settings, mut problems } = args.config.checked(environment, &[]);
    // Build the gateway as `serve` does, so that a config that cannot be served does not pass.
    let built = settings.as_ref().map(|settings| Gateway::build(settings, &Arc::default()));
    if let Some(Err(error)) = &built {
        problems.push(unbuildable(error));
    }
    let ready = settings.as_ref().filter(|_| built.is_some_and(|built| built.is_ok()));
    if args.json {
        let report = json!({
            "ok": ready.is_some(),
            "config": file.map(|file| file.display().to_string()),
            "problems": problems.iter().map(described).collect::<Vec<_>>(),
            "summary": ready.map(summary),
        });
        writeln!(out, "{report:#}")?;
    } else {
        report(&problems, out)?;
        if let Some(settings) = ready {
            // A file that nothing named was found, and could be another one than meant.
            let found = file.filter(|_| args.config.named(environment).is_none());
            let found = found.map(|file| format!(", by ./{}", file.display())).unwrap_or_default();
            writeln!(out, "{GOOD}ok{GOOD:#}: {}{found}", summary(settings))?;
        }
    }
    Ok(if ready.is_some() { Outcome::Done } else { Outcome::Problems })
}

/// Returns the problem of a config from which no gateway can be built.
fn unbuildable(error: &anyhow::Error) -> Problem {
    Problem {
        severity: Severity::Error,
        location: Location::Unwritten,
        key: String::new(),
        message: format!("{error:#}"),
        remedy: "`azgate serve` would not start".to_owned(),
    }
}

/// Returns a problem as JSON.
fn described(problem: &Problem) -> Value {
    let Problem { severity, location, key, message, remedy } = problem;
    let text = location.to_string();
    let place = match location {
        Location::Unwritten => json!({ "text": text }),
        Location::WholeFile(file) => json!({ "text": text, "file": file }),
        Location::File { file, line, column } => {
            json!({ "text": text, "file": file, "line": line, "column": column })
        }
        Location::Variable(name) => json!({ "text": text, "variable": name }),
        Location::Flag(name) => json!({ "text": text, "flag": name }),
    };
    json!({
        "severity": severity.to_string(),
        "location": place,
        "key": key,
        "message": message,
        "remedy": remedy,
    })
}

/// How many columns a table leaves for the problems, so that they can be read.
const LEAST_TEXT: usize = 34;

/// Prints the problems of a config: as lines in a pipe, as a table on a terminal that is wide enough.
pub(super) fn report(problems: &[Problem], out: &mut Output<'_>) -> io::Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    if !out.is_terminal() {
        return problems.iter().try_for_each(|problem| writeln!(out, "{problem}"));
    }
    let row = |problem: &Problem| {
        let Problem { severity, location, key, message, remedy } = problem;
        [severity.to_string(), location.to_string(), key.clone(), format!("{message}\n{remedy}")]
    };
    let longest = |column: fn(&Problem) -> usize| problems.iter().map(column).max().unwrap_or_default();
    let names = longest(|problem| problem.location.to_string().len()) + longest(|problem| problem.key.len());
    if names + LEAST_TEXT > out.width().into() {
        problems.iter().try_for_each(|problem| writeln!(out, "{problem}"))?;
    } else {
        let paint = [("error", ERROR), ("warning", WARNING)];
        out.table(&["", "where", "key", "problem and remedy"], problems.iter().map(row), &paint)?;
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    writeln!(out, "\n{}, {}", counted(errors, "error"), counted(warnings, "warning"))
}

fn summary(settings: &Settings) -> String {
    let Settings { listen, resources, models, keys, .. } = settings;
    let models = match models.len() {
        0 => "any deployment".to_owned(),
        count => counted(count, "model"),
    };
    let keys = match keys.len() {
        0 => "no keys".to_owned(),
        count => counted(count, "key"),
    };
    format!("{}, {models}, {keys}, listening on {listen}", counted(resources.len(), "resource"))
}

fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Returns the outcome and what is printed for a config, in a pipe and on a terminal.
    fn printed(text: &str) -> (Outcome, String, String) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.toml");
        fs::write(&file, text).unwrap();
        let args = CheckArgs { config: ConfigArgs { config: Some(file.clone()) }, json: false };
        let environment = Environment::from_iter([("KEY", "hunter2")]);
        let (mut piped, mut shown) = (Vec::new(), Vec::new());
        let outcome = run(&args, &environment, &mut Output::pipe(&mut piped)).unwrap();
        run(&args, &environment, &mut Output::terminal(&mut shown, 300)).unwrap();
        let text =
            |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(file.to_str().unwrap(), "a.toml");
        (outcome, text(piped), text(shown))
    }

    #[test]
    fn a_config_without_problems_is_summed_up_in_a_line() {
        let (outcome, piped, _) = printed(
            "[resources.a]\nendpoint = 'https://a.example'\napi_key = { env = 'KEY' }\n[models.o1]\n",
        );
        assert_eq!(outcome, Outcome::Done);
        assert!(piped.ends_with("1 resource, 1 model, no keys, listening on 127.0.0.1:8080\n"), "{piped}");
    }

    #[test]
    fn problems_are_lines_in_a_pipe_and_a_table_on_a_terminal() {
        let (outcome, piped, shown) = printed("[resources.a]\nendpoint = 'hunter2'\napi_key = 'hunter2'\n");
        assert_eq!(outcome, Outcome::Problems);
        let lines: Vec<&str> = piped.lines().collect();
        assert_eq!(lines.len(), 2, "{piped}");
        assert!(lines[0].starts_with("a.toml:2:12: error: resources.a.endpoint: not a URL"), "{piped}");
        assert!(
            lines[1]
                .starts_with("a.toml:3:11: error: resources.a.api_key: not the place of a secret (a secret")
        );
        assert!(shown.contains("\u{1b}["), "no colour: {shown}");
        assert!(shown.contains("remedy") && shown.ends_with("2 errors, 0 warnings\n"), "{shown}");
        assert!(!(piped + &shown).contains("hunter2"));
    }
}
