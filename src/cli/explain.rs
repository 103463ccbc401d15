//! `azgate explain`: what would become of a call, without sending it.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use anyhow::Context;
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    ConfigArgs, Outcome, Output,
    check::report,
    terminal::{ERROR, HEAD},
};
use crate::{
    balance::Route,
    call::{Call, Dialect, Edit, Surface},
    catalog::{Catalog, Surfaces},
    config::{Checked, Environment, KeySettings, Settings},
    gateway::Gateway,
    inbound::body,
    json,
    translate::{self, Policy, PolicyLayer, Target},
};

/// The arguments of `azgate explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
The call's body is read from standard input:

  azgate explain --model o1-preview < body.json
  azgate explain --model gpt-5-codex --operation responses < body.json

With --config the model's resource, family, options and policy are the configured ones. Without it the model is taken for
a deployment of that name: on the account of AZURE_OPENAI_ENDPOINT and OPENAI_API_VERSION where these are set, else on the
v1 surface. Nothing is sent anywhere, and no secret is needed.

Exit code 1 if the call would be refused.")]
pub(super) struct ExplainArgs {
    /// The model as a client would name it
    #[arg(long, short, value_name = "MODEL")]
    model: String,
    /// What the client calls
    #[arg(long, short, value_name = "OPERATION", default_value = Dialect::Chat.name(), value_parser = dialect())]
    dialect: Dialect,
    #[command(flatten)]
    config: ConfigArgs,
    /// The configured key of the caller, by its name: its policy counts too
    #[arg(long, short, value_name = "NAME")]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Reads an operation by the name that the catalog has for it.
fn dialect() -> impl TypedValueParser<Value = Dialect> {
    let names = PossibleValuesParser::new(Dialect::ALL.map(Dialect::name));
    names.map(|name| Dialect::named(&name).unwrap_or_default())
}

/// What would become of a call.
#[derive(Debug, Serialize)]
struct Report {
    model: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource: Option<String>,
    deployment: String,
    surface: String,
    family: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    api_version: Option<String>,
    edits: Vec<EditLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Refused>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Box<RawValue>>,
}

#[derive(Debug, Serialize)]
struct EditLine {
    rule: String,
    effect: &'static str,
    change: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct Refused {
    rule: String,
    param: String,
    why: String,
}

pub(super) fn run(
    args: &ExplainArgs,
    environment: &Environment,
    input: &mut dyn Read,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let mut text = Vec::new();
    input.read_to_end(&mut text)?;
    let call = match body::call(args.dialect, Some(args.model.clone()), true, text.into()) {
        Ok(call) => call,
        Err(error) => {
            writeln!(out, "{ERROR}error{ERROR:#}: {error}")?;
            return Ok(Outcome::Problems);
        }
    };
    let report = if args.config.exists(environment) {
        let Checked { settings, problems } = args.config.dry_run(environment);
        let Some(settings) = settings else {
            report(&problems, out)?;
            return Ok(Outcome::Problems);
        };
        configured(&call, &settings, args.key.as_deref())?
    } else {
        anyhow::ensure!(args.key.is_none(), "there is no config, so it has no key of that name");
        let catalog = Catalog::embedded();
        let profile = catalog.by_model(&args.model).unwrap_or_else(|| catalog.unknown());
        explain(&call, &Target::new(&args.model, profile, Surface::V1, &Surfaces::embedded()), [None; 3])?
    };
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        print(&report, out)?;
    }
    Ok(if report.refused.is_some() { Outcome::Problems } else { Outcome::Done })
}

/// What would become of a call with this key.
fn configured(call: &Call, settings: &Settings, key: Option<&str>) -> anyhow::Result<Report> {
    let gateway = Gateway::build(settings, &Arc::default())?;
    let route = gateway.routes.find(&call.model)?;
    let resolved = route.resolved();
    let Route { policy, resource, .. } = &*route;
    let key = key.map(|name| named(&settings.keys, name)).transpose()?;
    let layers = [key.map(|key| &key.policy), Some(policy), Some(&gateway.policy)];
    Ok(Report { resource: Some(resource.name.clone()), ..explain(call, &resolved.target, layers)? })
}

/// A key by its name. What was asked for is not repeated: it may be the key itself.
fn named<'a>(keys: &'a [KeySettings], name: &str) -> anyhow::Result<&'a KeySettings> {
    let names = || keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(", ");
    let found = keys.iter().find(|key| key.name == name);
    found.with_context(|| match keys {
        [] => "the config has no keys".to_owned(),
        _ => format!("the config has no key of that name; it has {}", names()),
    })
}

fn explain(call: &Call, target: &Target, layers: [Option<&PolicyLayer>; 3]) -> anyhow::Result<Report> {
    let mut report = Report {
        model: call.model.clone(),
        resource: None,
        deployment: target.deployment.clone(),
        surface: target.surface.to_string(),
        family: target.profile.name.to_string(),
        api_version: None,
        edits: Vec::new(),
        refused: None,
        body: None,
    };
    match translate::plan(call, target, &Policy { call: None, layers }) {
        Ok(mut plan) => {
            let sent = json::apply(plan.body(call), plan.changes()).concat();
            report.body = Some(RawValue::from_string(String::from_utf8(sent)?)?);
            report.api_version = plan.api_version.as_ref().map(ToString::to_string);
            let line = |edit: Edit| EditLine {
                rule: edit.rule.to_string(),
                effect: edit.effect.name(),
                change: edit.change.to_string(),
                why: edit.why.into_owned(),
            };
            report.edits = plan.take_edits().into_iter().map(line).collect();
        }
        Err(refusal) => {
            let rule = refusal.rule.to_string();
            report.refused = Some(Refused { rule, param: refusal.param, why: refusal.why });
        }
    }
    Ok(report)
}

fn print(report: &Report, out: &mut Output<'_>) -> io::Result<()> {
    let Report { model, resource, deployment, surface, family, api_version, edits, refused, body } = report;
    let version = api_version.as_ref().map(|version| format!(", api-version {version}")).unwrap_or_default();
    writeln!(out, "{HEAD}model{HEAD:#}       {model}")?;
    if let Some(resource) = resource {
        writeln!(out, "{HEAD}resource{HEAD:#}    {resource}")?;
    }
    writeln!(out, "{HEAD}deployment{HEAD:#}  {deployment} on {surface}{version}")?;
    writeln!(out, "{HEAD}family{HEAD:#}      {family}")?;
    if let Some(Refused { rule, param, why }) = refused {
        return writeln!(out, "\n{ERROR}refused{ERROR:#} by {rule}: {param}: {why}");
    }
    if edits.is_empty() {
        writeln!(out, "\nno edits: the body goes up as it is, but for the deployment's name\n")?;
    } else {
        writeln!(out)?;
        let row = |edit: &EditLine| {
            let EditLine { rule, effect, change, why } = edit;
            [rule.clone(), (*effect).to_owned(), change.clone(), why.clone()]
        };
        out.table(&["rule", "effect", "change", "why"], edits.iter().map(row), &[])?;
        writeln!(out)?;
    }
    writeln!(out, "{}", body.as_ref().map_or("", |body| body.get()))
}
