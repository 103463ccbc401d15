//! The service: the one list of layers, and the pipeline in the middle.

use std::sync::Arc;

use axum::{Router, body::Body, extract::State};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{error::ApiError, gateway::Gateway, pipeline, respond::JSON};

/// The gateway as a service.
///
/// The layers, outermost first. What is azgate's own (keys, limits, routes, translation) is no layer.
pub fn router(gateway: Arc<Gateway>) -> Router {
    Router::new()
        .fallback(serve)
        .with_state(gateway)
        // Outermost, so that whatever panics below it costs one call and not its connection.
        .layer(CatchPanicLayer::custom(|_| panicked()))
}

async fn serve(State(gateway): State<Arc<Gateway>>, request: Request<Body>) -> Response<Body> {
    pipeline::serve(&gateway, request).await
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
