//! `azgate serve`: the gateway.

use std::{io::Write, net::SocketAddr, sync::Arc};

use anyhow::Context;
use clap::Args;
use tokio::runtime::Builder;

use super::{ConfigArgs, Outcome, Output, check::report};
use crate::{
    admin, app,
    config::{Checked, Environment, Flag, KeyPath, Settings, Severity},
    gateway::Gateway,
    observe::logging,
    serve::{self, Stop},
};

/// The arguments of `azgate serve`.
#[derive(Debug, Default, Args)]
#[command(after_help = "\
With an account and no config file:

  AZURE_OPENAI_ENDPOINT=https://NAME.openai.azure.com AZURE_OPENAI_API_KEY=... azgate serve

serves every deployment of that resource under its own name on http://127.0.0.1:8080/v1. OPENAI_API_VERSION, if set,
selects Azure's dated surface. Without keys in the config azgate listens on loopback only.

It stops at SIGTERM or Ctrl-C, once running calls have ended.")]
pub(super) struct ServeArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// The address to listen on, such as 0.0.0.0:8080 [default: 127.0.0.1:8080]
    #[arg(long, short, value_name = "ADDR")]
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
    let listen = args.listen.clone().map(|value| Flag {
        name: "--listen",
        key: KeyPath::new(["server", "listen"]),
        value,
    });
    let Checked { settings, problems } = args.config.checked(environment, listen.as_slice());
    let Some(mut settings) = settings else {
        report(&problems, out)?;
        return Ok(Outcome::Problems);
    };
    settings.learning.discover |= args.discover;
    let _log = logging::start(&settings.log).context("the log cannot be started")?;
    for problem in problems.iter().filter(|problem| problem.severity == Severity::Warning) {
        tracing::warn!("{problem}");
    }
    Builder::new_current_thread().enable_all().build()?.block_on(serve(&settings, out))?;
    Ok(Outcome::Done)
}

async fn serve(settings: &Settings, out: &mut Output<'_>) -> anyhow::Result<()> {
    let gateway = Arc::new(Gateway::build(settings, &Arc::default())?);
    let listener = serve::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let (stopper, stop) = serve::stop();
    let signals = serve::signals().context("signals cannot be waited for")?;
    let admin = admin_listener(settings, &gateway, &stop).await?;
    writeln!(out, "azgate listens on http://{address} (OpenAI base URL: http://{address}/v1)")?;
    out.flush()?;
    if settings.learning.discover {
        tokio::spawn(gateway.discovery());
    }
    let admin = admin.map(|address| address.to_string());
    tracing::info!(%address, admin, models = gateway.routes.listed().count(), "azgate is ready");
    let options = serve::Options { header_timeout: settings.header_timeout, drain: settings.drain };
    let serving = serve::serve_on_all_cores(listener, &app::service(gateway), options, &stop)?;
    signals.await;
    tracing::info!("azgate stops once running calls have ended");
    stopper.stop();
    for core in serving {
        core.await?.context("the listener failed")?;
    }
    Ok(())
}

/// Health, readiness and metrics on their own listener, if one is configured.
async fn admin_listener(
    settings: &Settings,
    gateway: &Gateway,
    stop: &Stop,
) -> anyhow::Result<Option<SocketAddr>> {
    let Some(address) = settings.admin else { return Ok(None) };
    let listener = serve::bind(address).await?;
    let address = listener.local_addr()?;
    let router = admin::router(gateway.metrics.clone(), gateway.ledger.clone());
    tokio::spawn(serve::serve(listener, router, serve::Options::default(), stop.clone()));
    Ok(Some(address))
}
