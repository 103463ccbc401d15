//! Sets up the log of the process.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::{
    json::JsonLayer,
    lines::{LOST_LINES, LogBuffer},
};
use crate::config::{LogSettings, schema::LogFormat};

/// The log of the process. Dropping it writes the pending lines.
#[derive(Debug)]
#[must_use = "the lines that are pending when the process ends are written when this is dropped"]
pub struct Log(Arc<LogBuffer>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Sends log lines to standard error: text on a terminal, JSON in a pipe, unless the settings name a format. A second
/// call changes nothing.
pub fn start(settings: &LogSettings) -> io::Result<Log> {
    let filter = EnvFilter::try_new(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let text = match settings.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let buffer = LogBuffer::start(io::stderr(), LOST_LINES.clone())?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = if text {
        let ansi = io::stderr().is_terminal();
        registry.with(fmt::layer().with_writer(buffer.clone()).with_ansi(ansi).with_target(false)).try_init()
    } else {
        registry.with(JsonLayer(buffer.clone())).try_init()
    };
    // This fails only if the process has a subscriber already, as in tests.
    drop(started);
    Ok(Log(buffer))
}
