//! The service: the pipeline, and the one thing around it that is not azgate's own.

use std::{convert::Infallible, panic::AssertUnwindSafe, sync::Arc};

use axum::body::Body;
use futures_util::FutureExt;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;

use crate::{error::ApiError, gateway::Gateway, pipeline, respond::JSON, serve::Service};

/// The gateway as a service. Whatever panics in a call costs that call and not its connection.
pub fn service(gateway: Arc<Gateway>) -> impl Service {
    tower::service_fn(move |request: Request<Incoming>| {
        let gateway = gateway.clone();
        // Boxed, since hyper keeps the room for a call's future for as long as its connection stands.
        Box::pin(async move {
            let answer = AssertUnwindSafe(pipeline::serve(&gateway, request.map(Body::new)));
            Ok::<_, Infallible>(answer.catch_unwind().await.unwrap_or_else(|_| panicked()))
        })
    })
}

fn panicked() -> Response<Body> {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    let error =
        ApiError::new(status, "internal_error", "azgate failed on this call; its log has the details");
    let mut response = Response::new(error.body().into());
    *response.status_mut() = status;
    let (name, json) = JSON;
    response.headers_mut().insert(name, json);
    response
}
