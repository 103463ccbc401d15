//! `azgate explain`: shows how azgate would send a call, without sending it.

use std::{
    io::{self, Read, Write},
    sync::Arc,
};

use anyhow::Context;
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use http::HeaderMap;
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    ConfigArgs, Outcome, Output,
    check::report,
    terminal::{ERROR, HEAD},
};
use crate::{
    call::{Edit, OPERATIONS, Operation},
    config::{Checked, Environment},
    error::ApiError,
    exchange::{Exchange, Planned, Unplanned},
    gateway::Gateway,
    inbound::body,
};

/// The account for which a call is explained if no account is configured.
const ANY_ACCOUNT: [(&str, &str); 1] = [("AZURE_OPENAI_ENDPOINT", "https://any-resource.openai.azure.com")];

/// The arguments of `azgate explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command reads the call's body from standard input:

  azgate explain --model o1-preview < body.json
  azgate explain --model gpt-5-codex --operation responses < body.json

With --config the command uses the configured resource, family, options and policy of the model. Without it the model
is a deployment of that name, on the account of AZURE_OPENAI_ENDPOINT and OPENAI_API_VERSION if these are set, and
otherwise on the v1 surface. The command sends nothing and needs no secret.

The exit code is 1 if azgate would refuse the call.")]
pub(super) struct ExplainArgs {
    /// The model, as a client would name it
    #[arg(long, short, value_name = "MODEL")]
    model: String,
    /// The operation that the client calls
    #[arg(long, short, value_name = "OPERATION", default_value = "chat", value_parser = operation())]
    operation: &'static Operation,
    #[command(flatten)]
    config: ConfigArgs,
    /// The name of the caller's key in the config, whose policy applies too
    #[arg(long, short, value_name = "NAME")]
    key: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Makes the parser of an operation's name.
fn operation() -> impl TypedValueParser<Value = &'static Operation> {
    let by_model = OPERATIONS.iter().filter(|operation| operation.is_by_model());
    let names = PossibleValuesParser::new(by_model.map(|operation| operation.name));
    names.try_map(|name| Operation::named(&name).ok_or("no operation has this name"))
}

/// How azgate would send a call, or why it would refuse the call.
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
    let is_configured = args.config.exists(environment);
    let any_account = ANY_ACCOUNT.into_iter().collect();
    let environment = if is_configured { environment } else { &any_account };
    let Checked { settings, problems } = args.config.dry_run(environment);
    let Some(settings) = settings else {
        report(&problems, out)?;
        return Ok(Outcome::Problems);
    };
    let gateway = Arc::new(Gateway::build(&settings, &Arc::default())?);
    let call = match body::call(args.operation, Some(args.model.clone()), true, text.into()) {
        Ok(call) => call,
        Err(error) => {
            writeln!(out, "{ERROR}error{ERROR:#}: {error}")?;
            return Ok(Outcome::Problems);
        }
    };
    // Do not repeat the argument, because it may be the key itself.
    let names = || settings.keys.iter().map(|key| key.name.as_str()).collect::<Vec<_>>().join(", ");
    let caller = gateway.keys.impersonate(args.key.as_deref()).with_context(|| match &*settings.keys {
        [] if !is_configured => "there is no config, so it has no key of that name".to_owned(),
        [] => "the config has no keys".to_owned(),
        _ => format!("the config has no key of that name; it has {}", names()),
    })?;
    let route = gateway.routes.find(&args.model)?;
    let deployment = route.pool.first().clone();
    let target = &deployment.resolved().target;
    let mut report = Report {
        model: args.model.clone(),
        resource: is_configured.then(|| deployment.resource.name.to_string()),
        deployment: target.deployment.clone(),
        surface: target.surface.to_string(),
        family: target.profile.name.to_string(),
        api_version: None,
        edits: Vec::new(),
        refused: None,
        body: None,
    };
    let exchange = Exchange::begin(gateway, caller, HeaderMap::new(), call, route);
    match exchange.and_then(|exchange| exchange.plan(target)) {
        Ok(planned) => report.planned(planned)?,
        Err(unplanned) => report.refused = Some(Refused::by(unplanned)),
    }
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        print(&report, out)?;
    }
    Ok(if report.refused.is_some() { Outcome::Problems } else { Outcome::Done })
}

impl Report {
    fn planned(&mut self, planned: Planned) -> anyhow::Result<()> {
        let line = |edit: Edit| EditLine {
            rule: edit.rule.to_string(),
            effect: edit.effect.name(),
            change: edit.change.to_string(),
            why: edit.why.into_owned(),
        };
        self.edits = planned.edits.into_iter().map(line).collect();
        self.api_version = planned.api_version.as_ref().map(ToString::to_string);
        self.body = Some(RawValue::from_string(String::from_utf8(planned.body.joined().into())?)?);
        Ok(())
    }
}

impl Refused {
    fn by(unplanned: Unplanned) -> Refused {
        match unplanned {
            Unplanned::Refused(refusal) => {
                Refused { rule: refusal.rule.to_string(), param: refusal.param, why: refusal.why }
            }
            // No rule refuses these calls, but the gateway answers them with an error.
            other @ (Unplanned::Object(_) | Unplanned::Header { .. }) => {
                let ApiError { code, param, message, .. } = other.into();
                Refused { rule: code.to_owned(), param: param.unwrap_or_default(), why: message }
            }
        }
    }
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
        writeln!(out, "\nno edits: azgate changes only the deployment's name in the body\n")?;
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
