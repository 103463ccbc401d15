//! The flag that names a config, as every command that needs one takes it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::config::{self, CheckContext, Checked, Environment, Flag};

/// Which config.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// The config file [default: the one that `AZGATE_CONFIG` names, else none]
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ConfigArgs {
    /// The config file, if one is named.
    pub fn file(&self, environment: &Environment) -> Option<PathBuf> {
        self.config.clone().or_else(|| environment.get(Environment::CONFIG).map(PathBuf::from))
    }

    /// Whether there is a config at all: a file, or a resource in the environment alone.
    pub fn exists(&self, environment: &Environment) -> bool {
        self.file(environment).is_some() || config::load(None, environment, &[]).has_resources()
    }

    /// The config, put together and judged.
    pub fn checked(&self, environment: &Environment, flags: &[Flag]) -> Checked {
        self.judged(environment, flags, false)
    }

    /// The config for a command that sends nothing: it need not have the secrets.
    pub fn dry_run(&self, environment: &Environment) -> Checked {
        self.judged(environment, &[], true)
    }

    fn judged(&self, environment: &Environment, flags: &[Flag], dry_run: bool) -> Checked {
        let draft = config::load(self.file(environment).as_deref(), environment, flags);
        let read = |path: &Path| fs::read_to_string(path);
        config::check(draft, &CheckContext { environment, read: &read, dry_run })
    }
}
