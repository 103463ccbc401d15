//! `azgate probe`: asks Azure what a deployment takes, one tiny call for each row of the catalog.

mod ask;
mod end;
mod render;
mod subject;

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use tokio::runtime::Runtime;

use self::{end::End, render::Report, subject::Subject};
use super::{ConfigArgs, Outcome, Output, check::report, terminal::ERROR};
use crate::{
    config::{self, Checked, Environment},
    probe::{Interview, Overlay},
};

/// The arguments of `azgate probe`.
#[derive(Debug, Args)]
#[command(after_help = "\
  azgate probe --resource main --deployment my-gpt --write azgate.toml.d/my-gpt.toml

The command asks only after a yes, or with --yes. It sends one tiny call for each row of the catalog, the cheapest first,
and never more tokens than the budget. A refused call costs no tokens. Progress goes to standard error. The table and the
lines for the config go to standard output.

azgate reads the files of azgate.toml.d beside azgate.toml as parts of the config. What such a file says is settled, so
the command asks only what is still open when it runs again. docs/probe.md has an example.

The exit code is 1 if the command could not ask: no yes, a wrong key, no such deployment, Azure's limits.")]
pub(super) struct ProbeArgs {
    /// The resource in the config [default: the only one]
    #[arg(long, short, value_name = "NAME")]
    resource: Option<String>,
    /// The deployment, as Azure names it
    #[arg(long, short, value_name = "NAME")]
    deployment: String,
    /// The most tokens that the calls may cost together
    #[arg(long, short, value_name = "TOKENS", default_value_t = 20_000)]
    budget: u64,
    /// Write the lines to a file, over those of earlier probes
    #[arg(long, short, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Ask at once, without a question
    #[arg(long, short)]
    yes: bool,
    /// Ask what is settled again, too
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    config: ConfigArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(
    args: &ProbeArgs,
    environment: &Environment,
    input: &mut dyn Read,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let file = args.write.as_ref().filter(|file| file.exists());
    let earlier = file
        .map(|file| config::regular_file(file))
        .transpose()
        .context("the file of --write cannot be read")?;
    // Found out before anything is spent.
    anyhow::ensure!(
        earlier.as_deref().is_none_or(Overlay::wrote),
        "the file of --write exists, and `azgate probe` has not written it: name another one"
    );
    if let Some(file) = &args.write {
        writable(file)
            .with_context(|| format!("the file of --write cannot be written: {}", file.display()))?;
    }
    let Checked { settings, problems } = args.config.checked_under(file.map(PathBuf::as_path), environment);
    let Some(settings) = settings else {
        report(&problems, &mut out.errors())?;
        return Ok(Outcome::Problems);
    };
    let subject = Subject::find(&settings, args.resource.as_deref(), &args.deployment)?;
    let mut interview = subject.interview(args.again);
    let quote = interview.quote();
    let budget = quote.tokens.min(args.budget);
    let mut progress = anstream::stderr();
    let end = if quote.calls == 0 {
        writeln!(
            progress,
            "Nothing is open: {} rows are settled. --again asks them again.",
            interview.settled()
        )?;
        End::default()
    } else if args.yes || says_yes(&subject, &interview, (quote.calls, budget), input, &mut progress)? {
        Runtime::new()?.block_on(ask::all(&subject.resource, &mut interview, budget, &mut progress))?
    } else {
        writeln!(progress, "Nothing was asked.")?;
        return Ok(Outcome::Problems);
    };
    finish(args, &subject, &interview, (&end, earlier), out)
}

/// Checks that a file can be written, and leaves everything as it is.
fn writable(file: &Path) -> io::Result<()> {
    if file.exists() {
        return fs::OpenOptions::new().append(true).open(file).map(drop);
    }
    if let Some(directory) = file.parent().filter(|directory| !directory.as_os_str().is_empty()) {
        fs::create_dir_all(directory)?;
    }
    fs::File::create_new(file)?;
    fs::remove_file(file)
}

/// Asks whether the calls may be made, and says what they cost at most.
fn says_yes(
    subject: &Subject,
    interview: &Interview,
    (calls, tokens): (usize, u64),
    input: &mut dyn Read,
    progress: &mut dyn Write,
) -> io::Result<bool> {
    let Subject { deployment, resource, endpoint, .. } = subject;
    writeln!(
        progress,
        "azgate will send up to {calls} calls to the deployment `{deployment}` (family {}) of `{}`, {endpoint}.\n\
         They cost {tokens} tokens at most.",
        interview.family(),
        resource.name,
    )?;
    write!(progress, "Ask Azure now? [y/N] ")?;
    progress.flush()?;
    let (mut line, mut byte) = (Vec::new(), [0]);
    while line.len() < 16 && input.read(&mut byte)? == 1 && byte != *b"\n" {
        line.extend(byte);
    }
    let answer = String::from_utf8_lossy(&line).trim().to_lowercase();
    Ok(matches!(answer.as_str(), "y" | "yes"))
}

/// Prints the report, and writes the file.
fn finish(
    args: &ProbeArgs,
    subject: &Subject,
    interview: &Interview,
    (end, earlier): (&End, Option<String>),
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let new = interview.overlay();
    let models = subject.models_to_name(&new.family);
    let report = Report { subject, interview, end, budget: args.budget, lines: new.text(), models: &models };
    if args.json {
        report.json(out)?;
    } else {
        report.print(out)?;
    }
    if let Some(file) = &args.write
        && !new.is_empty()
    {
        let new = new.named_by(&models);
        let whole = earlier.map_or_else(|| Ok(new.clone()), |earlier| new.clone().over(&earlier))?;
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(file, whole.file()).with_context(|| format!("{} cannot be written", file.display()))?;
        writeln!(anstream::stderr(), "The lines are in {}.", file.display())?;
    }
    if let Some(why) = &end.stopped {
        writeln!(anstream::stderr(), "{ERROR}error{ERROR:#}: {why}")?;
        return Ok(Outcome::Problems);
    }
    Ok(Outcome::Done)
}
