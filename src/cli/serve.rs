//! `azgate serve`: runs the gateway.

use std::{
    io::{self, Write},
    net::SocketAddr,
    pin::pin,
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use futures_util::future::try_join_all;
use tokio::runtime::{Builder, Handle};

use super::{ConfigArgs, Outcome, Output, check::report};
use crate::{
    admin, app,
    background::{Background, Task, Until},
    config::{self, Checked, Environment, Flag, KeyPath, Problem, Settings, Severity},
    gateway::{Current, Gateway},
    observe::logging,
    registry::Registry,
    serve::{self, Stop},
};

/// The arguments of `azgate serve`.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
With an account and no config file:

  AZURE_OPENAI_ENDPOINT=https://NAME.openai.azure.com AZURE_OPENAI_API_KEY=... azgate serve

serves every deployment of that resource under its own name on http://127.0.0.1:8080/v1. OPENAI_API_VERSION, if set, \
selects Azure's dated surface. Without keys in the config azgate listens on loopback only.

At SIGTERM or Ctrl-C azgate stops once running calls have ended, and at a second one at once. At SIGHUP it reads its \
config again. Running calls keep the old config. Limits, connections and the knowledge of deployments stay. A config \
with errors changes nothing. \
A change of listeners or log needs a restart.")]
pub(super) struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The address to listen on, such as 0.0.0.0:8080 [default: 127.0.0.1:8080]
    #[arg(long, short, value_name = "ADDR", value_parser = address)]
    listen: Option<String>,
    /// Ask each resource once for its deployments and their models
    #[arg(long)]
    discover: bool,
}

pub(super) fn run(
    args: &ServeArgs,
    environment: &Environment,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    // A reload reads the same file again, or fails: it does not fall back to another config.
    let config = args.config.resolved(environment);
    let Checked { settings, problems } = args.checked(&config, environment);
    let Some(settings) = settings else {
        report(&problems, &mut out.errors())?;
        return Ok(Outcome::Problems);
    };
    let _log = logging::start(&settings.log).context("the log cannot be started")?;
    log(&problems);
    let again = || args.checked(&config, environment);
    Builder::new_current_thread().enable_all().build()?.block_on(serve(&settings, &again, out))?;
    Ok(Outcome::Done)
}

/// Checks an address to listen on.
fn address(text: &str) -> Result<String, &'static str> {
    match text.parse::<SocketAddr>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err("write an IP address and a port, such as 127.0.0.1:8080 or 0.0.0.0:8080"),
    }
}

impl ServeArgs {
    /// Reads and checks the current config.
    fn checked(&self, config: &ConfigArgs, environment: &Environment) -> Checked {
        let listen = self.listen.clone().map(|value| Flag {
            name: "--listen",
            key: KeyPath::new(["server", "listen"]),
            value,
        });
        let mut checked = config.checked_again(environment, listen.as_slice());
        if let Some(settings) = &mut checked.settings {
            settings.learning.discover |= self.discover;
        }
        checked
    }
}

fn log(problems: &[Problem]) {
    for problem in problems {
        match problem.severity {
            Severity::Warning => tracing::warn!("{problem}"),
            Severity::Error => tracing::error!("{problem}"),
        }
    }
}

