//! The steps of a request, as one function:
//!
//! ```text
//! recognise → caller → read → route → admit → ┌ pick → plan → send → decide ┐ → adapt → settle
//!                                             └──── amend · retry · fail over ────┘
//! ```

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll};

use axum::body::Body;
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, request::Parts};

use crate::{
    attempt::{Attempt, Ready, Sent},
    auth::Caller,
    balance::{Allowance, Decision, Resource, Route, decide, pick},
    call::{Addressing, Shape},
    deadline::Deadlines,
    error::ApiError,
    exchange::Exchange,
    forward::forward,
    gateway::Gateway,
    inbound::{self, Matched, Welcome, paths, visitor},
    limits,
    observe::Record,
    respond::{self, Adapted, Early, Ending, Form, Opening, Origin, PassContext, ReplyContext},
    settlement::Settlement,
};

/// Serves one request. The answer may be opened before the call has ended.
pub fn serve(gateway: Arc<Gateway>, request: Request<Body>) -> impl Future<Output = Response<Body>> + Send {
    let opening = Opening::default();
    let reader = gateway.visitors.reader(request.headers());
    respond::open(opening.clone(), Box::pin(call(gateway, request, opening))).map(|mut answer| {
        if let Some(origin) = reader {
            visitor::share(answer.headers_mut(), origin);
        }
        answer
    })
}

/// Runs one call until it has an answer or an error, and returns that with the settlement and the record.
async fn call(gateway: Arc<Gateway>, request: Request<Body>, opening: Opening) -> Ending {
    let mut record = Record::start(gateway.registry.metrics.clone(), request_id(request.headers()));
    let mut settlement = None;
    let connections = gateway.registry.connections.clone();
    let answer = {
        let mut answer = pin!(answer(&gateway, request, &opening, &mut settlement, &mut record));
        poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Pending if connections.is_cut_off() => Poll::Ready(Ok(ApiError::cut_off())),
            answer => answer,
        })
        .await
    };
    Ending { answer: answer.unwrap_or_else(ApiError::into_answer), settlement, record, connections }
}

/// Takes a request through all steps, from its path to its answer.
async fn answer(
    gateway: &Arc<Gateway>,
    request: Request<Body>,
    opening: &Opening,
    settlement: &mut Option<Settlement>,
    record: &mut Record,
) -> Result<Adapted, ApiError> {
    let (head, body) = request.into_parts();
    record.note_request(&head.method, head.uri.path(), head.extensions.get());
    match gateway.visitors.check(&head, !gateway.keys.is_empty())? {
        Welcome::Call => {}
        Welcome::Preflight => return Ok(respond::empty(visitor::preflight(&head.headers))),
    }
    let matched = paths::recognise(&head.method, head.uri.path())
        .map_err(|error| error.with_headers(&head.method, &head.headers))?;
    let caller = gateway.keys.caller(&head.headers)?;
    record.note_caller(&caller);
    match matched.operation.address {
        Addressing::ByModel { .. } => {}
        Addressing::ByObject(_) | Addressing::ByResource => {
            return Box::pin(forwarded(gateway, &caller, matched, (head, body), settlement, record)).await;
        }
        Addressing::Gateway => return models(gateway, matched.name.as_deref()),
    }
    let call = inbound::read(matched, &head.headers, body, gateway.max_body_bytes).await?;
    record.note_call(&call);
    let route = gateway.routes.find(call.model().unwrap_or_default())?;
    record.note_deployment(route.pool.first());
    // Clients of Azure's own API may read lines (azure-ai-inference), and take a comment for an error.
    let reads_comments = call.normalize && !inbound::names_api_version(head.uri.query().unwrap_or_default());
    let permit = limits::admit(caller.limit(), route.limit.as_ref()).await?;
    let exchange = Exchange::begin(gateway.clone(), caller, head.headers, call, route)?;

    let settlement = settlement.insert(Settlement::new(permit));
    let Route { pool, attempts, timeouts, model, .. } = &*exchange.route;
    let deadlines = Deadlines::begin(*timeouts);
    let (mut tried, mut made, mut current) = (Vec::new(), 1, None);
    loop {
        let attempt: &mut Attempt = match &mut current {
            Some(attempt) => attempt,
            none @ None => {
                let picked = pick(pool, &tried, None).ok_or_else(|| ApiError::no_deployment(model))?;
                none.insert(Attempt::on(picked).await)
            }
        };
        let mut ready = attempt.plan(&exchange, record)?;
        opening.allow(|| early(&exchange, reads_comments), record);
        let sent = attempt.send(&exchange, &mut ready, settlement.permit(), &deadlines, record).await?;
        let others = pool.size() > tried.len() + 1;
        match decide(sent.outcome(), Allowance { attempts: attempts.saturating_sub(made), others }) {
            Decision::Amend => {}
            Decision::Retry => {
                record.resent().set();
                made += 1;
            }
            Decision::FailOver => {
                record.resent().set();
                made += 1;
                tried.extend(current.take().map(Attempt::into_deployment));
            }
            Decision::Done | Decision::GiveUp => {
                return adapt(&exchange, (attempt, ready), sent, deadlines, settlement, record).await;
            }
        }
    }
}

