//! Checks a config: finds all its problems at once, and its settings if none of them is an error.
//!
//! The check looks at the shape first (keys and types), then at the meaning of what has the right shape, section by
//! section. It is pure: files and variables come from [`CheckContext`].

mod catalog;
mod checker;
mod context;
mod durations;
mod endpoint;
mod keys;
mod learning;
mod listeners;
mod log;
mod models;
mod policy;
mod resources;
mod served_model;
mod shape;
mod visitors;

use std::time::Duration;

use serde::Deserialize;
use toml::Table;

use self::checker::Checker;
use super::{
    KeyPath, LogSettings, MergedConfig, Problem, Settings, Severity,
    schema::{Config, ModelTimeoutsConfig},
};

pub use self::context::CheckContext;

/// The outcome of a check.
#[derive(Debug)]
pub struct Checked {
    /// What the config means. Absent if any problem is an error.
    pub settings: Option<Settings>,
    /// Everything that is wrong, in the order in which it was written.
    pub problems: Vec<Problem>,
}

/// Checks a config.
pub fn check(merged: MergedConfig, context: &CheckContext<'_>) -> Checked {
    let MergedConfig { mut tree, locations, mut problems, is_readable } = merged;
    let mut settings = None;
    if is_readable {
        let mut checker = Checker::new(&tree, &locations, *context);
        checker.remove_misshapen(&mut tree);
        settings = checker.settings(tree);
        problems.extend(checker.findings.into_problems());
    }
    problems.sort_by(|a, b| (&a.location, a.severity, &a.key).cmp(&(&b.location, b.severity, &b.key)));
    let has_no_error = problems.iter().all(|problem| problem.severity == Severity::Warning);
    Checked { settings: settings.filter(|_| has_no_error), problems }
}

impl Checker<'_> {
    fn settings(&mut self, tree: Table) -> Option<Settings> {
        // The shape comes from the same types, so this does not fail. Serde's message could contain a secret.
        let Ok(config) = Config::deserialize(tree) else {
            let remedy = "compare it with `azgate schema`";
            self.findings.key_error(&KeyPath::default(), "the config does not fit its schema", remedy);
            return None;
        };
        let catalog = self.catalog(&config.families);
        let server = self.server(&config);
        let admin = self.admin(&config, server);
        self.log(&config.log);
        let heartbeat = self.heartbeat(&config.heartbeat);
        let learning = self.learning(&config.learning);
        let reasoning_memory = self.reasoning_memory(&config.reasoning_memory);
        let policy = self.policy(&KeyPath::new(["policy"]), &config.policy);
        let resources = self.all_resources(&config);
        let unknown_models = self.unknown_models(&config);
        let default_resource = self.default_resource(&config, &resources);
        let models = self.all_models(&config, &resources, default_resource, &catalog);
        let keys = self.all_keys(&config, server);
        let (hosts, cors_origins) = (self.hosts(&config), self.cors_origins(&config));
        Some(Settings {
            listen: server?,
            admin,
            max_body_bytes: config.server.max_body_bytes,
            allow_anonymous: config.server.allow_anonymous,
            hosts,
            cors_origins,
            max_connections: config.server.max_connections.and_then(|most| usize::try_from(most).ok()),
            drain: Duration::from_secs(config.server.drain_seconds.into()),
            header_timeout: Duration::from_secs(config.server.header_timeout_seconds.into()),
            log: LogSettings { level: config.log.level, format: config.log.format },
            heartbeat,
            timeouts: durations::timeouts(&config.timeouts, &ModelTimeoutsConfig::default()),
            unknown_models,
            default_resource,
            shared_objects: config.routing.shared_objects,
            learning,
            reasoning_memory,
            policy,
            resources,
            models,
            keys,
            catalog,
        })
    }
}

#[cfg(test)]
mod tests;
