//! The gateway: everything that requests need, built once from the settings. It has keys, routes, policy and counters.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use anyhow::Context;
use futures_util::future::join_all;

use crate::{
    auth::{CallerKey, Keys},
    balance::{Deployment, Pool, Resource, Route, Routes, UnlistedRoutes, discover},
    catalog::{Catalog, Profile, Surfaces},
    config::{
        HeartbeatSettings, KeySettings, LearningSettings, ModelSettings, ResourceSettings, Settings,
        schema::UnknownModels,
    },
    deadline::Timeouts,
    inbound::Visitors,
    learning::{FamilySource, Knowledge, LearningOptions},
    limits::Subject,
    reasoning_memory::ReasoningMemory,
    registry::Registry,
    translate::{PolicyLayer, Target},
    upstream::{Client, ClientOptions, Credential, Endpoint, TlsError},
};

/// The gateway for new calls. A reload replaces it. Running calls keep the gateway that they began with.
#[derive(Clone, Debug)]
pub struct Current(Arc<RwLock<Arc<Gateway>>>);

impl Current {
    /// Returns the gateway for a call that begins now.
    pub fn get(&self) -> Arc<Gateway> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the gateway.
    pub fn replace(&self, gateway: Gateway) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(gateway);
    }
}

impl From<Arc<Gateway>> for Current {
    fn from(gateway: Arc<Gateway>) -> Current {
        Current(Arc::new(RwLock::new(gateway)))
    }
}

/// Everything that requests need, built once from the settings.
#[derive(Debug)]
pub struct Gateway {
    /// The keys that may call.
    pub keys: Keys,
    /// The models that clients can name.
    pub routes: Routes,
    /// The layer of policy that applies to every call.
    pub policy: PolicyLayer,
    /// Whether every caller may use every object that Azure stores: there is at most one key, or the keys share the
    /// objects.
    pub objects_are_shared: bool,
    /// The settings of heartbeats while a model thinks; `None` if azgate sends no heartbeats.
    pub heartbeat: Option<HeartbeatSettings>,
    /// The time-outs of calls that name no model.
    pub timeouts: Timeouts,
    /// The names by which azgate may be called, and the web pages that may call it.
    pub visitors: Visitors,
    /// The largest request body in bytes, decoded.
    pub max_body_bytes: usize,
    /// The memory of reasoning; `None` if azgate does not keep reasoning.
    pub reasoning: Option<Arc<ReasoningMemory>>,
    /// The state that outlives the configuration.
    pub registry: Arc<Registry>,
    /// The resources, in the order of the configuration.
    pub resources: Vec<Arc<Resource>>,
}

impl Gateway {
    /// Builds a gateway, without connecting to anything. The gateway takes limits, clients and knowledge from the
    /// registry if it has them under the names in the settings.
    ///
    /// # Errors
    /// When azgate cannot set up a resource or a model.
    pub fn build(settings: &Settings, registry: &Arc<Registry>) -> anyhow::Result<Gateway> {
        let catalog = Arc::new(settings.catalog.clone());
        let surfaces = Arc::new(Surfaces::embedded());
        let resources = settings.resources.iter();
        let resources = resources.map(|resource| self::resource(resource, registry).map(Arc::new));
        let resources = resources.collect::<anyhow::Result<Vec<_>>>()?;
        let LearningSettings { enabled, ttl, .. } = settings.learning;
        let learning = LearningOptions { enabled, ttl };
        let routes = settings.models.iter().map(|model| {
            let context = || format!("the model `{}` cannot be set up", model.alias);
            let resource = resources.get(model.resource).zip(settings.resources.get(model.resource));
            let (resource, of_resource) = resource.with_context(context)?;
            let declared = family(model, &catalog);
            let place = (&*resource.name, model.deployment.as_str());
            let knowledge = registry.knowledge.knowledge(place, declared, &catalog, learning);
            let resource = connected(model, resource, of_resource, registry).with_context(context)?;
            let deployment = deployment(model, resource, knowledge, &surfaces).with_context(context)?;
            Ok(route(model, deployment, registry))
        });
        let routes = routes.collect::<anyhow::Result<Vec<Route>>>()?;
        let unlisted =
            settings.default_resource.filter(|_| settings.unknown_models == UnknownModels::Forward);
        let unlisted = unlisted.and_then(|index| resources.get(index).cloned()).map(|resource| {
            let knowledge = (registry.knowledge.clone(), learning);
            UnlistedRoutes::new(resource, catalog, surfaces, settings.timeouts, knowledge)
        });
        Ok(Gateway {
            keys: Keys::new(settings.keys.iter().map(|settings| key(settings, registry)).collect()),
            routes: Routes::new(routes, unlisted),
            policy: settings.policy.clone(),
            objects_are_shared: settings.shared_objects || settings.keys.len() <= 1,
            heartbeat: settings.heartbeat,
            timeouts: settings.timeouts,
            visitors: Visitors { hosts: settings.hosts.clone(), origins: settings.cors_origins.clone() },
            max_body_bytes: settings.max_body_bytes,
            reasoning: settings
                .reasoning_memory
                .map(|memory| registry.reasoning_memory(memory.bytes, memory.ttl)),
            registry: registry.clone(),
            resources,
        })
    }

