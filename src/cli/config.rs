//! The flag that names a config, as every command that needs one takes it.

use std::{fs, path::PathBuf};

use clap::Args;

use crate::config::{self, Checked, Environment, Flag, Surroundings};

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

    /// The config, put together and judged.
    pub fn checked(&self, environment: &Environment, flags: &[Flag]) -> Checked {
        let draft = config::load(self.file(environment).as_deref(), environment, flags);
        config::check(draft, &Surroundings { environment, read: &|path| fs::read_to_string(path) })
    }
}
