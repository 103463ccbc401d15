//! The deployment that is asked, found as the gateway finds it.

use std::sync::Arc;

use crate::{
    balance::Resource,
    catalog::{Catalog, Surfaces, did_you_mean, nearest},
    config::Settings,
    gateway::Gateway,
    probe::Interview,
    translate::Target,
};

/// The deployment that is asked.
pub(super) struct Subject {
    pub(super) deployment: String,
    pub(super) resource: Arc<Resource>,
    /// The resource's address.
    pub(super) endpoint: String,
    target: Target,
    catalog: Arc<Catalog>,
    surfaces: Arc<Surfaces>,
    /// The models of the config that declare the family of the deployment, and which one.
    declaring: Vec<(String, Option<String>)>,
}

impl Subject {
    /// Finds a deployment of a resource. It need not be a model of the config.
    pub(super) fn find(
        settings: &Settings,
        resource: Option<&str>,
        deployment: &str,
    ) -> anyhow::Result<Subject> {
        let names: Vec<&str> = settings.resources.iter().map(|resource| resource.name.as_str()).collect();
        let name = match (resource, names.as_slice()) {
            (Some(name), _) => name,
            (None, [only]) => only,
            (None, _) => {
                anyhow::bail!("there are several resources: name one of {} with --resource", names.join(", "))
            }
        };
        let gateway = Gateway::build(settings, &Arc::default())?;
        let Some(resource) = gateway.resources.iter().find(|resource| &*resource.name == name) else {
            let meant = nearest(name, names.iter().copied()).map(did_you_mean);
            let meant = meant.unwrap_or_else(|| format!("the config has {}", names.join(", ")));
            anyhow::bail!("there is no resource `{name}`; {meant}");
        };
        let surfaces = Arc::new(Surfaces::embedded());
        let listed = gateway
            .routes
            .listed()
            .map(|route| route.pool.first().clone())
            .find(|one| *one.resource.name == *name && one.resolved().target.deployment == deployment);
        let target = listed.as_ref().map_or_else(
            || {
                let catalog = &settings.catalog;
                let family = catalog.by_model(deployment).unwrap_or_else(|| catalog.unknown());
                let target = Target::new(deployment, family, resource.surface.clone(), &surfaces);
                Target { resource: resource.name.clone(), ..target }
            },
            |listed| listed.resolved().target.clone(),
        );
        // The address is checked before anything is spent.
        resource.endpoint.operation(
            None,
            crate::call::Operation::of(crate::call::Dialect::Chat),
            deployment,
            "",
        )?;
        let of_resource = settings.resources.iter().position(|resource| resource.name == name);
        let declaring = settings.models.iter().filter(|model| {
            Some(model.resource) == of_resource
                && model.deployment == deployment
                && (model.family.is_some() || model.model.is_some())
        });
        let endpoint = of_resource.and_then(|at| settings.resources.get(at)).map(|one| one.endpoint.clone());
        Ok(Subject {
            deployment: deployment.to_owned(),
            resource: listed.map_or_else(|| resource.clone(), |listed| listed.resource.clone()),
            endpoint: endpoint.unwrap_or_default(),
            target,
            catalog: Arc::new(settings.catalog.clone()),
            surfaces,
            declaring: declaring.map(|model| (model.alias.clone(), model.family.clone())).collect(),
        })
    }

    /// Begins an interview with the deployment.
    pub(super) fn interview(&self, again: bool) -> Interview {
        Interview::new(self.target.clone(), self.catalog.clone(), self.surfaces.clone(), again)
    }

    /// Returns the surface on which the deployment is asked.
    pub(super) fn surface(&self) -> String {
        self.target.surface.to_string()
    }

    /// Returns the models that declare another family than the one that holds the lines.
    pub(super) fn models_to_name(&self, family: &str) -> Vec<String> {
        if family == &*self.target.profile.name {
            return Vec::new();
        }
        let others = self.declaring.iter().filter(|(_, declared)| declared.as_deref() != Some(family));
        others.map(|(alias, _)| alias.clone()).collect()
    }
}
