//! A call and what becomes of it: planned, sent, amended and sent again where Azure refuses what can be helped, and its
//! answer adapted.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::{try_join, try_join_all};
use http::{HeaderMap, Method, Response, Uri};

use crate::{
    auth::Caller,
    balance::{ResolvedDeployment, Route},
    call::{Call, Copies, Dialect, OUTLINE_DEPTH, ReplyPlan},
    deadline::Deadlines,
    error::ApiError,
    gateway::Gateway,
    json::{self, Document},
    learning::{FirstCallPermit, LearningPermit},
    limits::{self, RequestLimit},
    objects,
    observe::Record,
    respond::{self, Adapted, JSON, ReplyContext},
    translate::{self, Lossy, Policy, learn},
    upstream::{self, AnswerBody, Segments},
};

/// A call that may be made. It owns what it needs, since its answer may be opened before there is one.
#[derive(Debug)]
pub struct Exchange {
    /// What serves it.
    pub gateway: Arc<Gateway>,
    /// Who asks.
    pub caller: Caller,
    /// What the caller says of changes that lose something.
    pub lossy: Option<Lossy>,
    /// The client's headers.
    pub headers: HeaderMap,
    /// What is asked.
    pub call: Call,
    /// Where it goes.
    pub route: Arc<Route>,
    /// Its turn, if it is one of the first to its deployment.
    pub first_call_permit: Option<FirstCallPermit>,
    /// The right to learn from refusals, once it needs it.
    pub learning_permit: Option<LearningPermit>,
    /// Azure cannot read the reasoning that the client gives back, so that this call goes without.
    pub forgets: bool,
}

/// A call as it is sent once.
#[derive(Debug)]
pub struct Attempt {
    resolved: Arc<ResolvedDeployment>,
    request: upstream::Request,
    reply: ReplyPlan,
}

/// What was sent, for what was known then.
struct Sent {
    resolved: Arc<ResolvedDeployment>,
    dialect: Dialect,
    uri: Uri,
    body: Segments,
}

/// How often a call is amended at most: each refusal counts against Azure's limit of requests.
const AMENDMENTS: u8 = 6;

impl Exchange {
    /// The call as it goes to its deployment, for what is known of that now.
    ///
    /// # Errors
    /// When Azure would refuse it, and no translation that the policy allows helps.
    pub fn attempt(&self, record: &mut Record) -> Result<Attempt, ApiError> {
        let resolved = self.route.resolved();
        let forgetful = self.forgets.then(|| resolved.target.forgetful());
        let mut plan =
            translate::plan(&self.call, forgetful.as_ref().unwrap_or(&resolved.target), &self.policy())?;
        // What is no id in the words of one operation may be one in the other's.
        if !self.gateway.objects_are_shared
            && let Some(crossing) = &plan.crossing
            && let Some(object) = objects::named(&crossing.call.body)
        {
            return Err(object.into());
        }
        let mut headers = upstream::headers::up(&self.headers, &self.route.resource.credential);
        // Whatever the client called it, it was read as JSON (curl's -d says that it is a form).
        let (name, json) = JSON;
        headers.insert(name, json);
        let request = upstream::Request {
            method: Method::POST,
            uri: self.route.uri(&resolved, &plan)?,
            headers,
            body: json::apply(plan.body(&self.call), plan.changes()).into(),
        };
        record.note_plan(&resolved, &mut plan);
        Ok(Attempt { resolved, request, reply: plan.reply })
    }

    /// Makes the call, and adapts its answer.
    pub async fn run(mut self, first: Attempt, mut record: Record) -> (Adapted, Record) {
        let answer = self.answer(first, &mut record).await;
        (answer.unwrap_or_else(|error| error.answer(&mut record)), record)
    }

