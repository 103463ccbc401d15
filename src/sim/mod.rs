//! A strict simulator of Azure OpenAI's chat and Responses operations: it refuses what Azure refuses, in Azure's words, and answers
//! the rest at once and always the same.
//!
//! It imports nothing of the catalog or the translator and keeps a model table of its own, written from Microsoft's
//! pages, the published specifications and captured traffic. Only so can it judge what the gateway forwards.

mod answer;
mod chat;
mod control;
mod deliver;
mod directive;
mod ending;
mod errors;
mod failures;
mod filters;
mod headers;
mod http;
mod listing;
mod log;
mod models;
mod prompt;
mod reply;
mod responses;
mod rules;
mod stream;
mod synth;
mod table;
mod talk;
mod usage;
mod wanted;
mod write;

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value};

use self::{directive::Directive, log::Log, responses::Memory, rules::Ask};
pub use self::{directive::Fault, ending::Ending, errors::SimError, log::Received};

/// Which of Azure's two surfaces a call comes in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Surface {
    /// `/openai/v1/`, without an api-version.
    V1,
    /// `/openai/deployments/…`, with this api-version.
    Dated(String),
}

/// The two operations that serve text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// `/chat/completions`.
    Chat,
    /// `/responses`.
    Responses,
}

/// How a simulator is set up.
#[derive(Clone)]
pub struct Options {
    /// The resource's name. What one resource has encrypted no other can read.
    pub resource: String,
    /// The key it takes, in `api-key` or, on the v1 surface, as a bearer token.
    pub key: String,
    /// Deployments beside the default ones, which are named like their models: name, then model.
    pub deployments: Vec<(String, String)>,
    /// The pause before each event of a stream but the first.
    pub chunk_delay: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            resource: "sim".to_owned(),
            key: "sim-key".to_owned(),
            deployments: Vec::new(),
            chunk_delay: Duration::ZERO,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Options")
            .field("resource", &self.resource)
            .field("deployments", &self.deployments)
            .field("chunk_delay", &self.chunk_delay)
            .finish_non_exhaustive()
    }
}

/// A simulated Azure OpenAI resource. Clones share everything.
#[derive(Debug, Clone, Default)]
pub struct Simulator {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    options: Options,
    log: Mutex<Log>,
    faults: Mutex<Vec<Fault>>,
    memory: Mutex<Memory>,
    serial: AtomicU64,
}

impl Simulator {
    /// A resource with a deployment for every model, and those of the options.
    pub fn new(options: Options) -> Self {
        Self { inner: Arc::new(Inner { options, ..Inner::default() }) }
    }

    /// Everything it serves: Azure's paths, and its own under `/__sim/`.
    pub fn router(&self) -> axum::Router {
        http::router(self)
    }

    /// The newest requests, the oldest first.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.inner.log).all()
    }

    /// Forgets the requests and the faults.
    pub fn clear(&self) {
        lock(&self.inner.log).clear();
        lock(&self.inner.faults).clear();
    }

    /// Adds a fault behind those that wait already.
    pub fn script(&self, fault: Fault) {
        lock(&self.inner.faults).push(fault);
    }

    fn record(&self, received: Received) {
        lock(&self.inner.log).push(received);
    }

    fn serial(&self) -> u64 {
        self.inner.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// The model behind a deployment.
    fn deployment(&self, name: &str) -> Option<models::Found> {
        let mut extra = self.inner.options.deployments.iter();
        let model = extra.find(|(deployment, _)| deployment == name).map_or(name, |(_, model)| model);
        models::find(model)
    }

    /// Takes the first fault that waits for this deployment.
    fn fault(&self, deployment: &str) -> Option<Directive> {
        let mut faults = lock(&self.inner.faults);
        let fits = |fault: &Fault| fault.deployment.as_deref().is_none_or(|name| name == deployment);
        let at = faults.iter().position(fits)?;
        let fault = faults.get_mut(at)?;
        let directive = fault.directive.clone();
        fault.times = fault.times.map(|times| times.saturating_sub(1));
        if fault.times == Some(0) {
            faults.remove(at);
        }
        Some(directive)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every model that the simulator knows; each is also a deployment of that name.
pub fn models() -> impl Iterator<Item = &'static str> {
    table::MODELS.iter().map(|model| model.name)
}

/// Whether a deployment can serve this model: one of Azure's, also with its date, or one that the simulator made up and
/// lists nowhere.
pub fn knows(model: &str) -> bool {
    models::find(model).is_some()
}

/// Whether Azure would take this body for this model on this surface, and if not, what it would answer. A response that
/// the body continues is taken to be stored.
pub fn judge(operation: Operation, model: &str, surface: &Surface, body: &[u8]) -> Result<(), SimError> {
    let found = models::find(model).ok_or_else(errors::no_deployment)?;
    let body = parse(body)?;
    let ask = Ask { model: found.model, surface, body: &body };
    match operation {
        Operation::Chat => rules::check(&ask),
        Operation::Responses => responses::judge(&ask, &Options::default().resource),
    }
}

/// A body must be a JSON object.
fn parse(body: &[u8]) -> Result<Map<String, Value>, SimError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(errors::engine(
            "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP \
             library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON.)",
            None,
            None,
        )),
    }
}

#[cfg(test)]
mod tests;
