//! The second listener, apart from the one for clients: health, readiness, metrics and learned lines.

use std::sync::Arc;

use axum::{Router, extract::State, routing::get};
use http::header::{CONTENT_TYPE, HeaderName};

use crate::{learning::KnowledgeStore, observe::Metrics};

/// Returns the router for `/healthz`, `/readyz`, `/metrics` and `/lessons`.
pub fn router(metrics: Arc<Metrics>, knowledge_store: Arc<KnowledgeStore>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(|| async { "ok\n" }))
        .route("/metrics", get(metrics_text))
        .with_state(metrics)
        .merge(Router::new().route("/lessons", get(lessons)).with_state(knowledge_store))
}

async fn metrics_text(State(metrics): State<Arc<Metrics>>) -> ([(HeaderName, &'static str); 1], String) {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, content_type)], metrics.text())
}

/// Returns the learned lines in the form of a config.
async fn lessons(
    State(knowledge_store): State<Arc<KnowledgeStore>>,
) -> ([(HeaderName, &'static str); 1], String) {
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], knowledge_store.overlays())
}
