//! The azgate command.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use azgate::{
    cli::{self, Cli, Output},
    config::Environment,
};
use clap::Parser;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let environment = Environment::of_process();
    let mut stdout = anstream::stdout().lock();
    // Not locked, because the log of other threads goes there too.
    let mut stderr = anstream::stderr();
    let mut out = Output::standard(&mut stdout, &mut stderr);
    let outcome = cli::run(&cli, &environment, &mut io::stdin().lock(), &mut out);
    match outcome.and_then(|outcome| Ok(stdout.flush().map(|()| outcome)?)) {
        Ok(outcome) => outcome.into(),
        // The reader has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("azgate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    kind == Some(io::ErrorKind::BrokenPipe)
}
