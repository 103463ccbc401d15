//! The story of one call. It is told once, when the record is dropped: at the end of the answer, at an error, or when
//! the client has gone.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, StatusCode};
use tokio::time::Instant;

use super::metrics::{CountedCall, Metrics};
use crate::{
    auth::Caller,
    balance::{ResolvedDeployment, Resource, Route},
    call::{Call, Dialect, Edit, Plan, Usage},
    translate::edits_header,
};

/// What is known of a call so far.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are facts, and none depends on another")]
pub struct Record {
    metrics: Arc<Metrics>,
    started: Instant,
    request_id: String,
    upstream_id: Option<String>,
    caller: Option<Caller>,
    operation: Option<Dialect>,
    model: Option<String>,
    stream: bool,
    route: Option<Arc<Route>>,
    resource: Option<Arc<Resource>>,
    resolved: Option<Arc<ResolvedDeployment>>,
    edits: Vec<Edit>,
    edits_header: Cow<'static, str>,
    status: u16,
    error: Option<Cow<'static, str>>,
    cause: Option<String>,
    answered_by: Option<String>,
    finish_reason: Option<String>,
    usage: Option<Usage>,
    ended: &'static str,
    exhausted: bool,
    resent: bool,
    amended: u8,
    opened: bool,
}

/// The status that is logged for a client that left before it was answered (nginx's convention).
const CLIENT_GONE: u16 = 499;

impl Record {
    /// A call that has just come in. Until more is noted, its client has gone.
    pub fn start(metrics: Arc<Metrics>, request_id: String) -> Record {
        Record {
            metrics,
            started: Instant::now(),
            request_id,
            upstream_id: None,
            caller: None,
            operation: None,
            model: None,
            stream: false,
            route: None,
            resource: None,
            resolved: None,
            edits: Vec::new(),
            edits_header: edits_header(&[]),
            status: CLIENT_GONE,
            error: None,
            cause: None,
            answered_by: None,
            finish_reason: None,
            usage: None,
            ended: "client_gone",
            exhausted: false,
            resent: false,
            amended: 0,
            opened: false,
        }
    }

    /// Who calls.
    pub fn note_caller(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
    }

    /// What is asked.
    pub fn note_call(&mut self, call: &Call) {
        self.operation = Some(call.dialect);
        self.model = Some(call.model.clone());
        self.stream = call.stream;
    }

    /// It is about a stored response, and so for no model.
    pub fn note_object(&mut self) {
        self.operation = Some(Dialect::Responses);
    }

    /// The resource that is asked.
    pub fn note_resource(&mut self, resource: &Arc<Resource>) {
        self.resource = Some(resource.clone());
    }

    /// Where it goes.
    pub fn note_route(&mut self, route: &Arc<Route>) {
        self.note_resource(&route.resource);
        self.route = Some(route.clone());
        self.resolved = Some(route.resolved());
    }

    /// What it is translated for, and what was changed.
    pub fn note_plan(&mut self, resolved: &Arc<ResolvedDeployment>, plan: &mut Plan) {
        self.resolved = Some(resolved.clone());
        self.edits = plan.take_edits();
        self.edits_header = edits_header(&self.edits);
    }

    /// Its answer was opened before there was one: whatever the status, the client saw 200.
    pub fn note_opened(&mut self) {
        self.opened = true;
    }

    /// Azure refused it, and it is sent again in other words.
    pub fn note_amended(&mut self) {
        self.amended += 1;
    }

    /// It had to be sent a second time.
    pub fn note_resent(&mut self) {
        self.resent = true;
    }

    /// Azure's id of the call, which its support asks for.
    pub fn note_upstream_id(&mut self, headers: &HeaderMap) {
        let id = headers.get("apim-request-id").or_else(|| headers.get("x-request-id"));
        // Copied: a value of the map keeps all the bytes in memory that the answer's head came in.
        self.upstream_id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
    }

