//! An attempt: plans a call for one deployment, sends it, and amends it if Azure's refusal shows what to change.

use std::{mem, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Response, Uri};

use crate::{
    balance::{AttemptOutcome, Deployment, ResolvedDeployment},
    call::{Copies, Dialect, OUTLINE_DEPTH, ReplyPlan},
    deadline::Deadlines,
    error::ApiError,
    exchange::Exchange,
    fan_out,
    json::Document,
    learning::{FirstCallPermit, LearningPermit, MOST_AMENDMENTS},
    limits::Permit,
    observe::Record,
    respond::{self, JSON},
    translate::learn,
    upstream::{self, AnswerBody, Failure, Request, ResentFlag, Segments},
};

/// A call on one deployment, until Azure takes it or azgate gives up.
#[derive(Debug)]
pub struct Attempt {
    /// The deployment.
    pub deployment: Arc<Deployment>,
    first_call: Option<FirstCallPermit>,
    learning: Option<LearningPermit>,
    amendments: u8,
    /// The amended call, if one is ready to be sent.
    amended: Option<Ready>,
    /// Whether the call goes without the reasoning that the client sent back, because Azure cannot read that reasoning.
    drops_reasoning: bool,
    /// Azure's answer that the client's operation does not serve the model.
    unserved: Option<Response<Bytes>>,
}

/// A planned call, ready to be sent.
#[derive(Debug)]
pub struct Ready {
    resolved: Arc<ResolvedDeployment>,
    uri: Uri,
    /// The headers, until the call is sent.
    headers: HeaderMap,
    body: Segments,
    /// How the answer goes back; `None` if azgate passes the answer on unchanged.
    pub reply: Option<ReplyPlan>,
}

/// The result of sending a call.
#[derive(Debug)]
pub enum Sent {
    /// Azure took the call. A call with copies has an answer for each copy.
    Taken(Response<AnswerBody>, Vec<Response<AnswerBody>>),
    /// Azure answered with a status other than 2xx.
    Refused {
        /// The answer for the client, if azgate makes no further attempt.
        answer: Response<Bytes>,
        /// Whether the attempt has an amended call ready.
        amendable: bool,
    },
    /// Azure did not answer.
    Failed(Failure),
}

impl Sent {
    /// Returns the outcome for [`crate::balance::decide`].
    pub fn outcome(&self) -> AttemptOutcome<'_> {
        match self {
            Sent::Taken(answer, _) => AttemptOutcome::Answer(answer.status().as_u16()),
            Sent::Refused { amendable: true, .. } => AttemptOutcome::Amendable,
            Sent::Refused { answer, .. } => AttemptOutcome::Answer(answer.status().as_u16()),
            Sent::Failed(failure) => AttemptOutcome::Failure(failure),
        }
    }
}

impl Attempt {
    /// Begins an attempt on a deployment. If the deployment has never answered, waits for the other first calls to it.
    pub async fn on(deployment: &Arc<Deployment>) -> Attempt {
        Attempt {
            first_call: deployment.knowledge.first_call_permit().await,
            deployment: deployment.clone(),
            learning: None,
            amendments: 0,
            amended: None,
            drops_reasoning: false,
            unserved: None,
        }
    }

    /// Ends the attempt, and returns its deployment.
    pub fn into_deployment(self) -> Arc<Deployment> {
        self.deployment
    }

    /// Returns the amended call, if one is ready. Otherwise plans the call for the deployment as azgate knows it now.
    ///
    /// # Errors
    /// When Azure would refuse the call, and the policy allows no translation that helps.
    pub fn plan(&mut self, exchange: &Exchange, record: &mut Record) -> Result<Ready, ApiError> {
        self.amended.take().map_or_else(|| self.planned(exchange, record), Ok)
    }

    fn planned(&self, exchange: &Exchange, record: &mut Record) -> Result<Ready, ApiError> {
        let resolved = self.deployment.resolved();
        let stripped = self.drops_reasoning.then(|| resolved.target.without_replayed_reasoning());
        let planned = exchange.plan(stripped.as_ref().unwrap_or(&resolved.target))?;
        let endpoint = &self.deployment.resource.endpoint;
        let uri = resolved.uri(endpoint, planned.operation, planned.api_version.as_ref())?;
        let mut headers = upstream::headers::up(&exchange.headers, exchange.caller.headers());
        if exchange.call.body.json().is_some() {
            // azgate has read the body as JSON, whatever type the client named. curl's -d names a form.
            let (name, json) = JSON;
            headers.insert(name, json);
        }
        record.note_plan(&resolved, planned.edits);
        Ok(Ready { resolved, uri, headers, body: planned.body, reply: planned.reply })
    }

