//! The story of one call. It is told once, when the record is dropped: at the end of the answer, at an error, or when
//! the client has gone.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::Metrics;
use crate::{
    auth::Caller,
    balance::Route,
    call::{Call, Edit, Plan, Usage},
    translate::edits_header,
};

/// What is known of a call so far.
#[derive(Debug)]
pub struct Record {
    metrics: Arc<Metrics>,
    started: Instant,
    request_id: String,
    key: Option<String>,
    model: Option<String>,
    stream: bool,
    route: Option<Arc<Route>>,
    edits: Vec<Edit>,
    status: Option<u16>,
    error: Option<String>,
    usage: Option<Usage>,
    ended: &'static str,
    exhausted: bool,
    resent: bool,
}

/// The status that is logged for a client that left before it was answered (nginx's convention).
const CLIENT_GONE: u16 = 499;

impl Record {
    /// A call that has just come in.
    pub fn start(metrics: Arc<Metrics>, request_id: String) -> Record {
        Record {
            metrics,
            started: Instant::now(),
            request_id,
            key: None,
            model: None,
            stream: false,
            route: None,
            edits: Vec::new(),
            status: None,
            error: None,
            usage: None,
            ended: "client_gone",
            exhausted: false,
            resent: false,
        }
    }

    /// Who calls.
    pub fn note_caller(&mut self, caller: &Caller) {
        self.key = caller.key().map(|key| key.name.clone());
    }

    /// What is asked.
    pub fn note_call(&mut self, call: &Call) {
        self.model = Some(call.model.clone());
        self.stream = call.stream;
    }

    /// Where it goes.
    pub fn note_route(&mut self, route: &Arc<Route>) {
        self.route = Some(route.clone());
    }

    /// What was changed.
    pub fn note_plan(&mut self, plan: &mut Plan) {
        self.edits = std::mem::take(&mut plan.edits);
    }

    /// It had to be sent a second time.
    pub fn note_resent(&mut self) {
        self.resent = true;
    }

    /// The tokens that Azure counted.
    pub fn note_usage(&mut self, usage: Option<Usage>) {
        self.usage = usage;
    }

    /// Reasoning used up the cap, so that there is no text.
    pub fn note_exhausted(&mut self) {
        self.exhausted = true;
    }

    /// The answer's status, and the error's code if it is one.
    pub fn note_status(&mut self, status: u16, error: Option<String>) {
        self.status = Some(status);
        self.error = error;
    }

    /// How the answer ended, such as `done` or `upstream_failed`.
    pub fn note_end(&mut self, ended: &'static str) {
        self.ended = ended;
    }

    /// The id of the request, ours or the client's.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The route, once it is found.
    pub fn route(&self) -> Option<&Route> {
        self.route.as_deref()
    }

    /// What was changed.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    pub(super) fn family(&self) -> Option<&str> {
        self.route().map(|route| &*route.target.profile.name)
    }

    pub(super) fn status(&self) -> u16 {
        self.status.unwrap_or(CLIENT_GONE)
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    pub(super) fn exhausted(&self) -> bool {
        self.exhausted
    }

    pub(super) fn resent(&self) -> bool {
        self.resent
    }

    fn log(&self) {
        let usage = self.usage.unwrap_or_default();
        tracing::info!(
            target: "azgate::call",
            request_id = self.request_id,
            key = self.key,
            model = self.model,
            deployment = self.route().map(|route| route.target.deployment.as_str()),
            resource = self.route().map(|route| route.resource.name.as_str()),
            family = self.family(),
            stream = self.stream,
            status = self.status(),
            error = self.error,
            ended = self.ended,
            edits = edits_header(&self.edits),
            resent = self.resent,
            exhausted = self.exhausted,
            prompt_tokens = usage.prompt,
            cached_tokens = usage.cached,
            completion_tokens = usage.completion,
            reasoning_tokens = usage.reasoning,
            ms = u64::try_from(self.elapsed().as_millis()).unwrap_or(u64::MAX),
            "call"
        );
        if self.exhausted {
            tracing::warn!(
                target: "azgate::call",
                request_id = self.request_id,
                model = self.model,
                "reasoning used up the token cap and left no text: raise max_completion_tokens, or set \
                 reasoning_reserve for this model"
            );
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.metrics.count(self);
        self.log();
    }
}
