//! The record of one call. It is logged and counted once, when it is dropped: at the end of the answer, at an error, or
//! when the client has gone. It only reports: nothing reads it to decide.

use std::{borrow::Cow, net::SocketAddr, sync::Arc};

use http::{Method, Response, StatusCode};
use tokio::time::Instant;

use super::metrics::{CountedCall, Metrics};
use crate::{
    auth::Caller,
    balance::{Deployment, ResolvedDeployment, Resource},
    call::{AnswerSummary, Call, Edit, Operation},
    connections::Ends,
    translate::edits_header,
    upstream::ResentFlag,
};

/// The facts that azgate reports about a call.
#[derive(Debug)]
pub struct Record {
    metrics: Arc<Metrics>,
    started: Instant,
    request_id: String,
    method: Option<Method>,
    path: String,
    client: Option<SocketAddr>,
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
    resent: ResentFlag,
    amended: u8,
    opened: bool,
}

/// How many characters of a path are logged.
const LONGEST_PATH: usize = 200;

/// The status in the log for a client that left before azgate answered (nginx's convention).
const CLIENT_GONE: u16 = 499;

/// How a call of such a client ended.
const CLIENT_GONE_NAME: &str = "client_gone";

/// Writes the line of a call. tracing needs the level when it compiles.
macro_rules! call_line {
    ($record:expr, $level:ident) => {{
            let AnswerSummary { usage, model: answered_by, finish_reason, error, reasoning: _ } = &$record.summary;
            let usage = usage.unwrap_or_default();
            tracing::$level!(
                target: "azgate::call",
                request_id = $record.request_id,
                method = $record.method.as_ref().map(Method::as_str),
                path = $record.path,
                client = $record.client.map(tracing::field::display),
                upstream_request_id = $record.upstream_id(),
                key = $record.caller.as_ref().and_then(Caller::key).map(|key| key.name.as_str()),
                operation = $record.operation.map(|operation| operation.name),
                model = $record.model,
                deployment = $record.resolved().map(|resolved| resolved.target.deployment.as_str()),
                resource = $record.resource.as_ref().map(|resource| &*resource.name),
                family = $record.family().map(|family| &**family),
                answered_by,
                stream = $record.stream,
                status = $record.status,
                ended = $record.ended,
                error,
                cause = $record.cause,
                finish_reason,
                edits = &*$record.edits_header,
                resent = $record.resent.is_set(),
                amended = $record.amended,
                opened = $record.opened,
                exhausted = $record.exhausted,
                prompt_tokens = usage.prompt,
                cached_tokens = usage.cached,
                completion_tokens = usage.completion,
                reasoning_tokens = usage.reasoning,
                ms = u64::try_from($record.started.elapsed().as_millis()).unwrap_or(u64::MAX),
                "call"
            );
    }};
}

impl Record {
    /// Starts the record of a new call. Until the record gets a status and an end, it reports that the client has gone.
    pub fn start(metrics: Arc<Metrics>, request_id: String) -> Record {
        Record {
            metrics,
            started: Instant::now(),
            request_id,
            method: None,
            path: String::new(),
            client: None,
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
            ended: CLIENT_GONE_NAME,
            exhausted: false,
            resent: ResentFlag::default(),
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

    /// Records the head of Azure's answer: Azure's id of the call, which Azure's support asks for.
    pub fn note_head<B>(&mut self, answer: &Response<B>) {
        let headers = answer.headers();
        let id = headers.get("apim-request-id").or_else(|| headers.get("x-request-id"));
        // Copy the id, because a value of the map keeps all bytes of the answer's head in memory.
        self.upstream_id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
    }

    /// Returns the flag that says whether azgate has sent the call twice, for the requests of the call.
    pub fn resent(&self) -> ResentFlag {
        self.resent.clone()
    }

    /// Records the request: its method, its path and the client's address. The query can contain a secret, so it is
    /// left out.
    pub fn note_request(&mut self, method: &Method, path: &str, ends: Option<&Ends>) {
        self.method = Some(method.clone());
        self.path = path.chars().take(LONGEST_PATH).collect();
        self.client = ends.map(|ends| ends.client);
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
            resent: self.resent.is_set(),
        });
    }

    /// Writes the line of the call. A failure that an operator should look at is a warning.
    fn log(&self) {
        if self.status >= 500 {
            call_line!(self, warn);
        } else {
            call_line!(self, info);
        }
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
        } else if self.ended == CLIENT_GONE_NAME && self.metrics.is_cut_off() {
            // The client did not leave: azgate stopped before the call had come to its end.
            self.ended = "cut_off";
            if self.status == CLIENT_GONE {
                self.status = StatusCode::SERVICE_UNAVAILABLE.as_u16();
            }
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
