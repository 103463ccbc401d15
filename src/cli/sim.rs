//! `azgate sim`: the Azure simulator alone.

use std::{io::Write, net::SocketAddr, time::Duration};

use clap::Args;
use tokio::runtime::Runtime;

use super::{Outcome, Output};
use crate::{
    serve,
    sim::{self, Simulator},
};

/// The arguments of `azgate sim`.
#[derive(Debug, Args)]
#[command(after_help = "\
Point any Azure OpenAI client at the simulator, or azgate itself. Every model is a deployment with the model's name:

  curl http://127.0.0.1:9200/openai/v1/chat/completions -H 'api-key: sim-key' \\
    -H 'content-type: application/json' \\
    -d '{\"model\":\"gpt-4.1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}'

A message can ask for a fault, such as [[sim: 429 retry-after-ms=20]]: see docs/simulator.md.")]
pub(super) struct SimArgs {
    /// The address to listen on
    #[arg(long, short, value_name = "ADDR", default_value = "127.0.0.1:9200")]
    listen: SocketAddr,
    /// The key that clients must send
    #[arg(long, value_name = "KEY", default_value = "sim-key")]
    key: String,
    /// Another deployment, and the model that it serves
    #[arg(long, value_name = "NAME=MODEL", value_parser = deployment)]
    deployment: Vec<(String, String)>,
    /// Milliseconds between the chunks of a stream
    #[arg(long, value_name = "MS", default_value_t = 0)]
    chunk_delay_ms: u64,
}

fn deployment(text: &str) -> Result<(String, String), String> {
    let (name, model) = text.split_once('=').ok_or("write NAME=MODEL, such as my-gpt=gpt-4.1")?;
    if !sim::knows(model) {
        return Err(format!("the simulator has no model `{model}`"));
    }
    Ok((name.to_owned(), model.to_owned()))
}

pub(super) fn run(args: &SimArgs, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    let simulator = Simulator::new(sim::Options {
        key: args.key.clone(),
        deployments: args.deployment.clone(),
        chunk_delay: Duration::from_millis(args.chunk_delay_ms),
        ..sim::Options::default()
    });
    Runtime::new()?.block_on(async {
        let listener = serve::bind(args.listen).await?;
        let (stopper, stop) = serve::stop();
        let mut signals = serve::signals()?;
        let address = listener.local_addr()?;
        writeln!(out, "The Azure simulator listens on http://{address}, with the key {}", args.key)?;
        out.flush()?;
        let serving =
            tokio::spawn(serve::serve(listener, simulator.router(), serve::Options::default(), stop));
        signals.next().await;
        stopper.stop();
        tokio::select! {
            ended = serving => ended?,
            () = signals.next() => {}
        }
        Ok(Outcome::Done)
    })
}
