//! The state of a simulated resource: its options, what it received, the faults that wait, the stored responses.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{
    bounded_queue::BoundedQueue,
    directive::Directive,
    errors::{self, SimError},
    fault::Fault,
    models,
    prompt::Prompt,
    received_request::ReceivedRequest,
    responses::ResponseStore,
};

/// How a simulator is set up.
#[derive(Clone)]
pub struct Options {
    /// The resource's name. Encrypted reasoning can be read only by the resource that made it.
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

/// A simulated Azure OpenAI resource. Clones share all state.
#[derive(Debug, Clone, Default)]
pub struct Simulator {
    pub(super) state: Arc<SharedState>,
}

#[derive(Debug, Default)]
pub(super) struct SharedState {
    pub(super) options: Options,
    pub(super) log: Mutex<BoundedQueue<ReceivedRequest>>,
    pub(super) faults: Mutex<Vec<Fault>>,
    pub(super) responses: Mutex<ResponseStore>,
    serial: AtomicU64,
}

impl Simulator {
    /// Creates a resource with a deployment for every model and the deployments of the options.
    pub fn new(options: Options) -> Self {
        Self { state: Arc::new(SharedState { options, ..SharedState::default() }) }
    }

    /// Returns the newest requests, the oldest of them first.
    pub fn received(&self) -> Vec<ReceivedRequest> {
        lock(&self.state.log).iter().cloned().collect()
    }

    /// Removes the logged requests and the waiting faults.
    pub fn clear(&self) {
        lock(&self.state.log).clear();
        lock(&self.state.faults).clear();
    }

    /// Adds a fault behind those that already wait.
    pub fn script(&self, fault: Fault) {
        lock(&self.state.faults).push(fault);
    }

    pub(super) fn record(&self, received: ReceivedRequest) {
        let bytes = received.body.len();
        lock(&self.state.log).push(received, bytes);
    }

    /// Returns the number of the next answer.
    pub(super) fn next_serial(&self) -> u64 {
        self.state.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// Finds the model behind a deployment.
    pub(super) fn deployment(&self, name: &str) -> Option<models::DeployedModel> {
        models::find(self.model_name(name))
    }

    /// Finds the model behind a deployment, for an operation that answers with text. Azure's error names the operation
    /// if the deployment has a model of another kind.
    pub(super) fn text_deployment(
        &self,
        name: &str,
        operation: &str,
    ) -> Result<models::DeployedModel, SimError> {
        let model = self.model_name(name);
        models::find(model).ok_or_else(|| match models::embedding(model) {
            Some(other) => errors::wrong_operation(operation, other.name),
            None => errors::deployment_not_found(),
        })
    }

    /// Returns the name of the model behind a deployment.
    pub(super) fn model_name<'a>(&'a self, deployment: &'a str) -> &'a str {
        let mut extra = self.state.options.deployments.iter();
        extra.find(|(name, _)| name == deployment).map_or(deployment, |(_, model)| model)
    }

    /// Returns the directive for a call: the fault that waits for its deployment, then the directives of its prompt.
    pub(super) fn directive(
        &self,
        deployment: &str,
        prompt: &Prompt,
        param: &str,
    ) -> Result<Directive, SimError> {
        let mut directive = self.fault(deployment).unwrap_or_default();
        for words in &prompt.directives {
            directive
                .read(words)
                .map_err(|unknown| errors::engine(&unknown, Some(param), Some("simulator_directive")))?;
        }
        Ok(directive)
    }

    /// Takes the first fault that waits for this deployment.
    fn fault(&self, deployment: &str) -> Option<Directive> {
        let mut faults = lock(&self.state.faults);
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

/// Locks a mutex, also if a thread panicked while it held the lock.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
