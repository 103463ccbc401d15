//! `azgate demo`: the gateway in front of the simulator, which needs no Azure account.

use std::{
    io::{self, Write},
    net::SocketAddr,
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use futures_util::future::try_join_all;
use sha2::{Digest, Sha256};
use tokio::{net::TcpListener, runtime::Runtime};

use super::{Outcome, Output, terminal::HEAD};
use crate::{
    app,
    config::{self, CheckContext, Checked, Environment, KeySettings, ModelSettings},
    deadline::Timeouts,
    gateway::Gateway,
    observe::logging,
    serve::{self, Options},
    sim::{self, Simulator},
    translate::{PolicyLayer, TargetOptions},
};

/// The arguments of `azgate demo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Starts the built-in Azure simulator and azgate in front of it, on loopback, and prints three calls to paste. Nothing \
is sent to another machine. The demo ends with Ctrl-C.")]
pub(super) struct DemoArgs {
    /// The address to listen on; port 0 stands for any free port [default: 127.0.0.1:8080, or a free port]
    #[arg(long, short, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The key that clients must send; without text, on loopback, none
    #[arg(long, value_name = "KEY", default_value = "demo-key")]
    key: String,
}

/// The key that the gateway sends to the simulator. Both run in this process, and the simulator listens on loopback.
const INNER_KEY: &str = "simulated-azure-key";

pub(super) fn run(args: &DemoArgs, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    Runtime::new()?.block_on(demo(args, out))
}

async fn demo(args: &DemoArgs, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    let listener = listener(args).await?;
    let address = listener.local_addr()?;
    let azure = serve::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let settings = settings(azure.local_addr()?, args)?;
    let _log = logging::start(&settings.log).context("the log cannot be started")?;
    let gateway = Arc::new(Gateway::build(&settings, &Arc::default())?);
    let simulator = Simulator::new(sim::Options { key: INNER_KEY.to_owned(), ..sim::Options::default() });
    let (stopper, stop) = serve::stop();
    let mut signals = serve::signals()?;
    let options = Options { connections: gateway.registry.connections.clone(), ..Options::default() };
    let serving = [
        tokio::spawn(serve::serve(azure, simulator.router(), Options::default(), stop.clone())),
        tokio::spawn(serve::serve(listener, app::service(gateway), options, stop)),
    ];
    welcome(address, &args.key, out)?;
    signals.next().await;
    stopper.stop();
    tokio::select! {
        ended = try_join_all(serving) => drop(ended?),
        () = signals.next() => {}
    }
    Ok(Outcome::Done)
}

/// Returns the settings of the demo: a resource, a key, and every model of the simulator.
fn settings(azure: SocketAddr, args: &DemoArgs) -> anyhow::Result<config::Settings> {
    let set = |key: &str, value: String| (format!("AZGATE_{key}"), value);
    let environment = [
        set("RESOURCES__SIMULATOR__ENDPOINT", format!("http://{azure}")),
        set("RESOURCES__SIMULATOR__API_KEY__ENV", "INNER_KEY".to_owned()),
        set("LOG__LEVEL", "warn".to_owned()),
        ("INNER_KEY".to_owned(), INNER_KEY.to_owned()),
    ];
    let environment: Environment = environment.into_iter().collect();
    let merged = config::load(None, &environment, &[]);
    let read = |_: &std::path::Path| Err(io::Error::from(io::ErrorKind::NotFound));
    let Checked { settings, problems } = config::check(
        merged,
        &CheckContext { environment: &environment, read: &read, today: None, dry_run: false },
    );
    let mut settings =
        settings.with_context(|| format!("the demo's own settings have problems: {problems:?}"))?;
    settings.keys.extend((!args.key.is_empty()).then(|| KeySettings {
        name: "demo".to_owned(),
        sha256: Sha256::digest(&args.key).into(),
        requests_per_minute: None,
        headers: Vec::new(),
        policy: PolicyLayer::default(),
    }));
    settings.models = sim::models().map(|name| model(name, settings.timeouts)).collect();
    Ok(settings)
}

/// Returns the model whose deployment on the simulator has the same name.
fn model(name: &str, timeouts: Timeouts) -> ModelSettings {
    ModelSettings {
        alias: name.to_owned(),
        resource: 0,
        deployment: name.to_owned(),
        model: None,
        family: None,
        options: TargetOptions::default(),
        connect_timeout: None,
        timeouts,
        requests_per_minute: None,
        policy: PolicyLayer::default(),
    }
}

/// Listens on the wanted address. Without a wish it is the usual one, or a free port if that is in use.
async fn listener(args: &DemoArgs) -> anyhow::Result<TcpListener> {
    let Some(wanted) = args.listen else {
        let usual = SocketAddr::from(([127, 0, 0, 1], 8080));
        return Ok(match serve::bind(usual).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                serve::bind(SocketAddr::new(usual.ip(), 0)).await?
            }
            bound => bound?,
        });
    };
    if args.key.is_empty() && !wanted.ip().to_canonical().is_loopback() {
        anyhow::bail!("others can reach {wanted}, so the demo needs a key there: leave out `--key ''`");
    }
    Ok(serve::bind(wanted).await?)
}

fn welcome(address: SocketAddr, key: &str, out: &mut Output<'_>) -> io::Result<()> {
    let models: Vec<&str> = sim::models().collect();
    let curl = |body: &str| {
        format!(
            "curl -sN http://{address}/v1/chat/completions -H 'Authorization: Bearer {key}' \
             -H 'Content-Type: application/json' -d '{body}'"
        )
    };
    writeln!(out, "{HEAD}azgate demo{HEAD:#}: the gateway in front of a simulated Azure. Ctrl-C ends it.\n")?;
    writeln!(out, "  base URL  http://{address}/v1\n  key       {key}\n  models    {}\n", models.join(" "))?;
    for (title, body) in CALLS {
        writeln!(out, "{HEAD}# {title}{HEAD:#}\n{}\n", curl(body))?;
    }
    writeln!(out, "Add -i to see what azgate changed: the headers x-azgate-edits and x-azgate-family.")?;
    out.flush()
}

/// Calls that Azure itself would answer with 400.
const CALLS: [(&str, &str); 3] = [
    (
        "o1-preview with a system message and a temperature",
        r#"{"model":"o1-preview","temperature":0.2,"max_tokens":2000,"messages":[{"role":"system","content":"Answer in one word."},{"role":"user","content":"What is the capital of France?"}]}"#,
    ),
    (
        "a stream from o1, which Azure does not stream",
        r#"{"model":"o1","stream":true,"messages":[{"role":"user","content":"Count to five."}]}"#,
    ),
    (
        "a tool call on gpt-5",
        r#"{"model":"gpt-5","max_tokens":4000,"tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}}],"messages":[{"role":"user","content":"How is the weather in Paris?"}]}"#,
    ),
];
