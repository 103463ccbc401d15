//! The second listener: health, readiness, metrics and what was learned, apart from the clients' one.

use std::sync::Arc;

use axum::{Router, extract::State, routing::get};
use http::header::{CONTENT_TYPE, HeaderName};

use crate::{learning::KnowledgeStore, observe::Metrics};

/// `/healthz`, `/readyz`, `/metrics` and `/lessons`.
pub fn router(metrics: Arc<Metrics>, knowledge_store: Arc<KnowledgeStore>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ok\n" }))
        .route("/metrics", get(text))
        .with_state(metrics)
        .merge(Router::new().route("/lessons", get(lessons)).with_state(knowledge_store))
}

async fn text(State(metrics): State<Arc<Metrics>>) -> ([(HeaderName, &'static str); 1], String) {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], metrics.text())
}

/// The learned lines, as they would stand in a configuration.
async fn lessons(
    State(knowledge_store): State<Arc<KnowledgeStore>>,
) -> ([(HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], knowledge_store.overlays())
}
