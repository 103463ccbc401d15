//! `[resources.NAME]`: endpoint, surface and secret.

use std::{path::Path, time::Duration};

use secrecy::SecretString;

use super::{
    checker::Checker,
    endpoint::{self, BaseUrl},
};
use crate::{
    call::Surface,
    config::{
        KeyPath, ResourceSettings, read,
        schema::{Config, ResourceConfig, Secret},
        suggest::shortened,
    },
};

/// The longest secret in bytes. A server refuses a request with a longer header.
const LONGEST_SECRET: usize = 4096;

impl Checker<'_> {
    /// Returns the resources without problems.
    pub(super) fn all_resources(&mut self, config: &Config) -> Vec<ResourceSettings> {
        let at = KeyPath::new(["resources"]);
        if self.resources.is_empty() && self.is_as_written(&at) {
            let remedy = "add [resources.NAME] with endpoint and api_key, or set AZURE_OPENAI_ENDPOINT and \
                          AZURE_OPENAI_API_KEY";
            self.findings.key_error(&at, "there is no Azure resource to forward to", remedy);
        }
        config.resources.iter().filter_map(|(name, resource)| self.resource(name, resource)).collect()
    }

    fn resource(&mut self, name: &str, resource: &ResourceConfig) -> Option<ResourceSettings> {
        let table = KeyPath::new(["resources", name]);
        self.name(&table, name);
        let endpoint = resource.endpoint.as_deref();
        let endpoint = endpoint.and_then(|text| self.endpoint(&table.child("endpoint"), text));
        let surface = self.surface(&table.child("surface"), &resource.surface);
        let secret = self.secret(&table.child("api_key"), resource.api_key.as_ref());
        let ca_file = resource.ca_file.clone().filter(|_| !self.context.dry_run);
        self.ca_file(&table.child("ca_file"), ca_file.as_deref());
        self.require_nonzero(
            &table.child("connect_timeout_seconds"),
            resource.connect_timeout_seconds.into(),
        );
        Some(ResourceSettings {
            name: name.to_owned(),
            endpoint: endpoint?,
            secret: secret?,
            surface: surface?,
            http2: resource.http2,
            ca_file,
            connect_timeout: Duration::from_secs(resource.connect_timeout_seconds.into()),
        })
    }

    fn endpoint(&mut self, at: &KeyPath, text: &str) -> Option<String> {
        match endpoint::parse(text) {
            Ok(BaseUrl { url, is_exposed }) => {
                if is_exposed {
                    self.findings.value_warning(
                        at,
                        "the resource's key would travel unencrypted",
                        "write https://",
                    );
                }
                Some(url)
            }
            Err((message, remedy)) => {
                self.findings.value_error(at, message, remedy);
                None
            }
        }
    }

    fn surface(&mut self, at: &KeyPath, text: &str) -> Option<Surface> {
        let surface = text.parse().ok();
        if surface.is_none() {
            let shown = shortened(text);
            let remedy = "write \"v1\", or YYYY-MM-DD or YYYY-MM-DD-preview such as \"2024-10-21\"";
            self.findings.value_error(at, format!("neither v1 nor an api-version: `{shown}`"), remedy);
        }
        surface
    }

    /// Fetches a secret. A message repeats neither the secret nor its place, because a key can have been pasted there.
    /// Only a text that has the form of a variable's name is repeated.
    fn secret(&mut self, at: &KeyPath, secret: Option<&Secret>) -> Option<SecretString> {
        if self.context.dry_run {
            return Some("not-looked-for".into());
        }
        let found = match secret? {
            Secret::Env(name) => {
                let is_plain = name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit());
                let shown = if is_plain { name.as_str() } else { "named here" };
                let variable = self.context.environment.get(name).map(str::to_owned);
                variable.ok_or_else(|| format!("the variable {shown} is not set, or empty"))
            }
            Secret::File(path) => match (self.context.read)(path) {
                Ok(text) if text.trim().is_empty() => Err("the file named here is empty".to_owned()),
                Ok(text) => Ok(text),
                Err(error) => Err(format!("the file named here cannot be read: {}", read::reason(&error))),
            },
        };
        let wrong = match found.as_deref().map(str::trim) {
            Ok(value) if value.len() > LONGEST_SECRET => "the secret is longer than any key".to_owned(),
            Ok(value) if value.bytes().all(|byte| byte.is_ascii_graphic()) => return Some(value.into()),
            Ok(_) => "the secret contains characters that a key cannot have".to_owned(),
            Err(message) => message.clone(),
        };
        self.findings.value_error(at, wrong, "put the resource's key there, as the Azure portal shows it");
        None
    }

    fn ca_file(&mut self, at: &KeyPath, path: Option<&Path>) {
        let Some(path) = path else { return };
        let message = match (self.context.read)(path) {
            Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => return,
            Ok(_) => "the file contains no certificate".to_owned(),
            Err(error) => format!("the file cannot be read: {}", read::reason(&error)),
        };
        self.findings.value_error(at, message, "name a PEM file of certificates");
    }
}
