//! The record of one call. It is logged and counted once, when it is dropped: at the end of the answer, at an error, or
//! when the client has gone. It only reports: nothing reads it to decide.

use std::{borrow::Cow, sync::Arc};

use http::{Response, StatusCode};
use tokio::time::Instant;

use super::metrics::{CountedCall, Metrics};
use crate::{
    auth::Caller,
    balance::{Deployment, ResolvedDeployment, Resource},
    call::{AnswerSummary, Call, Edit, Operation},
    translate::edits_header,
    upstream::Resent,
};

/// The facts that azgate reports about a call.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are facts, and none depends on another")]
pub struct Record {
    metrics: Arc<Metrics>,
    started: Instant,
    request_id: String,
    upstream_id: Option<String>,
    caller: Option<Caller>,
    operation: Option<&'static Operation>,
    model: Option<String>,
    stream: bool,
    resource: Option<Arc<Resource>>,
    resolved: Option<Arc<ResolvedDeployment>>,
    edits: Vec<Edit>,
    edits_header: Cow<'static, str>,
    status: u16,
    summary: AnswerSummary,
    cause: Option<String>,
    ended: &'static str,
    exhausted: bool,
    resent: bool,
    amended: u8,
    opened: bool,
}

/// The status in the log for a client that left before azgate answered (nginx's convention).
const CLIENT_GONE: u16 = 499;

impl Record {
    /// Starts the record of a new call. Until the record gets a status and an end, it reports that the client has gone.
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
            resource: None,
            resolved: None,
            edits: Vec::new(),
            edits_header: edits_header(&[]),
            status: CLIENT_GONE,
            summary: AnswerSummary::default(),
            cause: None,
            ended: "client_gone",
            exhausted: false,
            resent: false,
            amended: 0,
            opened: false,
        }
    }

    /// Records the caller.
    pub fn note_caller(&mut self, caller: &Caller) {
        self.caller = Some(caller.clone());
    }

    /// Records the operation.
    pub fn note_operation(&mut self, operation: &'static Operation) {
        self.operation = Some(operation);
    }

    /// Records the call: its operation, its model, and whether the client wants a stream.
    pub fn note_call(&mut self, call: &Call) {
        self.note_operation(call.operation);
        self.model = call.model().map(str::to_owned);
        self.stream = call.stream;
    }

    /// Records the resource that the call goes to.
    pub fn note_resource(&mut self, resource: &Arc<Resource>) {
        self.resource = Some(resource.clone());
    }

    /// Records the deployment that the call goes to.
    pub fn note_deployment(&mut self, deployment: &Deployment) {
        self.note_resource(&deployment.resource);
        self.resolved = Some(deployment.resolved());
    }

    /// Records the deployment that the call is translated for, and the edits.
    pub fn note_plan(&mut self, resolved: &Arc<ResolvedDeployment>, edits: Vec<Edit>) {
        self.resolved = Some(resolved.clone());
        self.edits_header = edits_header(&edits);
        self.edits = edits;
    }

    /// Records that azgate opened the answer before Azure answered. The client then got status 200, whatever status the
    /// record has.
    pub fn note_opened(&mut self) {
        self.opened = true;
    }

    /// Records that Azure refused the call, and that azgate sends an amended call.
    pub fn note_amended(&mut self) {
        self.amended += 1;
    }

    /// Records the head of Azure's answer: Azure's id of the call, which Azure's support asks for, and whether azgate
    /// had to send the call on a second connection.
    pub fn note_head<B>(&mut self, answer: &Response<B>) {
        let headers = answer.headers();
        let id = headers.get("apim-request-id").or_else(|| headers.get("x-request-id"));
        // Copy the id, because a value of the map keeps all bytes of the answer's head in memory.
        self.upstream_id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        self.resent |= answer.extensions().get::<Resent>().is_some();
    }

    /// Records the status of the answer.
    pub fn note_status(&mut self, status: StatusCode) {
        self.status = status.as_u16();
    }

    /// Records how the answer ended, and its summary. `cause` is logged, so it must not quote a prompt or an answer.
    pub fn note_end(
        &mut self,
        ended: &'static str,
        summary: AnswerSummary,
        exhausted: bool,
        cause: Option<String>,
    ) {
        (self.ended, self.summary, self.exhausted, self.cause) = (ended, summary, exhausted, cause);
    }

    /// Returns the id of the request: the client's id, or the id that azgate made.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Returns Azure's id of the call.
    pub fn upstream_id(&self) -> Option<&str> {
        self.upstream_id.as_deref()
    }

    /// Returns the deployment that the call is translated for, once its route is found.
    pub fn resolved(&self) -> Option<&ResolvedDeployment> {
        self.resolved.as_deref()
    }

    /// Returns the edits, as the value of `x-azgate-edits`.
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
            usage: self.summary.usage.unwrap_or_default(),
            exhausted: self.exhausted,
            resent: self.resent,
        });
    }

    fn log(&self) {
        let AnswerSummary { usage, model: answered_by, finish_reason, error, reasoning: _ } = &self.summary;
        let usage = usage.unwrap_or_default();
        tracing::info!(
            target: "azgate::call",
            request_id = self.request_id,
            upstream_request_id = self.upstream_id(),
            key = self.caller.as_ref().and_then(Caller::key).map(|key| key.name.as_str()),
            operation = self.operation.map(|operation| operation.name),
            model = self.model,
            deployment = self.resolved().map(|resolved| resolved.target.deployment.as_str()),
            resource = self.resource.as_ref().map(|resource| &*resource.name),
            family = self.family().map(|family| &**family),
            answered_by,
            stream = self.stream,
            status = self.status,
            ended = self.ended,
            error,
            cause = self.cause,
            finish_reason,
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
    fn a_call_that_panics_is_not_counted_as_client_gone() {
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