    /// Sends the call. If Azure refuses it, tries to amend the call. [`Attempt::plan`] then returns the amended call.
    ///
    /// # Errors
    /// When a limit forbids another request for this call.
    pub async fn send(
        &mut self,
        exchange: &Exchange,
        ready: &mut Ready,
        permit: &Permit,
        deadlines: &Deadlines,
        record: &mut Record,
    ) -> Result<Sent, ApiError> {
        let copies = ready.reply.as_ref().map_or_else(Copies::default, |reply| reply.copies);
        let resource = &self.deployment.resource;
        let (answer, others) =
            match fan_out::send(resource, ready.take_request(record.resent()), copies, permit, deadlines)
                .await?
            {
                Ok(answers) => answers,
                Err(failure) => return Ok(Sent::Failed(failure)),
            };
        record.note_head(&answer);
        if answer.status().is_success() {
            self.learning.take().into_iter().for_each(LearningPermit::succeed);
            self.first_call.take().into_iter().for_each(FirstCallPermit::succeed);
            return Ok(Sent::Taken(answer, others));
        }
        let answer = respond::gathered(answer, deadlines).await;
        self.amended = self.amend(exchange, ready, &answer, record).await;
        let is_unserved = learn::is_unserved(answer.status().as_u16(), answer.body());
        if self.amended.is_none() {
            // If neither operation serves the model, the client gets Azure's refusal of the client's own operation.
            let own = self.unserved.take().filter(|_| is_unserved);
            return Ok(Sent::Refused { answer: own.unwrap_or(answer), amendable: false });
        }
        permit.extend()?;
        if is_unserved && ready.dialect() == exchange.call.operation.dialect {
            self.unserved = Some(answer.clone());
        }
        self.amendments += 1;
        record.note_amended();
        Ok(Sent::Refused { answer, amendable: true })
    }

    /// Returns the call with changes after which Azure may take it, or `None` if no change helps.
    async fn amend(
        &mut self,
        exchange: &Exchange,
        sent: &Ready,
        refused: &Response<Bytes>,
        record: &mut Record,
    ) -> Option<Ready> {
        let status = refused.status().as_u16();
        let dialect = sent.dialect()?;
        // Joining a large body costs a copy, so check the status first.
        if !learn::may_teach(status) {
            return None;
        }
        let body = Document::parse(sent.body.joined(), OUTLINE_DEPTH).ok()?;
        if self.amendments == MOST_AMENDMENTS {
            let target = &self.deployment.resolved().target;
            let learned = learn::lessons(status, refused.body(), dialect, &body, target);
            self.learning.as_ref()?.note_progress(&learned);
            return None;
        }
        // Azure would refuse an unchanged call again.
        let differs = |next: &Ready| next.uri != sent.uri || next.body.joined() != *body.source();
        if !self.drops_reasoning && learn::is_unreadable(status, refused.body()) {
            self.drops_reasoning = true;
            return self.planned(exchange, record).ok().filter(differs);
        }
        let lessons = |resolved: &ResolvedDeployment| {
            learn::lessons(status, refused.body(), dialect, &body, &resolved.target)
        };
        if lessons(&sent.resolved).is_empty() {
            return None;
        }
        if self.learning.is_none() {
            self.learning = self.deployment.knowledge.learning_permit().await;
        }
        let resolved = self.deployment.resolved();
        // Meanwhile another call may have learned the same lesson, or a different one.
        let known = if Arc::ptr_eq(&resolved, &sent.resolved) {
            None
        } else {
            Some(self.planned(exchange, record).ok()?)
        };
        let next = known.filter(differs);
        if next.is_none() && self.learning.as_mut()?.learn(lessons(&resolved)) {
            // If the policy does not allow the change, the client gets Azure's own refusal.
            return Some(self.planned(exchange, record).ok()?).filter(differs);
        }
        next
    }
}

impl Ready {
    /// Returns the request. URL and body stay, to be compared with an amended call; the headers go with the request.
    fn take_request(&mut self, resent: ResentFlag) -> Request {
        let headers = mem::take(&mut self.headers);
        let (uri, body) = (self.uri.clone(), self.body.clone());
        Request { method: Method::POST, uri, headers, body, resent }
    }

    /// Returns the dialect of the body that azgate sends.
    fn dialect(&self) -> Option<Dialect> {
        self.reply.as_ref().map(|reply| reply.dialect)
    }
}
