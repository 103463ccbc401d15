//! The life of a request, top to bottom.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, request::Parts};

use crate::{
    auth::Caller,
    balance::Route,
    call::{Call, Operation, Plan},
    error::ApiError,
    gateway::Gateway,
    inbound::{self, Dialect, Endpoint, Matched, paths},
    json,
    limits::{self, RequestLimit},
    observe::Record,
    respond::{self, Adapted, JSON},
    translate::{self, Lossy, Policy},
    upstream,
};

/// Serves one request.
pub async fn serve(gateway: &Gateway, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut record = Record::start(gateway.metrics.clone(), request_id(&head.headers));
    let answer = match answer(gateway, &head, body, &mut record).await {
        Ok(answer) => answer,
        Err(error) => error.answer(&mut record),
    };
    respond::finish(answer, record)
}

async fn answer(
    gateway: &Gateway,
    head: &Parts,
    body: Body,
    record: &mut Record,
) -> Result<Adapted, ApiError> {
    let matched = paths::recognise(&head.method, head.uri.path())?;
    let caller = gateway.keys.caller(&head.headers)?;
    record.note_caller(&caller);
    let operation = match matched.endpoint {
        Endpoint::Operation(operation) => operation,
        Endpoint::Models => return Ok(models(inbound::models::list(&gateway.routes), record)),
        Endpoint::Model => return Ok(models(one_model(gateway, &matched)?, record)),
    };
    let body = inbound::body::read(&head.headers, body, gateway.max_body_bytes).await?;
    let call = read_call(operation, matched, body).await?;
    record.note_call(&call);
    let route = gateway.routes.find(&call.model)?;
    record.note_route(&route);
    limits::admit(limits(&caller, &route))?;
    let mut plan = translate::plan(&call, &route.target, &policy(gateway, &caller, &route, &head.headers)?)?;
    let request = upstream_request(&head.headers, &call, &route, &plan)?;
    record.note_plan(&mut plan);
    let answer = route.resource.client.send(request).await?;
    if answer.extensions().get::<upstream::Resent>().is_some() {
        record.note_resent();
    }
    Ok(respond::adapt(answer, &route, plan.reply, record).await?)
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
    route: &Route,
    plan: &Plan,
) -> Result<upstream::Request, ApiError> {
    let mut headers = upstream::headers::up(headers, &route.resource.credential);
    // Whatever the client called it, it was read as JSON (curl's -d says that it is a form).
    let (name, json) = JSON;
    headers.insert(name, json);
    Ok(upstream::Request {
        method: Method::POST,
        uri: route.uri(plan)?,
        headers,
        body: json::apply(&call.body, plan.changes()).into(),
    })
}

fn one_model(gateway: &Gateway, matched: &Matched) -> Result<Bytes, ApiError> {
    let route = gateway.routes.find(matched.name.as_deref().unwrap_or_default())?;
    Ok(inbound::models::one(&route))
}

/// An answer about models, which is azgate's own.
fn models(json: Bytes, record: &mut Record) -> Adapted {
    let answer = respond::whole(json);
    record.note_status(answer.status.as_u16(), None);
    record.note_end("done");
    answer
}

/// The client's request id if it is a plain short one, else a new one.
fn request_id(headers: &HeaderMap) -> String {
    let plain =
        |id: &&str| id.len() <= 128 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    let sent = headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(plain);
    sent.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}
