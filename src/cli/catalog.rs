//! `azgate catalog`: what is known of each model family, and where each value was written.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{
    ConfigArgs, Outcome, Output,
    check::report,
    lessons,
    terminal::{ERROR, HEAD},
};
use crate::{
    call::Dialect,
    catalog::{Catalog, Keyword, Profile, Row, Verb},
    config::{Checked, Environment},
};

/// The arguments of `azgate catalog`.
#[derive(Debug, Args)]
#[command(mut_arg("config", |config| config.global(true)), after_help = "\
  azgate catalog list             every family
  azgate catalog show gpt-5.1     all that is known of one, and where it was written
  azgate catalog lessons          what a running gateway has learned from Azure's refusals

A [families.NAME] table of the config is laid over what azgate ships, value by value.")]
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
        /// The family, or a model of it
        family: String,
    },
    /// Print what a running gateway has learned, as lines for its config
    Lessons {
        /// The gateway's admin listener [default: the one of the config, else `http://127.0.0.1:9090`]
        #[arg(long, value_name = "URL")]
        admin: Option<String>,
    },
}

pub(super) fn run(
    args: &CatalogArgs,
    environment: &Environment,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    if let CatalogCommand::Lessons { admin } = &args.command {
        return lessons::run(admin.as_deref(), &args.config, environment, out);
    }
    let mut catalog = Catalog::embedded();
    if args.config.file(environment).is_some() {
        let Checked { settings, problems } = args.config.dry_run(environment);
        let Some(settings) = settings else {
            report(&problems, out)?;
            return Ok(Outcome::Problems);
        };
        catalog = settings.catalog;
    }
    match &args.command {
        CatalogCommand::Lessons { .. } => {}
        CatalogCommand::List => list(&catalog, args.json, out)?,
        CatalogCommand::Show { family } => {
            let Some(profile) = catalog.family(family).or_else(|| catalog.by_model(family)) else {
                let nearest = catalog.nearest(family).map(|name| format!("; did you mean `{name}`?"));
                writeln!(out, "{ERROR}error{ERROR:#}: no family `{family}`{}", nearest.unwrap_or_default())?;
                return Ok(Outcome::Problems);
            };
            show(&profile, args.json, out)?;
        }
    }
    Ok(Outcome::Done)
}

fn list(catalog: &Catalog, json: bool, out: &mut Output<'_>) -> io::Result<()> {
    if json {
        let families: Vec<Value> = catalog.families().map(|profile| Value::Object(fields(profile))).collect();
        return writeln!(out, "{:#}", Value::Array(families));
    }
    let head =
        ["family", "models", "operations", "streaming", "instructions", "efforts", "output", "retires"];
    let row = |profile: &Profile| {
        let fields = fields(profile);
        let text = |key: &str| fields.get(key).map(plain).unwrap_or_default();
        [
            profile.name.to_string(),
            text("models"),
            text("operations"),
            text("streaming"),
            text("system_role"),
            text("efforts"),
            text("max_output_tokens"),
            text("retires"),
        ]
    };
    out.table(&head, catalog.families().map(|profile| row(profile)), &[])
}

fn show(profile: &Profile, json: bool, out: &mut Output<'_>) -> io::Result<()> {
    let fields = fields(profile);
    if json {
        let mut whole = fields;
        for operation in Dialect::ALL {
            let row = |row: &Row| json!({ "id": *row.id, "does": does(row), "why": *row.why, "origin": profile.origin(operation, &row.id) });
            let rows = profile.rows(operation).iter().map(row).collect();
            whole.insert(operation.name().to_owned(), Value::Array(rows));
        }
        whole.insert("origins".to_owned(), json!(profile.origins));
        return writeln!(out, "{:#}", Value::Object(whole));
    }
    writeln!(out, "{HEAD}{}{HEAD:#}\n", profile.name)?;
    let known = fields.iter().filter(|(_, value)| !value.is_null());
    let row = |(key, value): (&String, &Value)| [key.clone(), plain(value), origin(profile, key).to_owned()];
    out.table(&["field", "value", "written in"], known.map(row), &[])?;
    for operation in Dialect::ALL.into_iter().filter(|operation| profile.serves(*operation)) {
        if profile.rows(operation).is_empty() {
            continue;
        }
        writeln!(out)?;
        let row = |row: &Row| {
            let origin = profile.origin(operation, &row.id).unwrap_or_default().to_owned();
            [row.id.to_string(), does(row), origin, row.why.to_string()]
        };
        let head = [operation.name(), "does", "written in", "why"];
        out.table(&head, profile.rows(operation).iter().map(row), &[])?;
    }
    Ok(())
}

