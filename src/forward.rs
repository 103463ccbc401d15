//! A request about a stored response: to be shown, deleted, cancelled. It is for no model, so nothing is translated; it goes
//! to the resource that has the object, and its answer comes back as it is.

use std::sync::Arc;

use http::{Method, StatusCode, request::Parts};

use crate::{
    balance::Resource,
    call::{ApiVersion, Shape, Surface},
    deadline::Deadlines,
    error::ApiError,
    gateway::Gateway,
    observe::Record,
    respond::{self, Adapted},
    upstream::{self, Segments},
};

/// The oldest api-version that knows the Responses API (azure-rest-api-specs 2025-03-01-preview).
const OLDEST: &str = "2025-03-01-preview";

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Stored {
    /// The client's method, query and headers.
    pub head: Parts,
    /// The response's id.
    pub id: String,
    /// What stands behind it in the path.
    pub behind: &'static str,
    /// The client's body.
    pub body: Segments,
}

/// Asks one resource after the other until one knows the object. Ids are long random text, and Azure answers 404 to those of
/// another resource.
///
/// # Errors
/// When a resource could not be asked, or not say, and no other one has the object, or an answer cannot be passed on.
pub async fn forward(gateway: &Gateway, asked: &Stored, record: &mut Record) -> Result<Adapted, ApiError> {
    let deadlines = Deadlines::begin(gateway.timeouts);
    let mut failed = None;
    let mut unable = None;
    let mut missing = None;
    for resource in &gateway.resources {
        let request = request(resource, asked)?;
        record.note_resource(resource);
        let answer = match resource.client.send_within(request, &deadlines).await {
            Ok(answer) => answer,
            Err(failure) => {
                failed = failed.or(Some(failure));
                continue;
            }
        };
        if answer.extensions().get::<upstream::Resent>().is_some() {
            record.note_resent();
        }
        if answer.status().is_success() {
            let heartbeat = gateway.heartbeat.map(|heartbeat| heartbeat.every);
            return Ok(respond::stored(answer, deadlines, heartbeat, record).await?);
        }
        let answer = respond::gathered(answer, &deadlines).await;
        match answer.status() {
            StatusCode::NOT_FOUND => missing = Some((resource, answer)),
            status if is_unable(status) => unable = unable.or(Some((resource, answer))),
            _ => return Ok(respond::refused(&answer, &Shape::Same, &resource.name, record)?),
        }
    }
    let told = match (unable, failed) {
        (Some(unable), _) => unable,
        (None, Some(failure)) => return Err(failure.into()),
        (None, None) => missing.ok_or_else(|| ApiError::unknown_object(&asked.id))?,
    };
    let (resource, answer) = told;
    record.note_resource(resource);
    Ok(respond::refused(&answer, &Shape::Same, &resource.name, record)?)
}

/// Whether a resource with this status could not say whether it has the object: another one may.
fn is_unable(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 429)
}

/// The request as it goes to one resource.
fn request(resource: &Arc<Resource>, asked: &Stored) -> Result<upstream::Request, ApiError> {
    let Stored { head, id, behind, body } = asked;
    let query = head.uri.query().unwrap_or_default();
    Ok(upstream::Request {
        // The server leaves the body out of an answer to HEAD.
        method: if head.method == Method::HEAD { Method::GET } else { head.method.clone() },
        uri: resource.endpoint.response(version(&resource.surface), id, behind, query)?,
        headers: upstream::headers::up(&head.headers, &resource.credential),
        body: body.clone(),
    })
}

/// The api-version of a request for a stored response; none on v1.
fn version(surface: &Surface) -> Option<&str> {
    let Surface::Dated(version) = surface else { return None };
    let is_older = OLDEST.parse::<ApiVersion>().is_ok_and(|oldest| version.is_before(&oldest));
    Some(if is_older { OLDEST } else { version.as_str() })
}