async fn serve(settings: &Settings, again: &dyn Fn() -> Checked, out: &mut Output<'_>) -> anyhow::Result<()> {
    let gateway = Arc::new(Gateway::build(settings, &Arc::default())?);
    let listener = serve::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (stopper, stop) = serve::stop();
    let mut signals = serve::signals().context("signals cannot be waited for")?;
    let mut hangups = serve::hangups().context("signals cannot be waited for")?;
    // The runtime of this thread serves no calls.
    let background = Background::on(Handle::current());
    let admin = admin_listener(settings, &gateway, &background, &stop).await?;
    writeln!(out, "azgate listens on http://{address} (OpenAI base URL: http://{address}/v1)")?;
    out.flush()?;
    discover(settings, &gateway, &background);
    let admin = admin.map(|address| address.to_string());
    tracing::info!(%address, admin, models = gateway.routes.listed().count(), "azgate is ready");
    let options = serve::Options {
        header_timeout: settings.header_timeout,
        drain: settings.drain,
        max_connections: settings.max_connections.unwrap_or_else(serve::default_max_connections),
        connections: gateway.registry.connections.clone(),
    };
    let current = Current::from(gateway);
    let serving = serve::serve_on_all_cores(listener, &app::service(current.clone()), &options, &stop)?;
    loop {
        tokio::select! {
            () = signals.next() => break,
            _ = hangups.recv() => reload((settings, address), again(), &current, &background),
        }
    }
    tracing::info!("azgate stops once running calls have ended; a second signal ends them at once");
    stopper.stop();
    let mut ended = pin!(try_join_all(serving));
    let cores = tokio::select! {
        cores = &mut ended => cores?,
        () = signals.next() => {
            stopper.stop_now();
            ended.await?
        }
    };
    cores.into_iter().collect::<io::Result<()>>().context("the listener failed")?;
    let left = tokio::select! {
        left = background.drain(settings.drain) => left,
        () = signals.next() => 0,
    };
    if left > 0 {
        tracing::warn!(left, "background tasks did not end in time");
    }
    Ok(())
}

/// Replaces the gateway by one with a new config, if the config has no error.
fn reload(
    (started, bound): (&Settings, SocketAddr),
    Checked { settings, problems }: Checked,
    current: &Current,
    background: &Background,
) {
    log(&problems);
    let Some(settings) = settings else {
        tracing::error!("the config was not reloaded: it has errors, so the old one stays");
        return;
    };
    if let Some(exposure) = config::exposure(bound, &settings.keys, settings.allow_anonymous) {
        tracing::error!("the config was not reloaded: {exposure}, so the old one stays");
        return;
    }
    let fixed = [
        ("server.listen", settings.listen != started.listen),
        ("server.max_connections", settings.max_connections != started.max_connections),
        ("server.drain_seconds", settings.drain != started.drain),
        ("server.header_timeout_seconds", settings.header_timeout != started.header_timeout),
        ("admin.listen", settings.admin != started.admin),
        ("log", settings.log != started.log),
    ];
    for (key, _) in fixed.iter().filter(|(_, changed)| *changed) {
        tracing::warn!(key, "a change of this key needs a restart");
    }
    match Gateway::build(&settings, &current.get().registry) {
        Ok(gateway) => {
            tracing::info!(models = gateway.routes.listed().count(), "the config was reloaded");
            discover(&settings, &gateway, background);
            current.replace(gateway);
        }
        Err(error) => tracing::error!("the config was not reloaded: {error:#}"),
    }
}

/// Asks the resources for their deployments, if discovery is configured.
fn discover(settings: &Settings, gateway: &Gateway, background: &Background) {
    if settings.learning.discover {
        let task = Task { name: "discovery", owner: "all resources".to_owned(), until: Until::AtStop };
        background.spawn(task, gateway.discovery());
    }
}

/// How many connections the admin listener has, so that they leave files for calls.
const MOST_ADMIN_CONNECTIONS: usize = 64;

/// Serves health, readiness and metrics on a listener of their own, if the config has one.
async fn admin_listener(
    settings: &Settings,
    gateway: &Gateway,
    background: &Background,
    stop: &Stop,
) -> anyhow::Result<Option<SocketAddr>> {
    let Some(address) = settings.admin else { return Ok(None) };
    let listener = serve::bind(address).await?;
    let address = listener.local_addr()?;
    let Registry { metrics, knowledge, .. } = &*gateway.registry;
    let router = admin::router(metrics.clone(), knowledge.clone());
    let task = Task { name: "admin", owner: address.to_string(), until: Until::WhenDone };
    let options = serve::Options { max_connections: MOST_ADMIN_CONNECTIONS, ..serve::Options::default() };
    background.spawn(task, serve::serve(listener, router, options, stop.clone()));
    Ok(Some(address))
}
