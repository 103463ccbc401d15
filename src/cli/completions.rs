//! `azgate completions`: the completions for a shell.

use std::io;

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::{Outcome, Output};

/// The arguments of `azgate completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Save the completions where the shell looks for them:

  azgate completions bash > ~/.local/share/bash-completion/completions/azgate
  azgate completions zsh > \"${fpath[1]}/_azgate\"
  azgate completions fish > ~/.config/fish/completions/azgate.fish")]
pub(super) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, mut command: Command, out: &mut Output<'_>) -> io::Result<Outcome> {
    // The generator ends the process if it cannot write, so it writes to memory.
    let mut text = Vec::new();
    generate(args.shell, &mut command, "azgate", &mut text);
    io::Write::write_all(out, &text)?;
    Ok(Outcome::Done)
}
