//! `/responses/compact`: a conversation becomes the caller's own messages and one opaque item for all the rest.
//!
//! Microsoft's page on the Responses API shows the operation on v1. No dated api-version is known to have it
//! (openai/codex#25939). The answer is that of OpenAI's specification of 2026-08, `CompactResource`.

use std::time::Duration;

use axum::{extract::State, http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::{output, read, rules};
use crate::sim::{
    errors::{self, SimError},
    incoming::{IncomingRequest, finish},
    json::text,
    json_response,
    request::{ApiRequest, parse},
    simulator::{Simulator, lock},
    surface::Surface,
};

pub(super) async fn compact(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    let prepared = incoming.surface().and_then(|surface| prepare(&simulator, &surface, &incoming));
    finish(prepared.map(|body| (Duration::ZERO, json_response::json(StatusCode::OK, &body))), &incoming).await
}

fn prepare(simulator: &Simulator, surface: &Surface, incoming: &IncomingRequest) -> Result<Value, SimError> {
    incoming.authorize(simulator, surface)?;
    if *surface != Surface::V1 {
        return Err(errors::resource_not_found());
    }
    let body = parse(&incoming.body)?;
    let name = body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?;
    let deployed = simulator.deployment(name).ok_or_else(errors::deployment_not_found)?;
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    let resource = &simulator.state.options.resource;
    let items = rules::check(&request, Some(&lock(&simulator.state.responses)), resource)?;
    let serial = simulator.next_serial();
    let is_user = |item: &&Value| read::item_type(item) == "message" && text(item, "role") == "user";
    let mut kept: Vec<Value> = items.iter().filter(is_user).cloned().collect();
    kept.push(output::compaction(resource, &format!("cmp_sim{serial:024}0")));
    let (read, written) = (read::prompt_tokens(&request, &items), 20);
    Ok(json!({
        "id": format!("resp_sim{serial:029}"),
        "object": "response.compaction",
        "created_at": 1_790_000_000 + serial,
        "output": kept,
        "usage": {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": read + written,
        },
    }))
}
