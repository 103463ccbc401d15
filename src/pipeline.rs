//! The life of a request, top to bottom: to the call that is to be made, and behind its answer. What lies between is
//! [`crate::exchange`].

use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, request::Parts};

use crate::{
    auth::Caller,
    call::{Call, Dialect},
    error::ApiError,
    exchange::{self, Attempt, Exchange},
    forward::{self, Stored},
    gateway::Gateway,
    inbound::{self, Endpoint, FrontDoor, Matched, paths},
    limits::{self, RequestLimit},
    objects,
    observe::Record,
    respond::{self, Adapted, Early, Form},
    translate::Lossy,
};

/// Serves one request.
pub async fn serve(gateway: &Arc<Gateway>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let mut record = Record::start(gateway.metrics.clone(), request_id(&head.headers));
    let (exchange, first) = match ask(gateway, head, body, &mut record).await {
        Ok(Asked::Azure(exchange, first)) => (exchange, first),
        Ok(Asked::Answered(answer)) => return respond::finish(answer, record),
        Err(error) => return respond::finish(error.answer(&mut record), record),
    };
    let Some(early) = early(gateway, &exchange.call) else {
        let (answer, record) = exchange.run(first, record).await;
        return respond::finish(answer, record);
    };
    let known = respond::known(&record);
    respond::open(early, known, Box::pin(exchange.run(first, record))).await
}

/// What becomes of a request.
#[expect(clippy::large_enum_variant, reason = "one a call, and taken apart at once")]
enum Asked {
    /// There is an answer: azgate's own, or Azure's for what is not translated.
    Answered(Adapted),
    /// Azure is asked, and this is what it is sent first.
    Azure(Exchange, Attempt),
}

async fn ask(
    gateway: &Arc<Gateway>,
    head: Parts,
    body: Body,
    record: &mut Record,
) -> Result<Asked, ApiError> {
    let matched = paths::recognise(&head.method, head.uri.path())?;
    let caller = gateway.keys.caller(&head.headers)?;
    record.note_caller(&caller);
    let dialect = match matched.endpoint {
        Endpoint::Dialect(dialect) => dialect,
        Endpoint::Models => {
            let list = inbound::models::list(&gateway.routes);
            return Ok(Asked::Answered(respond::whole(list, record)));
        }
        Endpoint::Object(behind) => {
            let id = matched.name.unwrap_or_default();
            return Box::pin(stored(gateway, &caller, (head, body), (id, behind), record)).await;
        }
        Endpoint::Model => return one_model(gateway, &matched, record),
    };
    let body = inbound::body::read(&head.headers, body, gateway.max_body_bytes).await?;
    let mut call = read_call(dialect, matched, body).await?;
    record.note_call(&call);
    let route = gateway.routes.find(&call.model)?;
    record.note_route(&route);
    limits::admit(of_key(&caller).chain(exchange::limit(&route)))?;
    if !gateway.objects_are_shared
        && let Some(object) = objects::named(&call.body)
    {
        return Err(object.into());
    }
    call.stateless = !gateway.objects_are_shared;
    let lossy = lossy(&head.headers)?;
    let first_call_permit = route.knowledge.first_call_permit().await;
    let gateway = gateway.clone();
    let exchange = Exchange {
        gateway,
        caller,
        lossy,
        headers: head.headers,
        call,
        route,
        first_call_permit,
        learning_permit: None,
        forgets: false,
    };
    let first = exchange.attempt(record)?;
    Ok(Asked::Azure(exchange, first))
}

/// Reads the call out of a body; a large one off the async workers.
async fn read_call(dialect: Dialect, matched: Matched, body: Bytes) -> Result<Call, ApiError> {
    let normalize = matched.door == FrontDoor::OpenAi;
    let large = body.len() >= inbound::body::LARGE;
    let read = move || inbound::body::call(dialect, matched.name, normalize, body);
    if !large {
        return Ok(read()?);
    }
    let joined = tokio::task::spawn_blocking(read).await;
    Ok(joined.unwrap_or(Err(inbound::BodyError::Interrupted))?)
}

/// The limit on a key, which goes before that on a model.
fn of_key(caller: &Caller) -> impl Iterator<Item = (&'static str, &str, &RequestLimit)> {
    let key = caller.key().and_then(|key| Some(("key", key.name.as_str(), key.limit.as_ref()?)));
    key.into_iter()
}

/// A request about a stored response.
async fn stored(
    gateway: &Gateway,
    caller: &Caller,
    (head, body): (Parts, Body),
    (id, behind): (String, &'static str),
    record: &mut Record,
) -> Result<Asked, ApiError> {
    record.note_object();
    limits::admit(of_key(caller))?;
    if !gateway.objects_are_shared {
        return Err(ApiError::unknown_object(&id));
    }
    let body = match head.method {
        Method::POST => inbound::body::read(&head.headers, body, gateway.max_body_bytes).await?,
        _ => Bytes::new(),
    };
    let asked = Stored { head, id, behind, body: body.into() };
    Ok(Asked::Answered(forward::forward(gateway, &asked, record).await?))
}

/// What the caller says of changes that lose something.
fn lossy(headers: &HeaderMap) -> Result<Option<Lossy>, ApiError> {
    let mut words = headers.get_all("x-azgate-lossy").iter().map(HeaderValue::as_bytes);
    match (words.next(), words.next()) {
        (None, _) => Ok(None),
        (Some(word), None) if word.eq_ignore_ascii_case(b"refuse") => Ok(Some(Lossy::Refuse)),
        (Some(word), None) if word.eq_ignore_ascii_case(b"allow") => Ok(Some(Lossy::Allow)),
        _ => Err(ApiError::bad_header("x-azgate-lossy", "`refuse` or `allow`")),
    }
}

/// When the answer of a call that Azure leaves waiting is opened, if at all.
fn early(gateway: &Gateway, call: &Call) -> Option<Early> {
    let heartbeat = gateway.heartbeat?;
    let form = if call.stream { Form::Events } else { Form::Json };
    let opens = form == Form::Events || heartbeat.json;
    opens.then_some(Early { after: heartbeat.after, every: heartbeat.every, form, dialect: call.dialect })
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
