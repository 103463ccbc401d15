//! `azgate man`: the pages of the manual, made of the help texts.

use std::io::{self, Write};

use clap::{Args, Command};
use clap_mangen::Man;

use super::{Outcome, Output, terminal::ERROR};

/// The arguments of `azgate man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Read a page, or save it where `man` looks for it:

  azgate man check | man -l -
  azgate man > /usr/local/share/man/man1/azgate.1")]
pub(super) struct ManArgs {
    /// The command, such as `check` or `catalog list` [default: azgate itself]
    #[arg(value_name = "COMMAND")]
    command: Vec<String>,
}

pub(super) fn run(args: &ManArgs, mut command: Command, out: &mut Output<'_>) -> io::Result<Outcome> {
    command.build();
    let mut page = &command;
    for name in &args.command {
        let Some(below) = page.find_subcommand(name) else {
            writeln!(out.errors(), "{ERROR}error{ERROR:#}: {} has no command `{name}`", page.get_name())?;
            return Ok(Outcome::Problems);
        };
        page = below;
    }
    let mut text = Vec::new();
    let source = concat!("azgate ", env!("CARGO_PKG_VERSION"));
    Man::new(page.clone()).source(source).render(&mut text)?;
    out.write_all(&text)?;
    Ok(Outcome::Done)
}