/// Adapts the result of the last attempt to the form that the client asked for.
async fn adapt(
    exchange: &Exchange,
    (attempt, ready): (&Attempt, Ready),
    sent: Sent,
    deadlines: Deadlines,
    settlement: &mut Settlement,
    record: &Record,
) -> Result<Adapted, ApiError> {
    let Resource { name, credential, .. } = &*attempt.deployment.resource;
    let origin = Origin { resource: name, credential };
    let heartbeat = exchange.gateway.heartbeat.map(|heartbeat| heartbeat.every);
    Ok(match (sent, ready.reply) {
        (Sent::Failed(failure), _) => return Err(failure.into()),
        (Sent::Refused { answer, .. }, reply) => {
            respond::refused(&answer, &reply.map_or(Shape::Same, |reply| reply.shape), origin, record)?
        }
        (Sent::Taken(answer, _), None) => {
            let kind = exchange.call.operation.answer;
            let context = PassContext { kind, reply: None, deadlines, heartbeat };
            respond::pass(answer, context, origin, record).await?
        }
        (Sent::Taken(answer, others), Some(reply)) => {
            settlement.answered_by(&attempt.deployment, reply.dialect);
            // Only an answer that is bridged to chat has reasoning that its client may drop.
            if let (Some(memory), Shape::OverResponses(_)) = (&exchange.gateway.reasoning, &reply.shape) {
                settlement.remember_in(memory, &exchange.caller);
            }
            let context = ReplyContext { reply, deadlines, heartbeat, stream: exchange.call.stream };
            respond::adapt(answer, others, context, origin, record).await?
        }
    })
}

/// Returns how azgate opens the answer early if Azure is silent; `None` if azgate does not open the answer early. A
/// comment in it describes the late headers if `describes`.
fn early(exchange: &Exchange, describes: bool) -> Option<Early> {
    let heartbeat = exchange.gateway.heartbeat?;
    let form = if exchange.call.stream { Form::Events } else { Form::Json };
    let dialect = exchange.call.operation.dialect.unwrap_or_default();
    let opens = form == Form::Events || heartbeat.json;
    opens.then_some(Early { after: heartbeat.after, every: heartbeat.every, form, dialect, describes })
}

/// Serves a call that does not name a model. It names a stored object, or goes to a resource.
async fn forwarded(
    gateway: &Gateway,
    caller: &Caller,
    matched: Matched,
    (head, body): (Parts, Body),
    settlement: &mut Option<Settlement>,
    record: &mut Record,
) -> Result<Adapted, ApiError> {
    record.note_operation(matched.operation);
    *settlement = Some(Settlement::new(limits::admit(caller.limit(), None).await?));
    if let (false, Some(id)) = (gateway.objects_are_shared, &matched.name) {
        return Err(ApiError::unknown_object(id));
    }
    let call = inbound::read(matched, &head.headers, body, gateway.max_body_bytes).await?;
    forward(gateway, &call, (caller, &head.headers, head.uri.query().unwrap_or_default()), record).await
}

/// Answers a call for the list of models, or for one model.
fn models(gateway: &Gateway, name: Option<&str>) -> Result<Adapted, ApiError> {
    let json = match name {
        None => inbound::models::list(&gateway.routes),
        Some(name) => inbound::models::one(&*gateway.routes.find(name)?),
    };
    Ok(respond::whole(json))
}

/// Returns the client's request id if it is short and plain. Otherwise makes a new id.
fn request_id(headers: &HeaderMap) -> String {
    let plain =
        |id: &&str| id.len() <= 128 && !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    let sent = headers.get("x-request-id").and_then(|id| id.to_str().ok()).filter(plain);
    sent.map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned)
}