/// Where a field or a row was written; what no block writes has azgate's own default.
fn origin<'p>(profile: &'p Profile, key: &str) -> &'p str {
    let written = match key {
        "context_window" => "context.window",
        "max_input_tokens" => "context.input",
        "max_output_tokens" => "context.output",
        other => other,
    };
    let default = if key == "family" { profile.name.as_ref() } else { "default" };
    profile.origins.get(written).map_or(default, String::as_str)
}

/// The plain fields of a family, by the names used in the catalog.
fn fields(profile: &Profile) -> Map<String, Value> {
    fn words<K: Keyword>(words: &[K]) -> Vec<&'static str> {
        words.iter().map(|word| word.keyword()).collect()
    }
    let operations: Vec<&str> = profile.dialects.iter().map(|operation| operation.name()).collect();
    let fields = json!({
        "family": *profile.name,
        "models": profile.models,
        "operations": operations,
        "streaming": profile.streaming.keyword(),
        "system_role": profile.system_role.keyword(),
        "min_api_version": profile.min_api_version.as_ref().map(ToString::to_string),
        "modalities": profile.modalities.as_deref().map(words),
        "context_window": profile.context.window,
        "max_input_tokens": profile.context.input,
        "max_output_tokens": profile.context.output,
        "efforts": profile.efforts.as_deref().map(words),
        "responses_efforts": profile.responses_efforts.as_deref().map(words),
        "default_effort": profile.default(Dialect::Chat, "reasoning_effort").map(ToString::to_string),
        "tools_with_effort": profile.tools_with_effort.keyword(),
        "replayed_reasoning": profile.replayed_reasoning.keyword(),
        "functions": profile.functions.keyword(),
        "custom_tools": profile.custom_tools,
        "retires": profile.retires,
        "source": profile.source,
    });
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}

/// A value without JSON's marks.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

/// What a row does, in a few words.
fn does(row: &Row) -> String {
    let values = |values: &[crate::catalog::Scalar]| {
        values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let verb = match &row.verb {
        Verb::Rename(to) => format!("becomes {to}"),
        Verb::Drop => "is dropped".to_owned(),
        Verb::Refuse => "is refused".to_owned(),
        Verb::Allow { values: taken, .. } => format!("only {}", values(taken)),
        Verb::Clamp { min, max } => {
            let bound = |name, bound: &Option<f64>| bound.map(|bound| format!("at {name} {bound}"));
            [bound("least", min), bound("most", max)].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    };
    let unless =
        if row.unless.is_empty() { String::new() } else { format!(", unless {}", values(&row.unless)) };
    let when: Vec<String> =
        row.when.iter().map(|(param, taken)| format!(", when {param} is {}", values(taken))).collect();
    format!("{verb}{unless}{}", when.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(family: &str) -> String {
        let mut out = Vec::new();
        show(&Catalog::embedded().family(family).unwrap(), false, &mut Output::pipe(&mut out)).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_value_of_every_family_says_where_it_was_written() {
        for profile in Catalog::embedded().families() {
            for (key, value) in fields(profile).iter().filter(|(_, value)| !value.is_null()) {
                assert!(!origin(profile, key).is_empty(), "{}: {key} = {value}", profile.name);
            }
            for operation in Dialect::ALL {
                let rows = profile.rows(operation).iter();
                assert!(
                    rows.clone().all(|row| profile.origin(operation, &row.id).is_some()),
                    "{}",
                    profile.name
                );
            }
        }
        let o1 = shown("o1");
        assert!(
            o1.lines()
                .any(|line| line.starts_with("max_output_tokens   100000") && line.ends_with("o-series")),
            "{o1}"
        );
        assert!(o1.lines().any(|line| line.starts_with("streaming  ") && line.ends_with("  o1")), "{o1}");
    }
}
