//! The Responses paths over HTTP, and the life of a create call from request to body.

use std::time::Duration;

use axum::{
    Router,
    extract::State,
    response::Response,
    routing::{get, post},
};
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    events::{self, EventStyle},
    object, output,
    read::{self, turns},
    rules,
    store::StoredResponse,
    stored,
};
use crate::sim::{
    deliver::{self, Wire},
    directive::Directive,
    errors::{self, SimError},
    failures,
    generate::generate,
    headers,
    incoming::{IncomingRequest, finish},
    models::DeployedModel,
    prompt::Prompt,
    request::{ApiRequest, parse},
    simulator::{Simulator, lock},
    surface::Surface,
};

/// The two surfaces; both name the deployment in the body.
pub(in crate::sim) fn router() -> Router<Simulator> {
    let mut router = Router::new();
    for root in ["/openai/v1/responses", "/openai/responses"] {
        router = router
            .route(root, post(create))
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

/// Everything up to the response and the wait before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    incoming: &IncomingRequest,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    rules::has_operation(surface)?;
    let body = parse(&incoming.body)?;
    let name = body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?;
    let deployed = simulator.deployment(name).ok_or_else(errors::deployment_not_found)?;
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    let directive = simulator.directive(name, &own_prompt(&request), "input")?;
    if let Some(failure) = directive.failure {
        return Ok((directive.slow, failures::respond(failure, &directive, Wire::Responses)));
    }
    let items = {
        let store = lock(&simulator.state.store);
        rules::check(&request, Some(&store), &simulator.state.options.resource)?
    };
    let accepted = AcceptedRequest {
        simulator,
        name,
        request: &request,
        deployed: &deployed,
        items: &items,
        bytes: incoming.body.len(),
    };
    Ok((directive.slow, accepted.serve(&directive)))
}

/// The prompt of the call's own input, whatever its form: directives come before the checks.
fn own_prompt(request: &ApiRequest<'_>) -> Prompt {
    match request.get("input") {
        Some(Value::String(text)) => Prompt::of(&[read::user_turn(text)]),
        _ => Prompt::of(&turns(request, request.list("input"))),
    }
}

/// A call that passed every check.
struct AcceptedRequest<'a> {
    simulator: &'a Simulator,
    name: &'a str,
    request: &'a ApiRequest<'a>,
    deployed: &'a DeployedModel,
    /// The conversation, with what was stored of it.
    items: &'a [Value],
    bytes: usize,
}

impl AcceptedRequest<'_> {
    /// A good answer, as a body or as a stream.
    fn serve(&self, directive: &Directive) -> Response {
        let (simulator, request) = (self.simulator, self.request);
        let serial = simulator.serial();
        let prompt = Prompt::of(&turns(request, self.items));
        let answer_spec = read::answer_spec(request, self.items);
        let answer = generate(&answer_spec, self.deployed, &prompt, directive, serial);
        let items =
            output::items(request, &answer, &prompt, directive, &simulator.state.options.resource, serial);
        let id = format!("resp_sim{serial:029}");
        let model = if directive.bare_model { self.name } else { &answer.model };
        let response = object::response_object(request, &answer, items.clone(), directive, &id, model);
        let is_background = request.is_true("background");
        if request.get("store") != Some(&Value::Bool(false)) {
            self.keep(&response, id, is_background && !request.is_true("stream"), serial);
        }
        let is_stream = request.is_true("stream");
        let body = if is_stream {
            let events = events::events(&response, &items, event_style(request.body, directive));
            deliver::body(events, directive, Wire::Responses, simulator.state.options.chunk_delay)
        } else {
            let shown = if is_background { &object::unfinished(&response, "queued") } else { &response };
            deliver::body(vec![Bytes::from(shown.to_string())], directive, Wire::Responses, Duration::ZERO)
        };
        let mut response = Response::new(body);
        headers::describe(response.headers_mut(), self.name, 999 - serial % 1_000, is_stream);
        response
    }

    fn keep(&self, response: &Value, id: String, is_waiting: bool, serial: u64) {
        let stored = StoredResponse {
            id,
            object: response.clone(),
            input: stored::identified(self.request, self.items, serial),
            previous: self.request.text("previous_response_id").map(str::to_owned),
            is_waiting,
            bytes: self.bytes,
        };
        lock(&self.simulator.state.store).insert(stored);
    }
}

fn event_style(body: &Map<String, Value>, directive: &Directive) -> EventStyle {
    let option = body.get("stream_options").and_then(|options| options.get("include_obfuscation")?.as_bool());
    EventStyle {
        obfuscation: option.unwrap_or(true),
        interleave: directive.interleave,
        odd_events: directive.odd_events,
    }
}
