//! The command line, with one small file for each command.

mod catalog;
mod check;
mod completions;
mod config;
mod demo;
mod explain;
mod man;
mod outcome;
mod probe;
mod schema;
mod serve;
mod sim;
mod table;
mod terminal;
mod today;

use std::io::Read;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::Environment;

pub use config::ConfigArgs;
pub use outcome::Outcome;
pub use terminal::Output;

/// Speak OpenAI's API to any model on Azure OpenAI.
///
/// azgate takes the calls of any OpenAI or Azure OpenAI client, looks up the model family of the called deployment, and
/// rewrites what that family would refuse.
#[derive(Debug, Parser)]
#[command(name = "azgate", version, after_help = EXAMPLES, max_term_width = 100, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: serve::ServeArgs,
}

const EXAMPLES: &str = "\
Examples:
  azgate demo                           try it: a simulated Azure with azgate in front
  azgate serve --config azgate.toml     the gateway (also the default without a command)
  azgate explain --model o1 body.json   what azgate would send for a call
  azgate check --config azgate.toml     every problem of a config at once
  azgate probe --deployment my-gpt      ask Azure what a deployment takes, within a budget
  azgate schema > azgate.schema.json    for completion in an editor
  azgate completions bash               for completion in a shell

Flags override the environment, and the environment overrides the config file. Each key of the config is \
also a variable: AZGATE_SECTION__KEY, such as AZGATE_SERVER__LISTEN=0.0.0.0:8080.

Exit codes: 0 success, also with warnings; 1 problems: in the config, in the call, or at work; 2 a command line that \
azgate does not understand. Problems that stop a command go to standard error.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the gateway (the default)
    Serve(serve::ServeArgs),
    /// Run the gateway in front of a simulated Azure, to try it
    Demo(demo::DemoArgs),
    /// Run the Azure simulator alone
    Sim(sim::SimArgs),
    /// Find every problem of a config at once
    Check(check::CheckArgs),
    /// Show what azgate would send for a call, without sending it
    Explain(explain::ExplainArgs),
    /// Show what is known of the model families
    Catalog(catalog::CatalogArgs),
    /// Ask Azure what a deployment takes, and write what differs from the catalog
    Probe(probe::ProbeArgs),
    /// Print the JSON schema of a config
    Schema(schema::SchemaArgs),
    /// Print the completions for a shell
    Completions(completions::CompletionsArgs),
    /// Print a page of the manual
    Man(man::ManArgs),
}

/// Runs a command.
pub fn run(
    cli: &Cli,
    environment: &Environment,
    input: &mut dyn Read,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    match &cli.command {
        None => serve::run(&cli.serve, environment, out),
        Some(Command::Serve(args)) => serve::run(args, environment, out),
        Some(Command::Demo(args)) => demo::run(args, out),
        Some(Command::Sim(args)) => sim::run(args, out),
        Some(Command::Check(args)) => Ok(check::run(args, environment, out)?),
        Some(Command::Explain(args)) => explain::run(args, environment, input, out),
        Some(Command::Catalog(args)) => catalog::run(args, environment, out),
        Some(Command::Probe(args)) => probe::run(args, environment, input, out),
        Some(Command::Schema(args)) => Ok(schema::run(args, out)?),
        Some(Command::Completions(args)) => Ok(completions::run(args, Cli::command(), out)?),
        Some(Command::Man(args)) => Ok(man::run(args, Cli::command(), out)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_has_no_mistakes() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_flag_has_help() {
        for command in Cli::command().get_subcommands() {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            assert!(command.get_after_help().is_some(), "{}", command.get_name());
            for flag in command.get_arguments() {
                assert!(flag.get_help().is_some(), "{} {}", command.get_name(), flag.get_id());
            }
        }
    }
}