    /// What the answer told of itself: its tokens, its model, why it ended, and whether reasoning left no text.
    pub fn note_answer(
        &mut self,
        usage: Option<Usage>,
        answered_by: Option<String>,
        finish_reason: Option<String>,
        exhausted: bool,
    ) {
        self.usage = usage;
        self.answered_by = answered_by;
        self.finish_reason = finish_reason;
        self.exhausted = exhausted;
    }

    /// Azure's whole answer is there, good or bad.
    pub fn note_whole(&mut self, status: StatusCode, error: Option<String>) {
        self.status = status.as_u16();
        self.error = error.map(Cow::Owned);
        self.ended = "done";
    }

    /// A stream begins.
    pub fn note_stream(&mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    /// A stream has ended, with this error and its cause if not well.
    pub fn note_stream_end(&mut self, ended: &'static str, error: Option<String>, cause: Option<String>) {
        self.ended = ended;
        self.error = error.map(Cow::Owned);
        self.cause = cause;
    }

    /// azgate answers with an error of its own: it refuses the call, or Azure failed it. The message is logged, so that no
    /// prompt and no answer may be quoted in it.
    pub fn note_error(&mut self, status: StatusCode, code: &'static str, message: &str) {
        self.status = status.as_u16();
        self.error = Some(Cow::Borrowed(code));
        if status.is_server_error() {
            self.ended = "upstream_failed";
            self.cause = Some(message.to_owned());
        } else {
            self.ended = "refused";
        }
    }

    /// The id of the request, ours or the client's.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Azure's id of the call.
    pub fn upstream_id(&self) -> Option<&str> {
        self.upstream_id.as_deref()
    }

    /// What it is translated for, once its route is found.
    pub fn resolved(&self) -> Option<&ResolvedDeployment> {
        self.resolved.as_deref()
    }

    /// The route, once it is found.
    pub fn route(&self) -> Option<&Route> {
        self.route.as_deref()
    }

    /// What was changed, as the header that says so.
    pub fn edits_header(&self) -> &str {
        &self.edits_header
    }

    fn family(&self) -> Option<&Arc<str>> {
        self.resolved().map(|resolved| &resolved.target.profile.name)
    }

    fn count(&self) {
        self.metrics.count(&CountedCall {
            family: self.family(),
            status: self.status,
            ended: self.ended,
            elapsed: self.started.elapsed(),
            edits: &self.edits,
            usage: self.usage.unwrap_or_default(),
            exhausted: self.exhausted,
            resent: self.resent,
        });
    }

    fn log(&self) {
        let usage = self.usage.unwrap_or_default();
        tracing::info!(
            target: "azgate::call",
            request_id = self.request_id,
            upstream_request_id = self.upstream_id(),
            key = self.caller.as_ref().and_then(Caller::key).map(|key| key.name.as_str()),
            operation = self.operation.map(Dialect::name),
            model = self.model,
            deployment = self.resolved().map(|resolved| resolved.target.deployment.as_str()),
            resource = self.resource.as_ref().map(|resource| resource.name.as_str()),
            family = self.family().map(|family| &**family),
            answered_by = self.answered_by,
            stream = self.stream,
            status = self.status,
            ended = self.ended,
            error = self.error.as_deref(),
            cause = self.cause,
            finish_reason = self.finish_reason,
            edits = &*self.edits_header,
            resent = self.resent,
            amended = self.amended,
            opened = self.opened,
            exhausted = self.exhausted,
            prompt_tokens = usage.prompt,
            cached_tokens = usage.cached,
            completion_tokens = usage.completion,
            reasoning_tokens = usage.reasoning,
            ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
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
        if std::thread::panicking() {
            self.status = StatusCode::INTERNAL_SERVER_ERROR.as_u16();
            self.ended = "panicked";
        }
        self.count();
        self.log();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_call_that_panics_is_not_taken_for_a_client_that_left() {
        let metrics = Arc::new(Metrics::default());
        let record = Record::start(metrics.clone(), "r".to_owned());
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            let _record = record;
            panic!("on purpose");
        }));
        assert!(panicked.is_err());
        let text = metrics.text();
        assert!(
            text.contains(r#"azgate_calls_total{family="none",status="500",ended="panicked"} 1"#),
            "{text}"
        );
    }
}
