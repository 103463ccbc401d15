//! Judges a config: all its problems at once, and its meaning where it has no error.
//!
//! First the shape (keys and types), then the meaning of what is left, section by section. It is pure: files and
//! variables come in through [`Surroundings`].

mod catalog;
mod durations;
mod endpoint;
mod fit;
mod keys;
mod listeners;
mod models;
mod policy;
mod resources;

use std::{collections::BTreeSet, io, num::NonZeroU32, path::Path, time::Duration};

use serde::Deserialize;
use toml::Table;

use super::{
    Draft, Environment, KeyPath, LearningSettings, LogSettings, Problem, Settings, Severity,
    nearest::suggest,
    problem::Findings,
    schema::{Config, Learning, Log, ModelTimeouts},
};

/// What a config refers to outside of itself.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "holds a closure")]
pub struct Surroundings<'a> {
    /// Where secrets may be.
    pub environment: &'a Environment,
    /// Reads a file that the config names.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Nothing will be sent: secrets and certificates are not looked for, and placeholders stand in for them. So a
    /// config can be looked at where it does not run.
    pub dry_run: bool,
}

/// The outcome.
#[derive(Debug)]
pub struct Checked {
    /// What the config means; only where no problem is an error.
    pub settings: Option<Settings>,
    /// Everything that is wrong, in the order in which it was written.
    pub problems: Vec<Problem>,
}

/// Judges a config.
pub fn check(draft: Draft, surroundings: &Surroundings<'_>) -> Checked {
    let Draft { mut tree, places, mut problems, is_readable } = draft;
    let mut settings = None;
    if is_readable {
        let names = |section| match tree.get(section) {
            Some(toml::Value::Table(table)) => table.keys().cloned().collect(),
            _ => Vec::new(),
        };
        let mut judge = Judge {
            findings: Findings::new(&places),
            surroundings: *surroundings,
            resources: names("resources"),
            has_models: !names("models").is_empty(),
            has_keys: !names("keys").is_empty(),
            rules: BTreeSet::new(),
            taken_out: Vec::new(),
        };
        judge.fit(&mut tree);
        settings = judge.config(tree);
        problems.extend(judge.findings.into_problems());
    }
    problems.sort_by(|a, b| (&a.place, a.severity, &a.key).cmp(&(&b.place, b.severity, &b.key)));
    let is_sound = problems.iter().all(|problem| problem.severity == Severity::Warning);
    Checked { settings: settings.filter(|_| is_sound), problems }
}

/// The pass over a config. Each section has its own file of methods.
struct Judge<'a> {
    findings: Findings<'a>,
    surroundings: Surroundings<'a>,
    /// The names of all resources as written. What was taken out for its own problems must not cause others.
    resources: Vec<String>,
    /// Whether any model was written.
    has_models: bool,
    /// Whether any key was written.
    has_keys: bool,
    /// The ids of all rules, once the catalog is there.
    rules: BTreeSet<String>,
    /// What did not fit and is no longer in the tree.
    taken_out: Vec<KeyPath>,
}

impl Judge<'_> {
    fn config(&mut self, tree: Table) -> Option<Settings> {
        // The shape comes from the same types, so this does not fail; if it does, the value must stay unsaid.
        let Ok(config) = Config::deserialize(tree) else {
            let remedy = "compare it with `azgate schema`";
            self.findings.key(&KeyPath::default(), "the config does not fit its schema", remedy);
            return None;
        };
        let catalog = self.catalog(&config.families);
        let server = self.server(&config);
        let admin = self.admin(&config, server);
        self.log(&config.log);
        let heartbeat = self.heartbeat(&config.heartbeat);
        let learning = self.learning(&config.learning);
        let policy = self.policy(&KeyPath::new(["policy"]), &config.policy);
        let resources = self.all_resources(&config);
        let unknown_models = self.unknown_models(&config);
        let default_resource = self.default_resource(&config, &resources);
        let models = self.all_models(&config, &resources, default_resource, &catalog);
        let keys = self.all_keys(&config);
        Some(Settings {
            listen: server?,
            admin,
            max_body_bytes: config.server.max_body_bytes,
            allow_anonymous: config.server.allow_anonymous,
            drain: Duration::from_secs(config.server.drain_seconds.into()),
            header_timeout: Duration::from_secs(config.server.header_timeout_seconds.into()),
            log: LogSettings { level: config.log.level, format: config.log.format },
            heartbeat,
            timeouts: durations::timeouts(&config.timeouts, &ModelTimeouts::default()),
            unknown_models,
            default_resource,
            shared_objects: config.routing.shared_objects,
            learning,
            policy,
            resources,
            models,
            keys,
            catalog,
        })
    }

    /// A filter takes any word for a module's name, so a misspelt level would silence the log.
    fn log(&mut self, log: &Log) {
        const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];
        let at = KeyPath::new(["log", "level"]);
        let misspelt = log.level.split(',').map(str::trim).find(|directive| {
            !directive.contains(['=', '[']) && !LEVELS.contains(&directive.to_ascii_lowercase().as_str())
        });
        if let Some(word) = misspelt {
            let remedy = suggest(word, LEVELS.into_iter());
            self.findings.value(&at, format!("`{word}` is no log level"), remedy);
        } else if tracing_subscriber::EnvFilter::builder().parse(&log.level).is_err() {
            self.findings.value(
                &at,
                "not a log filter",
                "write a level, or such as `info,azgate::upstream=debug`",
            );
        }
    }

    /// A line that holds for no time would be learned anew with each call.
    fn learning(&mut self, learning: &Learning) -> LearningSettings {
        self.at_least_one(&KeyPath::new(["learning", "ttl_seconds"]), learning.ttl_seconds.into());
        LearningSettings {
            enabled: learning.enabled,
            ttl: Duration::from_secs(learning.ttl_seconds.into()),
            discover: learning.discover,
        }
    }

    /// A number that must not be 0.
    fn at_least_one(&mut self, at: &KeyPath, value: u64) {
        if value == 0 {
            self.findings.value(at, "must not be 0", "write at least 1");
        }
    }

    /// A limit per minute, where 0 would refuse every call.
    fn limit(&mut self, table: &KeyPath, limit: Option<u32>) -> Option<NonZeroU32> {
        self.at_least_one(&table.child("requests_per_minute"), limit.unwrap_or(1).into());
        NonZeroU32::new(limit?)
    }
}

#[cfg(test)]
mod tests;
