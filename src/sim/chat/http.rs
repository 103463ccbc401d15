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
    deliver::{self, Wire},
    directive::Directive,
    errors::{self, SimError},
    failures,
    generate::generate,
    headers,
    incoming::{IncomingRequest, finish},
    models::{DeployedModel, ModelClass},
    prompt::Prompt,
    request::{ApiRequest, parse},
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
    incoming: IncomingRequest,
) -> Response {
    let prepared =
        incoming.dated().and_then(|surface| prepare(&simulator, &surface, Some(&deployment), &incoming));
    finish(prepared, &incoming).await
}

async fn v1(State(simulator): State<Simulator>, incoming: IncomingRequest) -> Response {
    let prepared = incoming.v1().and_then(|()| prepare(&simulator, &Surface::V1, None, &incoming));
    finish(prepared, &incoming).await
}

/// Everything up to the response and the wait before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    deployment: Option<&str>,
    incoming: &IncomingRequest,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    if let Some(name) = deployment {
        simulator.deployment(name).ok_or_else(errors::deployment_not_found)?;
    }
    let body = parse(&incoming.body)?;
    let name = match deployment {
        Some(name) => name,
        None => {
            body.get("model").and_then(serde_json::Value::as_str).ok_or_else(|| errors::missing("model"))?
        }
    };
    let deployed = simulator.deployment(name).ok_or_else(errors::deployment_not_found)?;
    let prompt = Prompt::of(&read::turns(&body));
    let directive = simulator.directive(name, &prompt, "messages")?;
    if let Some(failure) = directive.failure {
        return Ok((directive.slow, failures::respond(failure, &directive, Wire::Chat)));
    }
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    rules::check(&request)?;
    Ok((directive.slow, serve(simulator, name, &request, &deployed, &prompt, &directive)))
}

/// A good answer, as a body or as a stream.
fn serve(
    simulator: &Simulator,
    deployment: &str,
    request: &ApiRequest<'_>,
    deployed: &DeployedModel,
    prompt: &Prompt,
    directive: &Directive,
) -> Response {
    let serial = simulator.serial();
    let answer = generate(&read::answer_spec(request), deployed, prompt, directive, serial);
    let top = request.is_true("logprobs").then(|| request.number("top_logprobs").unwrap_or(0));
    let is_stream = request.is_true("stream");
    let body = if is_stream {
        let chunks = stream::chunks(&answer, stream_style(request, directive, top));
        deliver::body(chunks, directive, Wire::Chat, simulator.state.options.chunk_delay)
    } else {
        deliver::body(vec![body::body(&answer, top)], directive, Wire::Chat, Duration::ZERO)
    };
    let mut response = Response::new(body);
    headers::describe(response.headers_mut(), deployment, 999 - serial % 1_000, is_stream);
    response
}

fn stream_style(request: &ApiRequest<'_>, directive: &Directive, top: Option<u64>) -> stream::StreamStyle {
    let option = |name: &str| request.get("stream_options").and_then(|options| options.get(name)?.as_bool());
    let is_new = matches!(request.model.class, ModelClass::Fixed | ModelClass::Switchable);
    stream::StreamStyle {
        include_usage: option("include_usage").unwrap_or(false),
        obfuscation: is_new && option("include_obfuscation").unwrap_or(true),
        async_filter: directive.async_filter,
        top,
    }
}
