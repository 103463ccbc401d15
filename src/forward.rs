//! Forwards a call that names a stored object, or neither a model nor an object. azgate does not translate such a call:
//! it sends the call to the resource that has the object, and passes the answer on unchanged.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};

use crate::{
    auth::Caller,
    balance::Resource,
    call::{Address, ApiVersion, Call, ReplyPlan, Shape},
    deadline::Deadlines,
    error::ApiError,
    gateway::Gateway,
    observe::Record,
    respond::{self, Adapted, Origin, PassContext},
    upstream::{self, Failure, Request, ResentFlag},
};

/// The results from the resources that could not serve a call.
#[derive(Default)]
struct Misses<'r> {
    /// The first resource that could not tell whether it has the object, and its answer.
    unable: Option<(&'r Arc<Resource>, Response<Bytes>)>,
    /// The failure of the first resource that did not answer.
    failed: Option<Failure>,
    /// The last resource that does not have the object, and its answer.
    missing: Option<(&'r Arc<Resource>, Response<Bytes>)>,
}

/// Sends a call to the resource that has its object. Asks one resource after the other, because ids are long random
/// texts, and a resource answers 404 to an id of another resource. Sends a call without an object to the first
/// resource.
///
/// `headers` and `query` are those of the caller's request.
///
/// # Errors
/// When a resource did not answer and no other resource has the object, or when azgate cannot pass the answer on.
pub async fn forward(
    gateway: &Gateway,
    call: &Call,
    (caller, headers, query): (&Caller, &HeaderMap, &str),
    record: &mut Record,
) -> Result<Adapted, ApiError> {
    let deadlines = Deadlines::begin(gateway.timeouts);
    let (id, candidates) = match &call.address {
        Address::ByObject(id) => (id.as_str(), usize::MAX),
        Address::ByModel(_) | Address::ByResource => ("", 1),
    };
    let mut misses = Misses::default();
    for resource in gateway.resources.iter().take(candidates) {
        let mut request = request(resource, call, id, (caller, headers, query))?;
        request.resent = record.resent();
        record.note_resource(resource);
        let answer = match resource.send(request, &deadlines).await {
            Ok(answer) => answer,
            Err(failure) => {
                misses.failed.get_or_insert(failure);
                continue;
            }
        };
        record.note_head(&answer);
        if answer.status().is_success() {
            let heartbeat = gateway.heartbeat.map(|heartbeat| heartbeat.every);
            // azgate reads the events of a stored answer in the operation's dialect, for the record.
            let reply = call.operation.dialect.map(|dialect| ReplyPlan { dialect, ..ReplyPlan::default() });
            let context = PassContext { kind: call.operation.answer, reply, deadlines, heartbeat };
            return Ok(respond::pass(answer, context, origin(resource), record).await?);
        }
        let answer = respond::gathered(answer, &deadlines).await;
        match answer.status() {
            StatusCode::NOT_FOUND => misses.missing = Some((resource, answer)),
            status if is_unable(status) => {
                misses.unable.get_or_insert((resource, answer));
            }
            _ => return Ok(respond::refused(&answer, &Shape::Same, origin(resource), record)?),
        }
    }
    let (resource, answer) = match misses {
        Misses { unable: Some(unable), .. } => unable,
        Misses { failed: Some(failure), .. } => return Err(failure.into()),
        Misses { missing, .. } => missing.ok_or_else(|| ApiError::unknown_object(id))?,
    };
    record.note_resource(resource);
    Ok(respond::refused(&answer, &Shape::Same, origin(resource), record)?)
}

fn origin(resource: &Resource) -> Origin<'_> {
    Origin { resource: &resource.name, credential: &resource.credential }
}

/// Returns whether a resource that answers with this status could not tell whether it has the object. Another resource
/// may have it.
fn is_unable(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 429)
}

/// Makes the request to one resource.
fn request(
    resource: &Resource,
    call: &Call,
    id: &str,
    (caller, headers, query): (&Caller, &HeaderMap, &str),
) -> Result<Request, ApiError> {
    let operation = call.operation;
    let version = resource.surface.version_of(operation);
    Ok(Request {
        method: operation.method.parse().unwrap_or(Method::GET),
        uri: resource.endpoint.operation(version.as_ref().map(ApiVersion::as_str), operation, id, query)?,
        headers: upstream::headers::up(headers, caller.headers()),
        body: call.body.bytes().clone().into(),
        resent: ResentFlag::default(),
    })
}
