//! A request to the data plane: reads it, logs it, authorizes it, and finishes its answer.

use std::{sync::Arc, time::Duration};

use axum::{
    body::to_bytes,
    extract::{FromRequest, Request},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;

use super::{
    ending::{EndingCell, EndingWatch},
    errors::{self, SimError},
    headers, json_response,
    received_request::ReceivedRequest,
    simulator::Simulator,
    surface::Surface,
};

/// The most bytes of a body.
const LARGEST: usize = 128 << 20;

/// A request after its body has been read and logged.
#[derive(Debug)]
pub(super) struct IncomingRequest {
    path: String,
    query: Option<String>,
    headers: HeaderMap,
    pub(super) body: Bytes,
    ending: EndingCell,
}

impl FromRequest<Simulator> for IncomingRequest {
    type Rejection = StatusCode;

    async fn from_request(request: Request, simulator: &Simulator) -> Result<Self, StatusCode> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let mut headers = parts.headers;
        for name in [header::AUTHORIZATION.as_str(), "api-key"] {
            if let Some(secret) = headers.get_mut(name) {
                secret.set_sensitive(true);
            }
        }
        let ending = EndingCell::default();
        simulator.record(ReceivedRequest {
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            headers: headers.clone(),
            body: body.clone(),
            ending: Arc::clone(&ending),
        });
        let path = parts.uri.path().to_owned();
        Ok(Self { path, query: parts.uri.query().map(str::to_owned), headers, body, ending })
    }
}

/// Waits for the given pause, adds the request's ids, and records how the answer ends.
pub(super) async fn finish(
    prepared: Result<(Duration, Response), SimError>,
    incoming: &IncomingRequest,
) -> Response {
    let watch = EndingWatch::new(Arc::clone(&incoming.ending));
    let mut response = match prepared {
        _ if headers::exceed_limit(&incoming.headers) => {
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large").into_response()
        }
        Ok((wait, response)) => {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            response
        }
        Err(error) => json_response::error(&error),
    };
    headers::add_request_ids(response.headers_mut(), &incoming.headers);
    response.map(|body| watch.wrap(body))
}

impl IncomingRequest {
    /// Returns the dated surface. A path without an api-version does not exist (azure-docs#114602).
    pub(super) fn dated(&self) -> Result<Surface, SimError> {
        self.api_version()
            .map(|version| Surface::Dated(version.to_owned()))
            .ok_or_else(errors::resource_not_found)
    }

    /// Checks the v1 surface's api-version, which may only be `v1` or `preview`.
    pub(super) fn v1(&self) -> Result<(), SimError> {
        match self.api_version() {
            None | Some("v1" | "preview") => Ok(()),
            Some(_) => Err(errors::api_version_on_v1()),
        }
    }

    /// Returns the surface that the path belongs to.
    pub(super) fn surface(&self) -> Result<Surface, SimError> {
        if self.path.starts_with("/openai/v1/") {
            return self.v1().map(|()| Surface::V1);
        }
        self.dated()
    }

    fn api_version(&self) -> Option<&str> {
        self.query("api-version")
    }

    /// Returns a header that is text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns a parameter of the query.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let pairs = self.query.as_deref()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| *key == name).map(|pair| pair.1)
    }

    /// Checks the key, in `api-key` or, on the v1 surface, as a bearer token.
    pub(super) fn authorize(&self, simulator: &Simulator, surface: &Surface) -> Result<(), SimError> {
        let key = simulator.state.options.key.as_bytes();
        if let Some(given) = self.headers.get("api-key") {
            return if given.as_bytes() == key { Ok(()) } else { Err(errors::wrong_key()) };
        }
        let bearer = self
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        if *surface == Surface::V1 && bearer == Some(key) { Ok(()) } else { Err(errors::wrong_token()) }
    }
}
