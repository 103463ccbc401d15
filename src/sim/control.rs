//! The simulator's own paths, under `/__sim/`: what it received, and what shall go wrong next.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    directive::Fault,
    ending::Ending,
    json_response::json as answer,
    log::Received,
    simulator::{Simulator, lock},
};

pub(super) fn router() -> Router<Simulator> {
    Router::new()
        .route("/__sim/requests", get(requests).delete(forget))
        .route("/__sim/faults", post(script).delete(relent))
}

async fn requests(State(simulator): State<Simulator>) -> Response {
    let list: Vec<Value> = simulator.received().iter().map(shown).collect();
    answer(StatusCode::OK, &Value::Array(list))
}

async fn forget(State(simulator): State<Simulator>) -> StatusCode {
    lock(&simulator.inner.log).clear();
    StatusCode::NO_CONTENT
}

async fn relent(State(simulator): State<Simulator>) -> StatusCode {
    lock(&simulator.inner.faults).clear();
    StatusCode::NO_CONTENT
}

/// What is posted to order a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    /// The words of a directive.
    fault: String,
    /// Any deployment, if absent.
    deployment: Option<String>,
    /// Once, if absent; 0 means every call.
    times: Option<u32>,
}

async fn script(State(simulator): State<Simulator>, body: Bytes) -> Response {
    match order(&body) {
        Ok(fault) => {
            simulator.script(fault);
            answer(StatusCode::CREATED, &json!({"ok": true}))
        }
        Err(message) => answer(StatusCode::BAD_REQUEST, &json!({"error": {"message": message}})),
    }
}

fn order(body: &[u8]) -> Result<Fault, String> {
    let order: Order = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut fault = Fault::new(&order.fault)?;
    fault.deployment = order.deployment;
    Ok(match order.times {
        Some(0) => fault.always(),
        Some(times) => fault.times(times),
        None => fault,
    })
}

/// A request as JSON. The key is no secret worth keeping, but what is printed ends up in reports.
fn shown(received: &Received) -> Value {
    json!({
        "method": received.method,
        "path": received.path,
        "headers": headers(&received.headers),
        "body": String::from_utf8_lossy(&received.body),
        "ending": received.ending.get().map(|ending| match ending {
            Ending::Complete => "complete",
            Ending::Abandoned => "abandoned",
        }),
    })
}

fn headers(headers: &HeaderMap) -> Map<String, Value> {
    let mut shown: Map<String, Value> = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| {
            if value.is_sensitive() { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) }
        });
        let joined = values.collect::<Vec<_>>().join(", ");
        shown.insert(name.to_string(), Value::String(joined));
    }
    shown
}
