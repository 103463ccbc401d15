//! The flag that names a config, which is the same in every command.

use std::path::{Path, PathBuf};

use clap::Args;

use crate::config::{self, CheckContext, Checked, Environment, Flag};

use super::today::today;

/// The config of a command.
#[derive(Clone, Debug, Default, Args)]
pub struct ConfigArgs {
    /// The config file [default: the one that `AZGATE_CONFIG` names, or else `azgate.toml` in this directory]
    #[arg(long, short, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The config in the current directory, if nothing names one.
const HERE: &str = "azgate.toml";

impl ConfigArgs {
    /// Returns the config file, if one is named or there is one in the current directory.
    pub fn file(&self, environment: &Environment) -> Option<PathBuf> {
        self.named(environment).or_else(|| Some(PathBuf::from(HERE)).filter(|path| path.exists()))
    }

    /// Returns the config file that a flag or a variable names.
    pub fn named(&self, environment: &Environment) -> Option<PathBuf> {
        self.config.clone().or_else(|| environment.get(Environment::CONFIG).map(PathBuf::from))
    }

    /// Returns the same config by name, so that a later look finds the same file or none.
    #[must_use]
    pub fn resolved(&self, environment: &Environment) -> ConfigArgs {
        ConfigArgs { config: self.file(environment) }
    }

    /// Returns whether there is a config at all: a file, or a resource in the environment alone.
    pub fn exists(&self, environment: &Environment) -> bool {
        self.file(environment).is_some() || config::load(None, environment, &[]).has_resources()
    }

    /// Merges and checks the config.
    pub fn checked(&self, environment: &Environment, flags: &[Flag]) -> Checked {
        check(self.file(environment).as_deref(), environment, flags, false)
    }

    /// Merges and checks the config that was named, and looks for no other.
    pub fn checked_again(&self, environment: &Environment, flags: &[Flag]) -> Checked {
        check(self.named(environment).as_deref(), environment, flags, false)
    }

    /// Merges and checks the config with another file over it.
    pub fn checked_under(&self, over: Option<&Path>, environment: &Environment) -> Checked {
        let mut merged = config::load(self.file(environment).as_deref(), environment, &[]);
        if let Some(over) = over {
            merged.add_file(over);
        }
        check_merged(merged, environment, false)
    }

    /// Merges and checks the config for a command that sends nothing and so needs no secrets.
    pub fn dry_run(&self, environment: &Environment) -> Checked {
        check(self.file(environment).as_deref(), environment, &[], true)
    }
}

fn check(file: Option<&Path>, environment: &Environment, flags: &[Flag], dry_run: bool) -> Checked {
    check_merged(config::load(file, environment, flags), environment, dry_run)
}

fn check_merged(merged: config::MergedConfig, environment: &Environment, dry_run: bool) -> Checked {
    let today = today();
    let context = CheckContext {
        environment,
        read: &config::regular_file,
        today: Some(&today).filter(|_| !dry_run).map(String::as_str),
        dry_run,
    };
    config::check(merged, &context)
}
