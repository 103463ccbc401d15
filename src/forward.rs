//! A call that names a stored object, or only a resource. It is for no model, so nothing is translated: it goes to the
//! resource that has the object, and its answer comes back as it is.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method, Response, StatusCode};

use crate::{
    balance::Resource,
    call::{Address, ApiVersion, Call, ReplyPlan, Shape},
    deadline::Deadlines,
    error::ApiError,
    gateway::Gateway,
    observe::Record,
    respond::{self, Adapted},
    upstream::{self, Failure, Request},
};

/// What the resources that could not serve a call answered.
#[derive(Default)]
struct Misses<'r> {
    /// The first that could not tell whether it has the object.
    unable: Option<(&'r Arc<Resource>, Response<Bytes>)>,
    /// The first that could not be asked.
    failed: Option<Failure>,
    /// The last that does not have the object.
    missing: Option<(&'r Arc<Resource>, Response<Bytes>)>,
}

/// Sends a call to the resource that has its object, by asking one after the other: ids are long random text, and Azure
/// answers 404 to those of another resource. A call without an object goes to the first resource.
///
/// `headers` and `query` are the client's.
///
/// # Errors
/// When a resource could not be asked, or could not tell, and no other one has the object; or when the answer cannot be
/// passed on.
pub async fn forward(
    gateway: &Gateway,
    call: &Call,
    (headers, query): (&HeaderMap, &str),
    record: &mut Record,
) -> Result<Adapted, ApiError> {
    let deadlines = Deadlines::begin(gateway.timeouts);
    let (id, candidates) = match &call.address {
        Address::ByObject(id) => (id.as_str(), usize::MAX),
        Address::ByModel(_) | Address::ByResource => ("", 1),
    };
    let mut misses = Misses::default();
    for resource in gateway.resources.iter().take(candidates) {
        let request = request(resource, call, id, (headers, query))?;
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
            // The events of a stored answer are in a dialect that is read on the side.
            let reply = call.operation.dialect.map(|dialect| ReplyPlan { dialect, ..ReplyPlan::default() });
            return Ok(respond::pass(answer, reply, deadlines, heartbeat).await?);
        }
        let answer = respond::gathered(answer, &deadlines).await;
        match answer.status() {
            StatusCode::NOT_FOUND => misses.missing = Some((resource, answer)),
            status if is_unable(status) => {
                misses.unable.get_or_insert((resource, answer));
            }
            _ => return Ok(respond::refused(&answer, &Shape::Same, &resource.name, record)?),
        }
    }
    let (resource, answer) = match misses {
        Misses { unable: Some(unable), .. } => unable,
        Misses { failed: Some(failure), .. } => return Err(failure.into()),
        Misses { missing, .. } => missing.ok_or_else(|| ApiError::unknown_object(id))?,
    };
    record.note_resource(resource);
    Ok(respond::refused(&answer, &Shape::Same, &resource.name, record)?)
}

/// Whether a resource with this status could not tell whether it has the object. Another one may have it.
fn is_unable(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 429)
}

/// The request as it goes to one resource.
fn request(
    resource: &Resource,
    call: &Call,
    id: &str,
    (headers, query): (&HeaderMap, &str),
) -> Result<Request, ApiError> {
    let operation = call.operation;
    let version = resource.surface.version_of(operation);
    Ok(Request {
        method: operation.method.parse().unwrap_or(Method::GET),
        uri: resource.endpoint.operation(version.as_ref().map(ApiVersion::as_str), operation, id, query)?,
        headers: upstream::headers::up(headers),
        body: call.body.bytes().clone().into(),
    })
}