    /// Asks every resource for its deployments. The gateway serves calls without waiting for the answers.
    pub fn discovery(&self) -> impl Future<Output = ()> + Send + 'static {
        let (resources, registry) = (self.resources.clone(), self.registry.clone());
        async move {
            join_all(resources.iter().map(|resource| discover(resource, &registry.knowledge))).await;
        }
    }
}

fn resource(settings: &ResourceSettings, registry: &Registry) -> anyhow::Result<Resource> {
    let context = || format!("the resource `{}` cannot be set up", settings.name);
    Ok(Resource {
        name: settings.name.as_str().into(),
        surface: settings.surface.clone(),
        endpoint: Endpoint::parse(&settings.endpoint).with_context(context)?,
        client: client(settings, settings.connect_timeout, registry).with_context(context)?,
        credential: Arc::new(Credential::api_key(&settings.secret).with_context(context)?),
    })
}

fn client(
    settings: &ResourceSettings,
    connect_timeout: Duration,
    registry: &Registry,
) -> Result<Arc<Client>, TlsError> {
    let options = ClientOptions {
        http2: settings.http2,
        ca_file: settings.ca_file.clone(),
        connect_timeout,
        ..ClientOptions::default()
    };
    registry.client(&settings.name, &options)
}

/// Returns the resource of a model. If the model sets a time-out for connecting, the resource has its own client.
fn connected(
    model: &ModelSettings,
    resource: &Arc<Resource>,
    settings: &ResourceSettings,
    registry: &Registry,
) -> anyhow::Result<Arc<Resource>> {
    let Some(connect_timeout) = model.connect_timeout else { return Ok(resource.clone()) };
    let client = client(settings, connect_timeout, registry)?;
    Ok(Arc::new(Resource { client, ..Resource::clone(resource) }))
}

fn deployment(
    settings: &ModelSettings,
    resource: Arc<Resource>,
    knowledge: Arc<Knowledge>,
    surfaces: &Arc<Surfaces>,
) -> anyhow::Result<Deployment> {
    if knowledge.found() == FamilySource::Unknown {
        tracing::warn!(
            model = settings.alias,
            deployment = settings.deployment,
            "the deployment's family is not known, so its calls go up as they are: set `model` or `family` for it"
        );
    }
    let target = Target {
        options: settings.options,
        ..Target::new(&settings.deployment, knowledge.profile(), resource.surface.clone(), surfaces)
    };
    Ok(Deployment::new(resource, target, knowledge, surfaces.clone())?)
}

fn route(settings: &ModelSettings, deployment: Deployment, registry: &Registry) -> Route {
    let limit = |per_minute| registry.limit(Subject::Model(settings.alias.clone()), per_minute);
    Route {
        timeouts: settings.timeouts,
        limit: settings.requests_per_minute.map(limit),
        policy: settings.policy.clone(),
        ..Route::new(&settings.alias, Pool::new(deployment, Vec::new()))
    }
}

fn key(settings: &KeySettings, registry: &Registry) -> CallerKey {
    let limit = |per_minute| registry.limit(Subject::Key(settings.name.clone()), per_minute);
    CallerKey {
        name: settings.name.clone(),
        digest: settings.sha256,
        limit: settings.requests_per_minute.map(limit),
        policy: settings.policy.clone(),
        headers: settings.headers.clone(),
    }
}

/// Finds the family of a deployment: the declared family, or the family of the declared model, or the family that the
/// deployment's name suggests.
fn family(settings: &ModelSettings, catalog: &Catalog) -> Option<(FamilySource, Arc<Profile>)> {
    let declared = settings.family.as_deref().and_then(|family| catalog.family(family));
    let model = || settings.model.as_deref().and_then(|model| catalog.by_model(model));
    let name = || settings.model.is_none().then(|| catalog.by_model(&settings.deployment)).flatten();
    let declared = declared.or_else(model).map(|family| (FamilySource::Declared, family));
    declared.or_else(|| Some((FamilySource::Named, name()?)))
}
