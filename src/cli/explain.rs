//! `azgate explain`: shows how azgate would send a call, without sending it.

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use http::{HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::value::RawValue;

use super::{
    ConfigArgs, Outcome, Output,
    check::report,
    terminal::{ERROR, HEAD},
};
use crate::{
    call::{Edit, OPERATIONS, Operation, Refusal},
    config::{Checked, Environment},
    error::ApiError,
    exchange::{Exchange, LOSSY, Planned, Unplanned},
    gateway::Gateway,
    inbound::{BodyError, body},
};

/// The account for which a call is explained if no account is configured.
const ANY_ACCOUNT: [(&str, &str); 1] = [("AZURE_OPENAI_ENDPOINT", "https://any-resource.openai.azure.com")];

/// The arguments of `azgate explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command reads the call's body from a file, or from standard input:

  azgate explain --model o1-preview body.json
  azgate explain --model o1-preview < body.json
  azgate explain --model gpt-5-codex --operation responses < body.json

With --config the command uses the configured resource, family, options and policy of the model. Without it the model \
is a deployment of that name, on the account of AZURE_OPENAI_ENDPOINT and OPENAI_API_VERSION if these are set, and \
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
    /// What the caller says to lossy edits, as the header `x-azgate-lossy` does
    #[arg(long, value_name = "WORD", value_parser = ["allow", "refuse"])]
    lossy: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The file with the call's body; `-` stands for standard input, the default
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
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
    /// Which policy allows the call.
    #[serde(skip_serializing_if = "String::is_empty")]
    policy: String,
}

pub(super) fn run(
    args: &ExplainArgs,
    environment: &Environment,
    input: &mut dyn Read,
    out: &mut Output<'_>,
) -> anyhow::Result<Outcome> {
    let is_configured = args.config.exists(environment);
    let any_account = ANY_ACCOUNT.into_iter().collect();
    let environment = if is_configured { environment } else { &any_account };
    let Checked { settings, problems } = args.config.dry_run(environment);
    let Some(settings) = settings else {
        report(&problems, &mut out.errors())?;
        return Ok(Outcome::Problems);
    };
    let text = match body_text(args.file.as_deref(), input, settings.max_body_bytes, out)? {
        Ok(text) => text,
        Err(message) => {
            writeln!(out.errors(), "{ERROR}error{ERROR:#}: {message}")?;
            return Ok(Outcome::Problems);
        }
    };
    let gateway = Arc::new(Gateway::build(&settings, &Arc::default())?);
    let call = match body::call(args.operation, Some(args.model.clone()), true, text.into()) {
        Ok(call) => call,
        Err(error) => {
            writeln!(out.errors(), "{ERROR}error{ERROR:#}: {error}")?;
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
    let lossy = args.lossy.as_deref().and_then(|word| HeaderValue::from_str(word).ok());
    let headers = lossy.map(|word| (HeaderName::from_static(LOSSY), word)).into_iter().collect();
    let exchange = Exchange::begin(gateway, caller, headers, call, route);
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

/// Reads the body of the call, of which the gateway would take at most `limit` bytes. Returns why there is none.
fn body_text(
    file: Option<&Path>,
    input: &mut dyn Read,
    limit: usize,
    out: &mut Output<'_>,
) -> io::Result<Result<Vec<u8>, String>> {
    let mut text = Vec::new();
    // One byte more tells a body that is too large.
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let source = if let Some(path) = file.filter(|path| *path != Path::new("-")) {
        let source = format!("the file `{}`", path.display());
        if let Err(error) = File::open(path).and_then(|file| file.take(most).read_to_end(&mut text)) {
            return Ok(Err(format!("{source} cannot be read: {error}")));
        }
        source
    } else {
        if out.is_terminal() && io::stdin().is_terminal() {
            writeln!(out.errors(), "azgate reads the call's body from standard input, up to Ctrl-D")?;
        }
        input.take(most).read_to_end(&mut text)?;
        "standard input".to_owned()
    };
    Ok(if text.len() > limit {
        Err(BodyError::TooLarge { limit }.to_string())
    } else if text.trim_ascii().is_empty() {
        Err(format!("{source} is empty: pass the JSON body of a call, in a file or by `<`"))
    } else {
        Ok(text)
    })
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
                let Refusal { rule, param, why, policy, .. } = refusal;
                Refused { rule: rule.to_string(), param, why, policy }
            }
            // No rule refuses these calls, but the gateway answers them with an error.
            other @ (Unplanned::Object(_) | Unplanned::Header { .. }) => {
                let ApiError { code, param, message, .. } = other.into();
                let policy = String::new();
                Refused { rule: code.to_owned(), param: param.unwrap_or_default(), why: message, policy }
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
    if let Some(Refused { rule, param, why, policy }) = refused {
        writeln!(out, "\n{ERROR}refused{ERROR:#} by {rule}: {param}: {why}")?;
        return if policy.is_empty() { Ok(()) } else { writeln!(out, "{policy}") };
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
