//! `[log]`.

use super::checker::Checker;
use crate::config::{
    KeyPath,
    schema::LogConfig,
    suggest::{shortened, suggest},
};

const LEVELS: [&str; 6] = ["error", "warn", "info", "debug", "trace", "off"];

impl Checker<'_> {
    /// Checks the filter. `EnvFilter` takes any word as the name of a module, so a misspelt level would silence the
    /// log.
    pub(super) fn log(&mut self, log: &LogConfig) {
        let at = KeyPath::new(["log", "level"]);
        let misspelt = log.level.split(',').map(str::trim).find(|directive| {
            !directive.contains(['=', '[']) && !LEVELS.contains(&directive.to_ascii_lowercase().as_str())
        });
        if let Some(level) = misspelt {
            let remedy = suggest(level, LEVELS.into_iter());
            self.findings.value_error(&at, format!("`{}` is not a log level", shortened(level)), remedy);
        } else if tracing_subscriber::EnvFilter::builder().parse(&log.level).is_err() {
            let remedy = "write a level, or a filter such as `info,azgate::upstream=debug`";
            let message = format!("not a log filter: `{}`", shortened(&log.level));
            self.findings.value_error(&at, message, remedy);
        }
    }
}
