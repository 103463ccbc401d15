//! `[models.NAME]` and `[routing]`: which resource serves which model.

use super::{checker::Checker, durations};
use crate::{
    call::{Copies, name},
    catalog::Catalog,
    config::{
        KeyPath, ModelSettings, ResourceSettings,
        schema::{Config, ModelConfig, UnknownModels},
        suggest::{shortened, suggest},
    },
};

impl Checker<'_> {
    /// Returns what happens to models that are not listed. By default a config that lists models refuses all others.
    pub(super) fn unknown_models(&self, config: &Config) -> UnknownModels {
        let default = if self.has_models { UnknownModels::Refuse } else { UnknownModels::Forward };
        config.routing.unknown_models.unwrap_or(default)
    }

    /// Returns the resource of models that do not name one.
    pub(super) fn default_resource(
        &mut self,
        config: &Config,
        resources: &[ResourceSettings],
    ) -> Option<usize> {
        let at = KeyPath::new(["routing", "default_resource"]);
        if let Some(name) = &config.routing.default_resource {
            return self.resource_index(&at, name, resources);
        }
        let decides = [at.clone(), KeyPath::new(["routing", "unknown_models"]), KeyPath::new(["models"])];
        let is_decided = decides.iter().all(|at| self.is_as_written(at));
        if is_decided && self.unknown_models(config) == UnknownModels::Forward && self.resources.len() > 1 {
            let remedy =
                format!("write one of {}, or routing.unknown_models = \"refuse\"", self.resources.join(", "));
            self.findings.key_error(&at, "several resources could serve the forwarded models", remedy);
        }
        (self.resources.len() == 1 && resources.len() == 1).then_some(0)
    }

    /// Returns the models without problems.
    pub(super) fn all_models(
        &mut self,
        config: &Config,
        resources: &[ResourceSettings],
        default_resource: Option<usize>,
        catalog: &Catalog,
    ) -> Vec<ModelSettings> {
        let default = KeyPath::new(["routing", "default_resource"]);
        let has_default = default_resource.is_some()
            || config.routing.default_resource.is_some()
            || !self.is_as_written(&default);
        let mut models = Vec::new();
        for (alias, model) in &config.models {
            let table = KeyPath::new(["models", alias]);
            let requests_per_minute = self.requests_per_minute(&table, model.requests_per_minute);
            let connect_timeout = self.connect_timeout(&table, &model.timeouts);
            let policy = self.policy(&table.child("policy"), &model.policy);
            if !name::is_model(alias) {
                let message = format!("no call can name this model: a name has 1 to {} bytes", name::LONGEST);
                self.findings.key_error(&table, message, "choose a shorter name without control characters");
            }
            if let Some(family) = &model.family {
                self.family(&table.child("family"), family, catalog, &config.families);
            }
            let deployment = self.deployment(&table, alias, model);
            self.served_model(&table, (model, &deployment), catalog);
            self.fan_out(&table.child("fan_out"), model.options.fan_out);
            let resource = if let Some(name) = &model.resource {
                self.resource_index(&table.child("resource"), name, resources)
            } else {
                self.require_resource(&table, has_default);
                default_resource
            };
            models.extend(resource.map(|resource| ModelSettings {
                alias: alias.clone(),
                resource,
                deployment,
                model: model.model.clone(),
                family: model.family.clone(),
                options: model.options,
                connect_timeout,
                timeouts: durations::timeouts(&config.timeouts, &model.timeouts),
                requests_per_minute,
                policy,
            }));
        }
        models
    }

    /// Checks how many calls azgate may make for one.
    fn fan_out(&mut self, at: &KeyPath, most: Option<u8>) {
        if most.is_some_and(|most| Copies::of(most.into()).is_none()) && self.is_as_written(at) {
            let remedy = format!("write a number from 1 to {}", Copies::MOST);
            let shown = most.unwrap_or_default();
            self.findings.value_error(at, format!("out of range: {shown}"), remedy);
        }
    }

    fn resource_index(&mut self, at: &KeyPath, name: &str, resources: &[ResourceSettings]) -> Option<usize> {
        if !self.resources.iter().any(|known| known == name) {
            let remedy = suggest(name, self.resources.iter().map(String::as_str));
            self.findings.value_error(at, format!("there is no resource `{}`", shortened(name)), remedy);
        }
        resources.iter().position(|resource| resource.name == name)
    }

    /// Reports a model that names no resource although there are several and no default.
    fn require_resource(&mut self, table: &KeyPath, has_default: bool) {
        let at = table.child("resource");
        if self.resources.len() > 1 && !has_default && self.is_as_written(&at) {
            let remedy =
                format!("write one of {}, or set routing.default_resource", self.resources.join(", "));
            self.findings.key_error(&at, "missing, and there are several resources", remedy);
        }
    }

    /// Returns the deployment's name, which becomes a segment of Azure's path.
    fn deployment(&mut self, table: &KeyPath, alias: &str, model: &ModelConfig) -> String {
        let name = model.deployment.as_deref().unwrap_or(alias);
        let is_segment = name::is_model(name) && name::is_segment(name) && !name.contains(['?', '#']);
        let at = table.child("deployment");
        if !is_segment && self.is_as_written(&at) {
            let remedy = "write the name that Azure shows for the deployment";
            let message = format!("no deployment can have the name `{}`", shortened(name));
            self.findings.value_error(&at, message, remedy);
        }
        name.to_owned()
    }
}