    async fn answer(&mut self, mut attempt: Attempt, record: &mut Record) -> Result<Adapted, ApiError> {
        let deadlines = Deadlines::begin(self.route.timeouts);
        let mut amendments = 0;
        // Azure's word that the operation which the client asked for does not serve the model.
        let mut unserved = None;
        loop {
            let Attempt { resolved, request, reply } = attempt;
            let (uri, body) = (request.uri.clone(), request.body.clone());
            let sent = Sent { resolved, dialect: reply.dialect, uri, body };
            let (answer, others) = self.send(request, reply.copies, &deadlines).await?;
            if answer.extensions().get::<upstream::Resent>().is_some() {
                record.note_resent();
            }
            if answer.status().is_success() {
                if let Some(learning_permit) = self.learning_permit.take() {
                    learning_permit.succeed();
                }
                if let Some(first_call_permit) = self.first_call_permit.take() {
                    first_call_permit.succeed();
                }
                let heartbeat = self.gateway.heartbeat.map(|heartbeat| heartbeat.every);
                let context = ReplyContext { reply, deadlines, heartbeat, stream: self.call.stream };
                return Ok(respond::adapt(answer, others, &self.route, context, record).await?);
            }
            let refused = respond::gathered(answer, &deadlines).await;
            let amended = match amendments {
                AMENDMENTS => None,
                _ => self.amended(&refused, &sent, record).await,
            };
            let is_unserved = || learn::is_unserved(refused.status().as_u16(), refused.body());
            let Some(amended) = amended else {
                // Where no other operation does either, the client reads what is said of its own.
                let told = unserved.filter(|_| is_unserved());
                let told = told.as_ref().unwrap_or(&refused);
                return Ok(respond::refused(told, &reply.shape, &self.route.resource.name, record)?);
            };
            if sent.dialect == self.call.dialect && is_unserved() {
                unserved = Some(refused);
            }
            (attempt, amendments) = (amended, amendments + 1);
            record.note_amended();
        }
    }

    /// Sends a call, so many times at once as it has copies: the first answer and the others, or, where not all of them are
    /// good, one that is not. Each counts against the model's limit.
    async fn send(
        &self,
        request: upstream::Request,
        copies: Copies,
        deadlines: &Deadlines,
    ) -> Result<(Response<AnswerBody>, Vec<Response<AnswerBody>>), ApiError> {
        let client = &self.route.client;
        if copies == Copies::default() {
            return Ok((client.send_within(request, deadlines).await?, Vec::new()));
        }
        let others = 1..copies.count();
        others.clone().try_for_each(|_| limits::admit(limit(&self.route)))?;
        let others: Vec<_> = others.map(|_| client.send_within(request.clone(), deadlines)).collect();
        let (first, mut others) =
            try_join(client.send_within(request, deadlines), try_join_all(others)).await?;
        let refused = others.iter().position(|answer| !answer.status().is_success());
        match refused {
            Some(at) if first.status().is_success() => Ok((others.swap_remove(at), Vec::new())),
            _ => Ok((first, others)),
        }
    }

    /// The call as Azure may take it, after what it said of the last attempt; `None` if there is nothing to be done.
    async fn amended(
        &mut self,
        refused: &Response<Bytes>,
        sent: &Sent,
        record: &mut Record,
    ) -> Option<Attempt> {
        let status = refused.status().as_u16();
        // The body may be large.
        if !learn::may_teach(status) {
            return None;
        }
        let body = Document::parse(sent.body.joined(), OUTLINE_DEPTH).ok()?;
        // The same again would be refused again.
        let differs =
            |next: &Attempt| next.request.uri != sent.uri || next.request.body.joined() != *body.source();
        if !self.forgets && learn::is_unreadable(status, refused.body()) {
            self.forgets = true;
            let next = self.attempt(record).ok().filter(differs);
            return next.filter(|_| limits::admit(limit(&self.route)).is_ok());
        }
        let lessons = |resolved: &ResolvedDeployment| {
            learn::lessons(status, refused.body(), sent.dialect, &body, &resolved.target)
        };
        if lessons(&sent.resolved).is_empty() {
            return None;
        }
        if self.learning_permit.is_none() {
            self.learning_permit = self.route.knowledge.learning_permit().await;
        }
        let resolved = self.route.resolved();
        // Another call may have learned it meanwhile, or only something else.
        let known =
            if Arc::ptr_eq(&resolved, &sent.resolved) { None } else { Some(self.attempt(record).ok()?) };
        let mut next = known.filter(differs);
        if next.is_none() && self.learning_permit.as_mut()?.learn(lessons(&resolved)) {
            // What the policy does not allow is not done: the client then has Azure's own words.
            next = Some(self.attempt(record).ok()?).filter(differs);
        }
        next.filter(|_| limits::admit(limit(&self.route)).is_ok())
    }

    /// The policy of the call: the caller's own word, then the key's, the model's and everyone's.
    fn policy(&self) -> Policy<'_> {
        let key = self.caller.key().map(|key| &key.policy);
        Policy { call: self.lossy, layers: [key, Some(&self.route.policy), Some(&self.gateway.policy)] }
    }
}

/// The limit on a model, with its kind and name.
pub fn limit(route: &Route) -> Option<(&'static str, &str, &RequestLimit)> {
    route.limit.as_ref().map(|limit| ("model", route.model.as_str(), limit))
}
