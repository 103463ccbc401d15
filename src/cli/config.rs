//! The flag that names a config, which is the same in every command.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Args;

use crate::config::{self, CheckContext, Checked, Environment, Flag};

/// The config of a command.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// The config file [default: the one that `AZGATE_CONFIG` names, if any]
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

impl ConfigArgs {
    /// Returns the config file, if one is named.
    pub fn file(&self, environment: &Environment) -> Option<PathBuf> {
        self.config.clone().or_else(|| environment.get(Environment::CONFIG).map(PathBuf::from))
    }

    /// Returns whether there is a config at all: a file, or a resource in the environment alone.
    pub fn exists(&self, environment: &Environment) -> bool {
        self.file(environment).is_some() || config::load(None, environment, &[]).has_resources()
    }

    /// Merges and checks the config.
    pub fn checked(&self, environment: &Environment, flags: &[Flag]) -> Checked {
        self.check(environment, flags, false)
    }

    /// Merges and checks the config with another file over it.
    pub fn checked_under(&self, over: Option<&Path>, environment: &Environment) -> Checked {
        let mut merged = config::load(self.file(environment).as_deref(), environment, &[]);
        if let Some(over) = over {
            merged.add_file(over);
        }
        let read = |path: &Path| fs::read_to_string(path);
        config::check(merged, &CheckContext { environment, read: &read, dry_run: false })
    }

    /// Merges and checks the config for a command that sends nothing and so needs no secrets.
    pub fn dry_run(&self, environment: &Environment) -> Checked {
        self.check(environment, &[], true)
    }

    fn check(&self, environment: &Environment, flags: &[Flag], dry_run: bool) -> Checked {
        let merged = config::load(self.file(environment).as_deref(), environment, flags);
        let read = |path: &Path| fs::read_to_string(path);
        config::check(merged, &CheckContext { environment, read: &read, dry_run })
    }
}
