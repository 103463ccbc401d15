//! The simulator's own paths, under `/__sim/`: the requests it received, and the faults to come.

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
    ending::Ending,
    fault::Fault,
    json_response::json as answer,
    received_request::ReceivedRequest,
    simulator::{Simulator, lock},
};

pub(super) fn router() -> Router<Simulator> {
    Router::new()
        .route("/__sim/requests", get(list_requests).delete(clear_requests))
        .route("/__sim/faults", post(order_fault).delete(clear_faults))
}

async fn list_requests(State(simulator): State<Simulator>) -> Response {
    let list: Vec<Value> = simulator.received().iter().map(request_json).collect();
    answer(StatusCode::OK, &Value::Array(list))
}

async fn clear_requests(State(simulator): State<Simulator>) -> StatusCode {
    lock(&simulator.state.log).clear();
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(simulator): State<Simulator>) -> StatusCode {
    lock(&simulator.state.faults).clear();
    StatusCode::NO_CONTENT
}

/// The body that orders a fault.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultOrder {
    /// The words of a directive.
    fault: String,
    /// The deployment it applies to. Any, if absent.
    deployment: Option<String>,
    /// How many calls it applies to. One, if absent; every call, if 0.
    times: Option<u32>,
}

async fn order_fault(State(simulator): State<Simulator>, body: Bytes) -> Response {
    match parse_order(&body) {
        Ok(fault) => {
            simulator.script(fault);
            answer(StatusCode::CREATED, &json!({"ok": true}))
        }
        Err(message) => answer(StatusCode::BAD_REQUEST, &json!({"error": {"message": message}})),
    }
}

fn parse_order(body: &[u8]) -> Result<Fault, String> {
    let parse_order: FaultOrder = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let mut fault = Fault::new(&parse_order.fault)?;
    fault.deployment = parse_order.deployment;
    Ok(match parse_order.times {
        Some(0) => fault.always(),
        Some(times) => fault.times(times),
        None => fault,
    })
}

/// Returns a request as JSON. Keys are masked, because such output ends up in reports.
fn request_json(received: &ReceivedRequest) -> Value {
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
    let mut request_json: Map<String, Value> = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter().map(|value| {
            if value.is_sensitive() { "***".into() } else { String::from_utf8_lossy(value.as_bytes()) }
        });
        let joined = values.collect::<Vec<_>>().join(", ");
        request_json.insert(name.to_string(), Value::String(joined));
    }
    request_json
}
