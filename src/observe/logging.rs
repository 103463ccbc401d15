//! Where log lines go and how they look.

use std::{
    io::{self, IsTerminal},
    sync::Arc,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use super::{
    json::Json,
    lines::{LOST, Lines},
};
use crate::config::{LogSettings, schema::LogFormat};

/// The log of the process. Dropping it writes the lines that still wait.
#[derive(Debug)]
#[must_use = "lines that wait when the process ends are written when this is dropped"]
pub struct Log(Arc<Lines>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Sends log lines to standard error: text on a terminal, JSON in a pipe, unless the settings say otherwise. A second
/// call changes nothing.
pub fn start(settings: &LogSettings) -> io::Result<Log> {
    let filter = EnvFilter::try_new(&settings.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let text = match settings.format {
        LogFormat::Auto => io::stderr().is_terminal(),
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let lines = Lines::to(io::stderr(), LOST.clone())?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = if text {
        let ansi = io::stderr().is_terminal();
        registry.with(fmt::layer().with_writer(lines.clone()).with_ansi(ansi).with_target(false)).try_init()
    } else {
        registry.with(Json(lines.clone())).try_init()
    };
    // Fails only where a subscriber is set already, as in tests.
    drop(started);
    Ok(Log(lines))
}
