//! `azgate catalog`: what azgate knows about each model family, and where each value was written.

mod fields;
mod lessons;
mod render;

use std::io::Write;

use clap::{Args, Subcommand};
use http::Uri;

use super::{ConfigArgs, Outcome, Output, check::report, terminal::ERROR};
use crate::{
    catalog::Catalog,
    config::{Checked, Environment},
};

/// The arguments of `azgate catalog`.
#[derive(Debug, Args)]
#[command(mut_arg("config", |config| config.global(true)), after_help = "\
  azgate catalog list             every family; --json or a wide terminal shows more columns
  azgate catalog show gpt-5.1     everything about one, and where each value was written
  azgate catalog lessons          what a running gateway has learned from Azure's refusals

A [families.NAME] table of the config overrides the built-in values, one by one.")]
pub(super) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// List the families
    List,
    /// Show one family
    Show {
        /// The family, or one of its models
        family: String,
    },
    /// Print what a running gateway has learned, as lines for its config
    Lessons {
        /// The gateway's admin listener [default: the one in the config, or `http://127.0.0.1:9090`]
        #[arg(long, value_name = "URL")]
        admin: Option<Uri>,
    },
}

pub(super) fn run(
    args: &CatalogArgs,
    environment: &Environment,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    if let CatalogCommand::Lessons { admin } = &args.command {
        let source = lessons::Source { admin: admin.as_ref(), config: &args.config, environment };
        return lessons::run(&source, args.json, out);
    }
    let mut catalog = Catalog::embedded();
    if args.config.file(environment).is_some() {
        let Checked { settings, problems } = args.config.dry_run(environment);
        let Some(settings) = settings else {
            report(&problems, &mut out.errors())?;
            return Ok(Outcome::Problems);
        };
        catalog = settings.catalog;
    }
    match &args.command {
        CatalogCommand::Lessons { .. } => {}
        CatalogCommand::List => render::list(&catalog, args.json, out)?,
        CatalogCommand::Show { family } => {
            let Some(profile) = catalog.family(family).or_else(|| catalog.by_model(family)) else {
                let nearest = catalog.nearest(family).map(|name| format!("; did you mean `{name}`?"));
                let errors = &mut out.errors();
                let list = || "; `azgate catalog list` shows all families".to_owned();
                writeln!(
                    errors,
                    "{ERROR}error{ERROR:#}: no family `{family}`{}",
                    nearest.unwrap_or_else(list)
                )?;
                return Ok(Outcome::Problems);
            };
            render::show(&profile, args.json, out)?;
        }
    }
    Ok(Outcome::Done)
}
