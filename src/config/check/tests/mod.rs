//! What the tests of this module share: a config in an environment, and its outcome.

mod examples;
mod layers;
mod meaning;
mod problems;
mod retired;
mod values;
mod variables;

use std::{fs, io, num::NonZeroU32, path::Path};

use super::*;
use crate::config::{Environment, Flag, load, schema, shape::ConfigShape};

/// The hash of `hunter2`.
const HASH: &str = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7";

const EAST: &str =
    "[resources.east]\nendpoint = 'https://east.openai.azure.com'\napi_key = { env = 'EAST_KEY' }\n";

struct Case {
    file: Option<String>,
    environment: Vec<(String, String)>,
    flags: Vec<Flag>,
    today: Option<&'static str>,
}

/// A file, in an environment that has `EAST_KEY`.
fn file(text: &str) -> Case {
    none().file(text)
}

/// The file, after a resource without problems (three lines).
fn with_east(text: &str) -> Case {
    file(&format!("{EAST}{text}"))
}

fn none() -> Case {
    Case { file: None, environment: vec![], flags: vec![], today: None }.variable("EAST_KEY", "hunter2")
}

impl Case {
    fn file(mut self, text: &str) -> Case {
        self.file = Some(text.to_owned());
        self
    }

    fn variable(mut self, name: &str, value: &str) -> Case {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn flag(mut self, key: &[&str], value: &str) -> Case {
        self.flags.push(Flag {
            name: "--listen",
            key: KeyPath::new(key.iter().copied()),
            value: value.to_owned(),
        });
        self
    }

    fn on(mut self, today: &'static str) -> Case {
        self.today = Some(today);
        self
    }

    fn checked(&self) -> Checked {
        let directory = tempfile::tempdir().unwrap();
        let path = self.file.as_ref().map(|text| {
            let path = directory.path().join("azgate.toml");
            fs::write(&path, text).unwrap();
            path
        });
        let environment: Environment = self.environment.iter().cloned().collect();
        let surroundings =
            CheckContext { environment: &environment, read: &read, today: self.today, dry_run: false };
        let merged = load(path.as_deref(), &environment, &self.flags);
        let mut checked = check(merged, &surroundings);
        for problem in &mut checked.problems {
            if let crate::config::Location::File { file, .. } = &mut problem.location {
                *file = "azgate.toml".to_owned();
            }
        }
        checked
    }

    /// Returns the problems as printed. The settings exist if none of them is an error.
    fn problems(&self) -> Vec<String> {
        let checked = self.checked();
        let has_error = checked.problems.iter().any(|problem| problem.severity == Severity::Error);
        assert_eq!(checked.settings.is_none(), has_error);
        let shown =
            format!("{checked:?} {:?}", checked.problems.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert!(!shown.contains("hunter2"), "a secret shows: {shown}");
        checked.problems.iter().map(ToString::to_string).collect()
    }

    fn settings(&self) -> Settings {
        let checked = self.checked();
        assert_eq!(checked.problems, []);
        checked.settings.unwrap()
    }
}

fn read(path: &Path) -> io::Result<String> {
    match path.to_str().unwrap() {
        "/run/key" => Ok("from-a-file\n".to_owned()),
        "/run/empty" => Ok("\n".to_owned()),
        "/run/odd" => Ok("two\nlines".to_owned()),
        "/run/ca.pem" => Ok("-----BEGIN CERTIFICATE-----".to_owned()),
        _ => Err(io::ErrorKind::NotFound.into()),
    }
}
