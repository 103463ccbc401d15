//! Every path of the simulator.

use axum::{Router, response::Response};

use super::{
    chat, control, embeddings, errors,
    incoming::{IncomingRequest, finish},
    listing, responses,
    simulator::Simulator,
};

impl Simulator {
    /// Returns a router with every path: Azure's, and the simulator's own under `/__sim/`.
    pub fn router(&self) -> Router {
        chat::router()
            .merge(responses::router())
            .merge(embeddings::router())
            .merge(listing::router())
            .merge(control::router())
            .fallback(elsewhere)
            .method_not_allowed_fallback(elsewhere)
            .with_state(self.clone())
    }
}

async fn elsewhere(incoming: IncomingRequest) -> Response {
    finish(Err(errors::resource_not_found()), &incoming).await
}
