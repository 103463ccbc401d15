//! The Responses paths over HTTP, and the steps of a create request from body to answer.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::Value;

use super::{
    compact::compact,
    events::{self, EventStyle},
    object, output,
    read::{self, turns},
    rules,
    store::StoredResponse,
    stored,
};
use crate::sim::{
    delivery::Delivery,
    directive::Directive,
    errors::{self, SimError},
    failures,
    generate::generate,
    incoming::{IncomingRequest, finish},
    models::DeployedModel,
    prompt::Prompt,
    request::{ApiRequest, parse},
    simulator::{Simulator, lock},
    surface::{Operation, Surface},
    unknown,
};

/// Returns the paths of both surfaces. On both, the body names the deployment.
pub(in crate::sim) fn router() -> Router<Simulator> {
    let mut router = Router::new();
    for root in ["/openai/v1/responses", "/openai/responses"] {
        router = router
            .route(root, post(create))
            .route(&format!("{root}/compact"), post(compact))
            .route(&format!("{root}/{{id}}"), get(stored::retrieve).delete(stored::delete))
            .route(&format!("{root}/{{id}}/cancel"), post(stored::cancel))
            .route(&format!("{root}/{{id}}/input_items"), get(stored::input_items));
    }
    router
}

async fn create(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    let prepared = incoming.surface().and_then(|surface| prepare(&simulator, &surface, &incoming));
    finish(prepared, &incoming).await
}

/// Returns the response and the pause before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    incoming: &IncomingRequest,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    rules::has_operation(surface)?;
    let body = parse(&incoming.body)?;
    let name = body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?;
    let deployed = simulator.text_deployment(name, "responses")?;
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    if incoming.header("x-openai-internal-codex-responses-lite").is_some() {
        rules::lite(&request)?;
    }
    let directive = simulator.directive(name, &own_prompt(&request), "input")?;
    if let Some(failure) = directive.failure {
        return Ok((directive.slow, failures::respond(failure, &directive, Operation::Responses)));
    }
    unknown::check(&request, directive.unknown.as_deref(), Operation::Responses)?;
    let items = {
        let store = lock(&simulator.state.responses);
        rules::check(&request, Some(&store), &simulator.state.options.resource)?
    };
    let accepted = AcceptedRequest {
        simulator,
        deployment: name,
        request: &request,
        deployed: &deployed,
        items: &items,
        bytes: incoming.body.len(),
    };
    Ok((directive.slow, accepted.serve(&directive)))
}

/// Reads the prompt from the request's own input, valid or not: directives come before the checks.
fn own_prompt(request: &ApiRequest<'_>) -> Prompt {
    match request.get("input") {
        Some(Value::String(text)) => Prompt::of(&[read::user_turn(text)]),
        _ => Prompt::of(&turns(request, request.list("input"))),
    }
}

/// A create request that passed every check.
struct AcceptedRequest<'a> {
    simulator: &'a Simulator,
    deployment: &'a str,
    request: &'a ApiRequest<'a>,
    deployed: &'a DeployedModel,
    /// The conversation, including its stored items.
    items: &'a [Value],
    /// The length of the body.
    bytes: usize,
}

impl AcceptedRequest<'_> {
    /// Returns the answer, as a body or as a stream.
    fn serve(&self, directive: &Directive) -> Response {
        let (simulator, request) = (self.simulator, self.request);
        let serial = simulator.next_serial();
        let prompt = Prompt::of(&turns(request, self.items));
        let spec = read::answer_spec(request, self.items);
        let answer = generate(&spec, self.deployed, &prompt, directive, serial);
        let items = output::items(
            request,
            self.items,
            &answer,
            &prompt,
            directive,
            &simulator.state.options.resource,
            serial,
        );
        let id = format!("resp_sim{serial:029}");
        let model = if directive.bare_model { self.deployment } else { &answer.model };
        let response = object::response_object(request, &answer, items.clone(), directive, &id, model);
        let (is_background, is_stream) = (request.is_true("background"), request.is_true("stream"));
        if request.get("store") != Some(&Value::Bool(false)) {
            self.store(&response, id, is_background && !is_stream, serial);
        }
        let delivery = Delivery {
            simulator,
            deployment: self.deployment,
            serial,
            operation: Operation::Responses,
            directive,
        };
        if is_stream {
            delivery.stream(events::events(&response, &items, event_style(request, directive)))
        } else if is_background {
            delivery.json(Bytes::from(object::unfinished(&response, "queued").to_string()))
        } else {
            delivery.json(Bytes::from(response.to_string()))
        }
    }

    fn store(&self, response: &Value, id: String, is_waiting: bool, serial: u64) {
        let response = StoredResponse {
            id,
            object: response.clone(),
            input: stored::items_with_ids(self.request, self.items, serial),
            previous: self.request.text("previous_response_id").map(str::to_owned),
            is_waiting,
        };
        lock(&self.simulator.state.responses).insert(response, self.bytes);
    }
}

fn event_style(request: &ApiRequest<'_>, directive: &Directive) -> EventStyle {
    EventStyle {
        obfuscation: request.stream_option("include_obfuscation").unwrap_or(true),
        interleave: directive.interleave,
        odd_events: directive.odd_events,
    }
}
