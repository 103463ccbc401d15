//! `azgate schema`: the JSON schema of a config.

use std::io::{self, Write};

use clap::Args;

use super::{Outcome, Output};
use crate::config::schema;

/// The arguments of `azgate schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Save the schema beside the config and name it in the config's first line. Editors that use taplo, such as VS Code \
with Even Better TOML, then complete and check the config as you type:

  azgate schema > azgate.schema.json
  #:schema ./azgate.schema.json")]
pub(super) struct SchemaArgs {}

pub(super) fn run(_: &SchemaArgs, out: &mut Output<'_>) -> io::Result<Outcome> {
    serde_json::to_writer_pretty(&mut *out, &schema::json_schema())?;
    writeln!(out)?;
    Ok(Outcome::Done)
}
