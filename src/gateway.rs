//! Everything that a request needs, built once from the settings: keys, routes, policy, counters.

use std::{sync::Arc, time::Duration};

use anyhow::Context;

use crate::{
    auth::{Key, Keys},
    balance::{Open, Resource, Route, Routes},
    catalog::{Catalog, Profile, Surfaces},
    config::{
        HeartbeatSettings, KeySettings, ModelSettings, ResourceSettings, Settings, schema::UnknownModels,
    },
    limits::RequestLimit,
    observe::Metrics,
    translate::{PolicyLayer, Target},
    upstream::{Client, ClientOptions, Credential, Endpoint, TlsError},
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
    /// Signs of life while a model thinks.
    pub heartbeat: Option<HeartbeatSettings>,
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
        let listed = settings.models.iter();
        let listed = listed.map(|model| {
            let resource = resources.get(model.resource).zip(settings.resources.get(model.resource));
            let context = || format!("the model `{}` cannot be set up", model.alias);
            route(model, resource.with_context(context)?, &catalog, &surfaces).with_context(context)
        });
        let listed = listed.collect::<anyhow::Result<Vec<Route>>>()?;
        let open = settings.default_resource.filter(|_| settings.unknown_models == UnknownModels::Forward);
        let open = open
            .and_then(|index| resources.get(index).cloned())
            .map(|resource| Open::new(resource, catalog, surfaces, settings.timeouts));
        Ok(Gateway {
            keys: Keys::new(settings.keys.iter().map(key).collect()),
            routes: Routes::new(listed, open),
            policy: settings.policy.clone(),
            heartbeat: settings.heartbeat,
            max_body_bytes: settings.max_body_bytes,
            metrics: Arc::default(),
        })
    }
}

fn resource(settings: &ResourceSettings) -> anyhow::Result<Resource> {
    let context = || format!("the resource `{}` cannot be set up", settings.name);
    Ok(Resource {
        name: settings.name.clone(),
        surface: settings.surface.clone(),
        endpoint: Endpoint::parse(&settings.endpoint).with_context(context)?,
        client: client(settings, settings.connect_timeout).with_context(context)?,
        credential: Credential::api_key(&settings.secret).with_context(context)?,
    })
}

fn client(settings: &ResourceSettings, connect_timeout: Duration) -> Result<Client, TlsError> {
    Client::new(&ClientOptions {
        http2: settings.http2,
        ca_file: settings.ca_file.clone(),
        connect_timeout,
        ..ClientOptions::default()
    })
}

fn route(
    settings: &ModelSettings,
    (resource, of_resource): (&Arc<Resource>, &ResourceSettings),
    catalog: &Catalog,
    surfaces: &Surfaces,
) -> anyhow::Result<Route> {
    let target = Target {
        markdown: settings.markdown,
        reasoning_reserve: settings.reasoning_reserve.into(),
        collect: settings.collect,
        ..Target::new(&settings.deployment, profile(settings, catalog), resource.surface.clone(), surfaces)
    };
    let mut route = Route::new(&settings.alias, resource.clone(), target)?;
    if let Some(connect_timeout) = settings.connect_timeout {
        route.client = client(of_resource, connect_timeout)?;
    }
    route.timeouts = settings.timeouts;
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
