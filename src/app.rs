//! The service: the pipeline and the layers around it.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tower::{ServiceBuilder, service_fn};
use tower_http::catch_panic::CatchPanicLayer;

use crate::{error::ApiError, gateway::Current, pipeline, respond::JSON, serve::Service};

/// Makes the gateway a service. Keys, limits, routes and translation are steps of the pipeline, and not layers.
pub fn service<C: Into<Current>>(current: C) -> impl Service + use<C> {
    let current = current.into();
    ServiceBuilder::new()
        // This layer is outermost, so that a panic in the layers below ends one call and not its connection.
        .layer(CatchPanicLayer::custom(|_| panicked()))
        .service(service_fn(move |request: Request<Incoming>| {
            let gateway = current.get();
            let answer = pipeline::serve(gateway, request.map(Body::new));
            async move { Ok::<_, Infallible>(answer.await) }
        }))
}

fn panicked() -> Response<Full<Bytes>> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let error =
        ApiError::new(status, "internal_error", "azgate failed on this call; its log has the details");
    let mut response = Response::new(Full::new(error.body()));
    *response.status_mut() = status;
    let (name, json) = JSON;
    response.headers_mut().insert(name, json);
    response
}
