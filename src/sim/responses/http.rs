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
    events::{self, Style},
    object, output,
    read::{self, turns},
    rules,
    store::Stored,
    stored,
};
use crate::sim::{
    answer,
    deliver::{self, Wire},
    directive::Directive,
    errors::{self, SimError},
    failures, headers,
    incoming::{Incoming, finish},
    models::Found,
    prompt::Prompt,
    request::{Ask, parse},
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

async fn create(State(simulator): State<Simulator>, incoming: Incoming) -> Response {
    let prepared = incoming.surface().and_then(|surface| prepare(&simulator, &surface, &incoming));
    finish(prepared, &incoming).await
}

/// Everything up to the response and the wait before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    incoming: &Incoming,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    rules::served(surface)?;
    let body = parse(&incoming.body)?;
    let name = body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?;
    let found = simulator.deployment(name).ok_or_else(errors::no_deployment)?;
    let ask = Ask { model: found.model, surface, body: &body };
    let wish = simulator.directive(name, &own_prompt(&ask), "input")?;
    if let Some(failure) = wish.failure {
        return Ok((wish.slow, failures::respond(failure, &wish, Wire::Responses)));
    }
    let items = {
        let memory = lock(&simulator.inner.memory);
        rules::check(&ask, Some(&memory), &simulator.inner.options.resource)?
    };
    let call = Call { simulator, name, ask: &ask, found: &found, items: &items, bytes: incoming.body.len() };
    Ok((wish.slow, call.serve(&wish)))
}

/// The prompt of the call's own input, whatever its form: directives come before the checks.
fn own_prompt(ask: &Ask<'_>) -> Prompt {
    match ask.get("input") {
        Some(Value::String(text)) => Prompt::of(&[read::asked(text)]),
        _ => Prompt::of(&turns(ask, ask.list("input"))),
    }
}

/// A call that passed every check.
struct Call<'a> {
    simulator: &'a Simulator,
    name: &'a str,
    ask: &'a Ask<'a>,
    found: &'a Found,
    /// The conversation, with what was stored of it.
    items: &'a [Value],
    bytes: usize,
}

impl Call<'_> {
    /// A good answer, as a body or as a stream.
    fn serve(&self, wish: &Directive) -> Response {
        let (simulator, ask) = (self.simulator, self.ask);
        let serial = simulator.serial();
        let prompt = Prompt::of(&turns(ask, self.items));
        let wanted = read::wanted(ask, self.items);
        let answer = answer::answer(&wanted, self.found, &prompt, wish, serial);
        let items = output::items(ask, &answer, &prompt, wish, &simulator.inner.options.resource, serial);
        let id = format!("resp_sim{serial:029}");
        let model = if wish.bare_model { self.name } else { &answer.model };
        let response = object::whole(ask, &answer, items.clone(), wish, &id, model);
        let is_background = ask.is_true("background");
        if ask.get("store") != Some(&Value::Bool(false)) {
            self.keep(&response, id, is_background && !ask.is_true("stream"), serial);
        }
        let is_stream = ask.is_true("stream");
        let body = if is_stream {
            let events = events::events(&response, &items, style(ask.body, wish));
            deliver::body(events, wish, Wire::Responses, simulator.inner.options.chunk_delay)
        } else {
            let shown = if is_background { &object::begun(&response, "queued") } else { &response };
            deliver::body(vec![Bytes::from(shown.to_string())], wish, Wire::Responses, Duration::ZERO)
        };
        let mut response = Response::new(body);
        headers::describe(response.headers_mut(), self.name, 999 - serial % 1_000, is_stream);
        response
    }

    fn keep(&self, response: &Value, id: String, is_waiting: bool, serial: u64) {
        let stored = Stored {
            id,
            object: response.clone(),
            input: stored::identified(self.ask, self.items, serial),
            previous: self.ask.text("previous_response_id").map(str::to_owned),
            is_waiting,
            bytes: self.bytes,
        };
        lock(&self.simulator.inner.memory).keep(stored);
    }
}

fn style(body: &Map<String, Value>, wish: &Directive) -> Style {
    let option = body.get("stream_options").and_then(|options| options.get("include_obfuscation")?.as_bool());
    Style { obfuscation: option.unwrap_or(true), interleave: wish.interleave, odd_events: wish.odd_events }
}
