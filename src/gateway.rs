//! Everything that a request needs, built once from the settings: keys, routes, policy, counters.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Context;
use futures_util::future::join_all;

use crate::{
    auth::{Key, Keys},
    balance::{Open, Resource, Route, Routes, discover},
    catalog::{Catalog, Profile, Surfaces},
    config::{
        HeartbeatSettings, KeySettings, LearningSettings, ModelSettings, ResourceSettings, Settings,
        schema::UnknownModels,
    },
    deadline::Timeouts,
    learning::{FamilySource, Knowledge, KnowledgeStore, LearningOptions},
    limits::RequestLimit,
    observe::Metrics,
    translate::{PolicyLayer, Target},
    upstream::{Client, ClientOptions, Credential, Endpoint, TlsError},
};

/// The gateway that serves. A reload puts another one in its place, and calls keep the one that they began with.
#[derive(Clone, Debug)]
pub struct Current(Arc<RwLock<Arc<Gateway>>>);

impl Current {
    /// The gateway of a call that begins now.
    pub fn get(&self) -> Arc<Gateway> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another one in its place.
    pub fn replace(&self, gateway: Gateway) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gateway);
    }
}

impl From<Arc<Gateway>> for Current {
    fn from(gateway: Arc<Gateway>) -> Current {
        Current(Arc::new(RwLock::new(gateway)))
    }
}

/// Everything that a request needs, built once.
#[derive(Debug)]
pub struct Gateway {
    /// Who may call.
    pub keys: Keys,
    /// Where calls go.
    pub routes: Routes,
    /// Everyone's layer of policy.
    pub policy: PolicyLayer,
    /// Whether all callers may reach whatever Azure stores: they are one, or they share it.
    pub objects_are_shared: bool,
    /// Signs of life while a model thinks.
    pub heartbeat: Option<HeartbeatSettings>,
    /// How long a request may take that is for no model.
    pub timeouts: Timeouts,
    /// Largest request body, decoded.
    pub max_body_bytes: usize,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What is known of every deployment.
    pub knowledge_store: Arc<KnowledgeStore>,
    /// The resources, in the order of the configuration.
    pub resources: Vec<Arc<Resource>>,
}

impl Gateway {
    /// Builds a gateway; nothing is connected yet. What is known of deployments is found in the ledger and goes there.
    pub fn build(settings: &Settings, knowledge_store: &Arc<KnowledgeStore>) -> anyhow::Result<Gateway> {
        let catalog = Arc::new(settings.catalog.clone());
        let resources: Vec<Arc<Resource>> = settings
            .resources
            .iter()
            .map(|resource| self::resource(resource).map(Arc::new))
            .collect::<Result<_, _>>()?;
        let surfaces = Arc::new(Surfaces::embedded());
        let LearningSettings { enabled, ttl, .. } = settings.learning;
        let learning_options = LearningOptions { enabled, ttl };
        let listed = settings.models.iter();
        let listed = listed.map(|model| {
            let resource = resources.get(model.resource).zip(settings.resources.get(model.resource));
            let context = || format!("the model `{}` cannot be set up", model.alias);
            let (resource, of_resource) = resource.with_context(context)?;
            let said = family(model, &catalog);
            let knowledge = knowledge_store.knowledge(
                (&resource.name, &model.deployment),
                said,
                &catalog,
                learning_options,
            );
            route(model, (resource, of_resource), knowledge, &surfaces).with_context(context)
        });
        let listed = listed.collect::<anyhow::Result<Vec<Route>>>()?;
        let open = settings.default_resource.filter(|_| settings.unknown_models == UnknownModels::Forward);
        let open = open.and_then(|index| resources.get(index).cloned()).map(|resource| {
            Open::new(
                resource,
                catalog,
                surfaces,
                settings.timeouts,
                (knowledge_store.clone(), learning_options),
            )
        });
        Ok(Gateway {
            keys: Keys::new(settings.keys.iter().map(key).collect()),
            routes: Routes::new(listed, open),
            policy: settings.policy.clone(),
            objects_are_shared: settings.shared_objects || settings.keys.len() <= 1,
            heartbeat: settings.heartbeat,
            timeouts: settings.timeouts,
            max_body_bytes: settings.max_body_bytes,
            metrics: Arc::new(Metrics::new(&knowledge_store.learning_metrics)),
            knowledge_store: knowledge_store.clone(),
            resources,
        })
    }

    /// Builds a gateway that goes on where this one stops: with its counters, and with what is known of deployments.
    /// Limits begin anew.
    pub fn rebuild(&self, settings: &Settings) -> anyhow::Result<Gateway> {
        Ok(Gateway { metrics: self.metrics.clone(), ..Gateway::build(settings, &self.knowledge_store)? })
    }

    /// Asks every resource for its deployments. Nothing waits for it.
    pub fn discovery(&self) -> impl Future<Output = ()> + Send + 'static {
        let (resources, knowledge_store) = (self.resources.clone(), self.knowledge_store.clone());
        async move {
            join_all(resources.iter().map(|resource| discover(resource, &knowledge_store))).await;
        }
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
    knowledge: Arc<Knowledge>,
    surfaces: &Arc<Surfaces>,
) -> anyhow::Result<Route> {
    let target = Target {
        options: settings.options,
        ..Target::new(&settings.deployment, knowledge.profile(), resource.surface.clone(), surfaces)
    };
    if knowledge.found() == FamilySource::Unknown {
        tracing::warn!(
            model = settings.alias,
            deployment = settings.deployment,
            "the deployment's family is not known, so its calls go up as they are: set `model` or `family` for it"
        );
    }
    let mut route = Route::new(&settings.alias, resource.clone(), target, knowledge, surfaces.clone())?;
    if let Some(connect_timeout) = settings.connect_timeout {
        route.client = client(of_resource, connect_timeout)?;
    }
    route.timeouts = settings.timeouts;
    route.limit = settings.requests_per_minute.map(RequestLimit::per_minute);
    route.policy = settings.policy.clone();
    Ok(route)
}

/// The family of a deployment: as declared, by its declared model, or by its own name.
fn family(settings: &ModelSettings, catalog: &Catalog) -> Option<(FamilySource, Arc<Profile>)> {
    let declared = settings.family.as_deref().and_then(|family| catalog.family(family));
    let model = || settings.model.as_deref().and_then(|model| catalog.by_model(model));
    let name = || settings.model.is_none().then(|| catalog.by_model(&settings.deployment)).flatten();
    let declared = declared.or_else(model).map(|family| (FamilySource::Declared, family));
    declared.or_else(|| Some((FamilySource::Named, name()?)))
}

fn key(settings: &KeySettings) -> Key {
    Key {
        name: settings.name.clone(),
        digest: settings.sha256,
        limit: settings.requests_per_minute.map(RequestLimit::per_minute),
        policy: settings.policy.clone(),
    }
}
