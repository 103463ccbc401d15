//! Everything that a request needs, built once from the settings: keys, routes, policy, counters.

use std::sync::Arc;

use anyhow::Context;

use crate::{
    auth::{Key, Keys},
    balance::{Resource, Route, Routes},
    catalog::{Catalog, Profile, Surfaces},
    config::{KeySettings, ModelSettings, ResourceSettings, Settings, schema::UnknownModels},
    limits::RequestLimit,
    observe::Metrics,
    translate::{PolicyLayer, Target},
    upstream::{Client, ClientOptions, Credential, Endpoint},
};

/// Everything that a request needs, built once.
#[derive(Debug)]
pub struct Gateway {
    /// Who may call.
    pub keys: Keys,
    /// Where calls go.
    pub routes: Routes,
    /// Everyone's layer of policy.
    pub policy: PolicyLayer,
    /// Largest request body, decoded.
    pub max_body_bytes: usize,
    /// What is counted.
    pub metrics: Arc<Metrics>,
}

impl Gateway {
    /// Builds a gateway; nothing is connected yet.
    pub fn build(settings: &Settings) -> anyhow::Result<Gateway> {
        let catalog = Arc::new(settings.catalog.clone());
        let resources: Vec<Arc<Resource>> = settings
            .resources
            .iter()
            .map(|resource| self::resource(resource).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let surfaces = Surfaces::embedded();
        let listed = settings.models.iter().map(|model| route(model, &resources, &catalog, &surfaces));
        let listed = listed.collect::<anyhow::Result<Vec<Route>>>()?;
        let open = settings.default_resource.filter(|_| settings.unknown_models == UnknownModels::Forward);
        let open = open
            .and_then(|index| resources.get(index).cloned())
            .map(|resource| (resource, catalog, surfaces));
        Ok(Gateway {
            keys: Keys::new(settings.keys.iter().map(key).collect()),
            routes: Routes::new(listed, open),
            policy: settings.policy.clone(),
            max_body_bytes: settings.max_body_bytes,
            metrics: Arc::default(),
        })
    }
}

fn resource(settings: &ResourceSettings) -> anyhow::Result<Resource> {
    let context = || format!("the resource `{}` cannot be set up", settings.name);
    let options = ClientOptions {
        http2: settings.http2,
        ca_file: settings.ca_file.clone(),
        connect_timeout: settings.connect_timeout,
        ..ClientOptions::default()
    };
    Ok(Resource {
        name: settings.name.clone(),
        surface: settings.surface.clone(),
        endpoint: Endpoint::parse(&settings.endpoint).with_context(context)?,
        client: Client::new(&options).with_context(context)?,
        credential: Credential::api_key(&settings.secret).with_context(context)?,
    })
}

fn route(
    settings: &ModelSettings,
    resources: &[Arc<Resource>],
    catalog: &Catalog,
    surfaces: &Surfaces,
) -> anyhow::Result<Route> {
    let context = || format!("the model `{}` cannot be set up", settings.alias);
    let resource = resources.get(settings.resource).with_context(context)?.clone();
    let target = Target {
        markdown: settings.markdown,
        reasoning_reserve: settings.reasoning_reserve.into(),
        collect: settings.collect,
        ..Target::new(&settings.deployment, profile(settings, catalog), resource.surface.clone(), surfaces)
    };
    let mut route = Route::new(&settings.alias, resource, target).with_context(context)?;
    route.limit = settings.requests_per_minute.map(RequestLimit::per_minute);
    route.policy = settings.policy.clone();
    route.normalize = settings.normalize_stream;
    Ok(route)
}

/// The family of a deployment: as declared, by its declared model, by its own name, or unknown.
fn profile(settings: &ModelSettings, catalog: &Catalog) -> Arc<Profile> {
    let declared = settings.family.as_deref().and_then(|family| catalog.family(family));
    let model = || settings.model.as_deref().and_then(|model| catalog.by_model(model));
    let name = || settings.model.is_none().then(|| catalog.by_model(&settings.deployment)).flatten();
    declared.or_else(model).or_else(name).unwrap_or_else(|| {
        tracing::warn!(
            model = settings.alias,
            deployment = settings.deployment,
            "the deployment's family is not known, so its calls go up as they are: set `model` or `family` for it"
        );
        catalog.unknown()
    })
}

fn key(settings: &KeySettings) -> Key {
    Key {
        name: settings.name.clone(),
        digest: settings.sha256,
        limit: settings.requests_per_minute.map(RequestLimit::per_minute),
        policy: settings.policy.clone(),
    }
}
