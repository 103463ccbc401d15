//! `azgate catalog lessons`: what a running gateway has learned, as lines for its config.

use std::{io::Write, path::Path};

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use http_body_util::{BodyExt, Limited};
use tokio::runtime::Runtime;

use crate::{
    cli::{ConfigArgs, Outcome, Output, terminal::ERROR},
    config::{Environment, schema},
    upstream::{Client, ClientOptions, Request, ResentFlag},
};

/// The largest answer in bytes: more than a thousand deployments with all the lessons that they can have.
const LARGEST: usize = 32 * 1024 * 1024;

/// Where the admin listener is found.
pub(super) struct Source<'a> {
    /// Its URL, if the command line names it.
    pub(super) admin: Option<&'a Uri>,
    pub(super) config: &'a ConfigArgs,
    pub(super) environment: &'a Environment,
}

/// Asks the admin listener for the learned lines and prints them: as they go into a config, or as JSON.
pub(super) fn run(source: &Source<'_>, json: bool, out: &mut Output<'_>) -> anyhow::Result<Outcome> {
    let address = match source.admin {
        Some(url) => url.to_string().trim_end_matches('/').to_owned(),
        None => format!("http://{}", configured(source.config, source.environment)),
    };
    match Runtime::new()?.block_on(lessons(&address)) {
        Ok(lessons) if json => {
            let lines: toml::Table = lessons.parse().context("the lessons are not TOML")?;
            writeln!(out, "{:#}", serde_json::to_value(lines)?)?;
        }
        Ok(lessons) if lessons.is_empty() => writeln!(out, "# nothing is learned")?,
        Ok(lessons) => write!(out, "{lessons}")?,
        Err(error) => {
            let errors = &mut out.errors();
            writeln!(errors, "{ERROR}error{ERROR:#}: no admin listener answers at {address}: {error:#}")?;
            writeln!(errors, "write [admin] in the gateway's config, or name its listener with --admin URL")?;
            return Ok(Outcome::Problems);
        }
    }
    Ok(Outcome::Done)
}

/// Returns the address of the config's admin listener, or else the usual one. A listener on all addresses is asked on
/// loopback.
fn configured(config: &ConfigArgs, environment: &Environment) -> String {
    let file = config.file(environment);
    let settings = file.as_deref().and_then(|_: &Path| config.dry_run(environment).settings);
    let Some(mut address) = settings.and_then(|settings| settings.admin) else {
        return schema::AdminConfig::default().listen;
    };
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() {
            [127, 0, 0, 1].into()
        } else {
            std::net::Ipv6Addr::LOCALHOST.into()
        });
    }
    address.to_string()
}

async fn lessons(address: &str) -> anyhow::Result<String> {
    let uri: Uri = format!("{address}/lessons").parse().context("that is not a URL")?;
    let request = Request {
        method: Method::GET,
        uri,
        headers: HeaderMap::new(),
        body: Bytes::new().into(),
        resent: ResentFlag::default(),
    };
    let answer = Client::new(&ClientOptions::default())?.send(request).await?;
    anyhow::ensure!(answer.status().is_success(), "it answers {}", answer.status());
    let body = Limited::new(answer.into_body(), LARGEST).collect().await;
    let body = body.map_err(|error| anyhow::anyhow!("{error}"))?.to_bytes();
    Ok(String::from_utf8(body.to_vec())?)
}
