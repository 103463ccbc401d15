//! The chat paths over HTTP, and the steps of a request from body to answer.

use std::time::Duration;

use axum::{Router, response::Response};

use serde_json::Value;

use super::{
    body, read, rules,
    stream::{self, StreamStyle},
};
use crate::sim::{
    by_deployment,
    delivery::Delivery,
    directive::Directive,
    errors::{self, SimError},
    failures,
    generate::generate,
    incoming::IncomingRequest,
    models::{DeployedModel, ModelClass},
    prompt::Prompt,
    request::{ApiRequest, parse},
    simulator::Simulator,
    surface::{Operation, Surface},
    unknown,
};

/// Returns the paths of both surfaces.
pub(in crate::sim) fn router() -> Router<Simulator> {
    by_deployment::router("/chat/completions", prepare)
}

/// Returns the response and the pause before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    deployment: Option<&str>,
    incoming: &IncomingRequest,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    if let Some(name) = deployment {
        simulator.text_deployment(name, "chatCompletion")?;
    }
    let body = parse(&incoming.body)?;
    let name = match deployment {
        Some(name) => name,
        None => body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?,
    };
    let deployed = simulator.text_deployment(name, "chatCompletion")?;
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    let prompt = Prompt::of(&read::turns(&request));
    let directive = simulator.directive(name, &prompt, "messages")?;
    if let Some(failure) = directive.failure {
        return Ok((directive.slow, failures::respond(failure, &directive, Operation::Chat)));
    }
    unknown::check(&request, directive.unknown.as_deref(), Operation::Chat)?;
    rules::check(&request)?;
    Ok((directive.slow, serve(simulator, name, &request, &deployed, &prompt, &directive)))
}

/// Returns the answer, as a body or as a stream.
fn serve(
    simulator: &Simulator,
    deployment: &str,
    request: &ApiRequest<'_>,
    deployed: &DeployedModel,
    prompt: &Prompt,
    directive: &Directive,
) -> Response {
    let serial = simulator.next_serial();
    let answer = generate(&read::answer_spec(request), deployed, prompt, directive, serial);
    let top_logprobs = request.is_true("logprobs").then(|| request.number("top_logprobs").unwrap_or(0));
    let delivery = Delivery { simulator, deployment, serial, operation: Operation::Chat, directive };
    if request.is_true("stream") {
        delivery.stream(stream::chunks(&answer, stream_style(request, directive, top_logprobs)))
    } else {
        delivery.json(body::body(&answer, top_logprobs))
    }
}

fn stream_style(request: &ApiRequest<'_>, directive: &Directive, top_logprobs: Option<u64>) -> StreamStyle {
    let is_new = matches!(request.model.class, ModelClass::Fixed | ModelClass::Switchable);
    StreamStyle {
        include_usage: request.stream_option("include_usage").unwrap_or(false),
        obfuscation: is_new && request.stream_option("include_obfuscation").unwrap_or(true),
        async_filter: directive.async_filter,
        top_logprobs,
    }
}
