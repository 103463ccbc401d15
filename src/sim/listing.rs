//! Azure's lists: the catalogue of base models on both surfaces, and the deployments on one old preview.

use axum::{Router, extract::State, response::Response, routing::get};
use serde_json::{Value, json};

use super::{
    errors,
    incoming::IncomingRequest,
    json_response::json_or_error,
    models::{Feature, MODELS, Model},
    simulator::Simulator,
    surface::{Operation, Surface},
};

/// 2025-01-01, in seconds.
const CREATED: u64 = 1_735_689_600;

/// The only api-version that lists deployments, of those that people tried (openai-python#447).
const DEPLOYMENTS_VERSION: &str = "2023-03-15-preview";

pub(super) fn router() -> Router<Simulator> {
    Router::new()
        .route("/openai/v1/models", get(models_v1))
        .route("/openai/models", get(models))
        .route("/openai/deployments", get(deployments))
}

async fn models_v1(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    json_or_error(
        incoming.v1().and_then(|()| incoming.authorize(&simulator, &Surface::V1)).map(|()| catalogue()),
    )
}

async fn models(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    let surface = incoming.dated();
    json_or_error(surface.and_then(|surface| incoming.authorize(&simulator, &surface)).map(|()| catalogue()))
}

async fn deployments(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    let list = incoming.dated().and_then(|surface| {
        incoming.authorize(&simulator, &surface)?;
        match surface {
            Surface::Dated(version) if version == DEPLOYMENTS_VERSION => Ok(list_of(&simulator)),
            Surface::Dated(_) | Surface::V1 => Err(errors::resource_not_found()),
        }
    });
    json_or_error(list)
}

/// Returns the base models. They are not deployments: a client that calls these names is misled on Azure too.
fn catalogue() -> Value {
    let models: Vec<Value> = MODELS.iter().map(model).collect();
    json!({"object": "list", "data": models})
}

fn model(model: &Model) -> Value {
    let id = if model.version.is_empty() {
        model.name.to_owned()
    } else {
        format!("{}-{}", model.name, model.version)
    };
    json!({
        "id": id,
        "object": "model",
        "status": "succeeded",
        "created_at": CREATED,
        "lifecycle_status": "generally-available",
        "capabilities": {
            "fine_tune": false,
            "inference": true,
            "completion": false,
            "chat_completion": model.serves(Operation::Chat),
            "embeddings": false,
            "image_input": model.has(Feature::Images),
        },
        "deprecation": {"inference": CREATED + 94_608_000},
    })
}

fn list_of(simulator: &Simulator) -> Value {
    let named = MODELS.iter().map(|model| (model.name, model.name));
    let extra =
        simulator.state.options.deployments.iter().map(|(name, model)| (name.as_str(), model.as_str()));
    let one = |(name, model): (&str, &str)| {
        json!({
            "id": name,
            "model": model,
            "object": "deployment",
            "status": "succeeded",
            "owner": "organization-owner",
            "scale_settings": {"scale_type": "standard"},
            "created_at": CREATED,
            "updated_at": CREATED,
        })
    };
    let list: Vec<Value> = named.chain(extra).map(one).collect();
    json!({"object": "list", "data": list})
}
