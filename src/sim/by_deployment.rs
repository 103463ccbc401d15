//! The two paths of an operation that names a deployment: in the path of the dated surface, and in the body on v1.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};

use super::{
    errors::SimError,
    incoming::{IncomingRequest, finish},
    simulator::Simulator,
    surface::Surface,
};

/// Makes the response to a request, and the pause before it. The deployment's name is given if the path has it.
pub(super) type Prepare =
    fn(&Simulator, &Surface, Option<&str>, &IncomingRequest) -> Result<(Duration, Response), SimError>;

/// Returns the paths of an operation on both surfaces. `path` is the operation's own.
pub(super) fn router(path: &str, prepare: Prepare) -> Router<Simulator> {
    let dated = async move |State(simulator): State<Simulator>,
                            Path(deployment): Path<String>,
                            incoming: IncomingRequest| {
        let surface = incoming.dated();
        let prepared =
            surface.and_then(|surface| prepare(&simulator, &surface, Some(&deployment), &incoming));
        finish(prepared, &incoming).await
    };
    let v1 = async move |State(simulator): State<Simulator>, incoming: IncomingRequest| {
        let prepared = incoming.v1().and_then(|()| prepare(&simulator, &Surface::V1, None, &incoming));
        finish(prepared, &incoming).await
    };
    Router::new()
        .route(&format!("/openai/deployments/{{deployment}}{path}"), post(dated))
        .route(&format!("/openai/v1{path}"), post(v1))
}
