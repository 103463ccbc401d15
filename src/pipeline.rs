//! The life of a request, top to bottom.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, request::Parts};

use crate::{
    auth::Caller,
    balance::{Aim, Route},
    call::{Call, Operation, Plan, ReplyPlan},
    deadline::Deadlines,
    error::ApiError,
    gateway::Gateway,
    inbound::{self, Dialect, Endpoint, Matched, paths},
    json,
    limits::{self, RequestLimit},
    observe::Record,
    respond::{self, Adapted, Early, Form, JSON, Manner},
    translate::{self, Lossy, Policy},
    upstream,
};

/// Serves one request.
pub async fn serve(gateway: &Gateway, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut record = Record::start(gateway.metrics.clone(), request_id(&head.headers));
    let planned = match ask(gateway, head, body, &mut record).await {
        Ok(Asked::Planned(planned)) => planned,
        Ok(Asked::Answered(answer)) => return respond::finish(answer, record),
        Err(error) => return respond::finish(error.answer(&mut record), record),
    };
    let Some(early) = planned.early else {
        let (answer, record) = planned.exchange(record).await;
        return respond::finish(answer, record);
    };
    let known = respond::known(&record);
    respond::open(early, known, Box::pin(planned.exchange(record))).await
}

/// What a request comes to before anything is sent.
enum Asked {
    /// An answer of azgate's own.
    Answered(Adapted),
    /// A call for Azure.
    Planned(Planned),
}

/// A call that may be made, and how. It owns what it needs, since its answer may be opened before it has one.
struct Planned {
    route: Arc<Route>,
    request: upstream::Request,
    reply: ReplyPlan,
    early: Option<Early>,
    heartbeat: Option<Duration>,
}

async fn ask(gateway: &Gateway, head: Parts, body: Body, record: &mut Record) -> Result<Asked, ApiError> {
    let matched = paths::recognise(&head.method, head.uri.path())?;
    let caller = gateway.keys.caller(&head.headers)?;
    record.note_caller(&caller);
    let operation = match matched.endpoint {
        Endpoint::Operation(operation) => operation,
        Endpoint::Models => {
            let list = inbound::models::list(&gateway.routes);
            return Ok(Asked::Answered(respond::whole(list, record)));
        }
        Endpoint::Model => return one_model(gateway, &matched, record),
    };
    let body = inbound::body::read(&head.headers, body, gateway.max_body_bytes).await?;
    let mut call = read_call(operation, matched, body).await?;
    record.note_call(&call);
    let route = gateway.routes.find(&call.model)?;
    record.note_route(&route);
    limits::admit(limits(&caller, &route))?;
    call.normalize = route.normalize.unwrap_or(call.normalize);
    let aim = route.aim();
    let mut plan = translate::plan(&call, &aim.target, &policy(gateway, &caller, &route, &head.headers)?)?;
    let request = upstream_request(&head.headers, &call, (&route, &aim), &plan)?;
    record.note_plan(&mut plan);
    let heartbeat = gateway.heartbeat.filter(|_| call.stream).map(|heartbeat| heartbeat.every);
    let early = early(gateway, &call);
    Ok(Asked::Planned(Planned { route, request, reply: plan.reply, early, heartbeat }))
}

impl Planned {
    /// Makes the call and adapts its answer.
    async fn exchange(self, mut record: Record) -> (Adapted, Record) {
        let answer = self.answer(&mut record).await;
        (answer.unwrap_or_else(|error| error.answer(&mut record)), record)
    }

    async fn answer(self, record: &mut Record) -> Result<Adapted, ApiError> {
        let Planned { route, request, reply, heartbeat, .. } = self;
        let deadlines = Deadlines::begin(route.timeouts);
        let answer = route.client.send_within(request, &deadlines).await?;
        if answer.extensions().get::<upstream::Resent>().is_some() {
            record.note_resent();
        }
        let manner = Manner { reply, deadlines, heartbeat };
        Ok(respond::adapt(answer, &route, manner, record).await?)
    }
}

/// When the answer of a call that Azure leaves waiting is opened, if at all.
fn early(gateway: &Gateway, call: &Call) -> Option<Early> {
    let heartbeat = gateway.heartbeat?;
    let form = if call.stream { Form::Events } else { Form::Json };
    let opens = form == Form::Events || heartbeat.json;
    opens.then_some(Early { after: heartbeat.after, every: heartbeat.every, form })
}

/// Reads the call out of a body; a large one off the async workers.
async fn read_call(operation: Operation, matched: Matched, body: Bytes) -> Result<Call, ApiError> {
    let normalize = matched.dialect == Dialect::OpenAi;
    let large = body.len() >= inbound::body::LARGE;
    let read = move || inbound::body::call(operation, matched.name, normalize, body);
    if !large {
        return Ok(read()?);
    }
    let joined = tokio::task::spawn_blocking(read).await;
    Ok(joined.unwrap_or(Err(inbound::BodyError::Interrupted))?)
}

/// The limits on a call, the narrower first.
fn limits<'l>(
    caller: &'l Caller,
    route: &'l Route,
) -> impl Iterator<Item = (&'static str, &'l str, &'l RequestLimit)> {
    let key = caller.key().and_then(|key| Some(("key", key.name.as_str(), key.limit.as_ref()?)));
    let model = route.limit.as_ref().map(|limit| ("model", route.model.as_str(), limit));
    key.into_iter().chain(model)
}

/// The policy of a call: the caller's own word, then the key's, the model's and everyone's.
fn policy<'p>(
    gateway: &'p Gateway,
    caller: &'p Caller,
    route: &'p Route,
    headers: &HeaderMap,
) -> Result<Policy<'p>, ApiError> {
    let mut words = headers.get_all("x-azgate-lossy").iter().map(http::HeaderValue::as_bytes);
    let call = match (words.next(), words.next()) {
        (None, _) => None,
        (Some(word), None) if word.eq_ignore_ascii_case(b"refuse") => Some(Lossy::Refuse),
        (Some(word), None) if word.eq_ignore_ascii_case(b"allow") => Some(Lossy::Allow),
        _ => return Err(ApiError::bad_header("x-azgate-lossy", "`refuse` or `allow`")),
    };
    let key = caller.key().map(|key| &key.policy);
    Ok(Policy { call, layers: [key, Some(&route.policy), Some(&gateway.policy)] })
}

/// The planned call as it is sent.
fn upstream_request(
    headers: &HeaderMap,
    call: &Call,
    (route, aim): (&Route, &Aim),
    plan: &Plan,
) -> Result<upstream::Request, ApiError> {
    let mut headers = upstream::headers::up(headers, &route.resource.credential);
    // Whatever the client called it, it was read as JSON (curl's -d says that it is a form).
    let (name, json) = JSON;
    headers.insert(name, json);
    Ok(upstream::Request {
        method: Method::POST,
        uri: route.uri(aim, plan)?,
        headers,
        body: json::apply(&call.body, plan.changes()).into(),
    })
}

fn one_model(gateway: &Gateway, matched: &Matched, record: &mut Record) -> Result<Asked, ApiError> {
    let route = gateway.routes.find(matched.name.as_deref().unwrap_or_default())?;
    Ok(Asked::Answered(respond::whole(inbound::models::one(&route), record)))
}

/// The client's request id if it is a plain short one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain =
        |id: &&str| id.len() <= 128 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    let sent = headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(plain);
    sent.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}
