//! The chat paths over HTTP, and the life of a call from request to body.

use std::time::Duration;

use axum::{
    Router,
    extract::{Path, State},
    response::Response,
    routing::post,
};

use super::{body, read, rules, stream};
use crate::sim::{
    answer,
    deliver::{self, Wire},
    directive::Directive,
    errors::{self, SimError},
    failures, headers,
    incoming::{Incoming, finish},
    models::{Class, Found},
    prompt::Prompt,
    request::{Ask, parse},
    simulator::Simulator,
    surface::Surface,
};

/// The paths of both surfaces.
pub(in crate::sim) fn router() -> Router<Simulator> {
    Router::new()
        .route("/openai/deployments/{deployment}/chat/completions", post(dated))
        .route("/openai/v1/chat/completions", post(v1))
}

async fn dated(
    State(simulator): State<Simulator>,
    Path(deployment): Path<String>,
    incoming: Incoming,
) -> Response {
    let prepared =
        incoming.dated().and_then(|surface| prepare(&simulator, &surface, Some(&deployment), &incoming));
    finish(prepared, &incoming).await
}

async fn v1(State(simulator): State<Simulator>, incoming: Incoming) -> Response {
    let prepared = incoming.v1().and_then(|()| prepare(&simulator, &Surface::V1, None, &incoming));
    finish(prepared, &incoming).await
}

/// Everything up to the response and the wait before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    deployment: Option<&str>,
    incoming: &Incoming,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    if let Some(name) = deployment {
        simulator.deployment(name).ok_or_else(errors::no_deployment)?;
    }
    let body = parse(&incoming.body)?;
    let name = match deployment {
        Some(name) => name,
        None => {
            body.get("model").and_then(serde_json::Value::as_str).ok_or_else(|| errors::missing("model"))?
        }
    };
    let found = simulator.deployment(name).ok_or_else(errors::no_deployment)?;
    let prompt = Prompt::of(&read::turns(&body));
    let wish = simulator.directive(name, &prompt, "messages")?;
    if let Some(failure) = wish.failure {
        return Ok((wish.slow, failures::respond(failure, &wish, Wire::Chat)));
    }
    let ask = Ask { model: found.model, surface, body: &body };
    rules::check(&ask)?;
    Ok((wish.slow, serve(simulator, name, &ask, &found, &prompt, &wish)))
}

/// A good answer, as a body or as a stream.
fn serve(
    simulator: &Simulator,
    deployment: &str,
    ask: &Ask<'_>,
    found: &Found,
    prompt: &Prompt,
    wish: &Directive,
) -> Response {
    let serial = simulator.serial();
    let answer = answer::answer(&read::wanted(ask), found, prompt, wish, serial);
    let top = ask.is_true("logprobs").then(|| ask.number("top_logprobs").unwrap_or(0));
    let is_stream = ask.is_true("stream");
    let body = if is_stream {
        let chunks = stream::chunks(&answer, style(ask, wish, top));
        deliver::body(chunks, wish, Wire::Chat, simulator.inner.options.chunk_delay)
    } else {
        deliver::body(vec![body::body(&answer, top)], wish, Wire::Chat, Duration::ZERO)
    };
    let mut response = Response::new(body);
    headers::describe(response.headers_mut(), deployment, 999 - serial % 1_000, is_stream);
    response
}

fn style(ask: &Ask<'_>, wish: &Directive, top: Option<u64>) -> stream::Style {
    let option = |name: &str| ask.get("stream_options").and_then(|options| options.get(name)?.as_bool());
    let is_new = matches!(ask.model.class, Class::Fixed | Class::Switchable);
    stream::Style {
        include_usage: option("include_usage").unwrap_or(false),
        obfuscation: is_new && option("include_obfuscation").unwrap_or(true),
        async_filter: wish.async_filter,
        top,
    }
}
