//! Azure's embeddings operation: its models, its checks and its answers. A vector is made from its text, so that the
//! same text always has the same one.

use std::time::Duration;

use axum::{Router, http::StatusCode, response::Response};
use base64::{Engine, prelude::BASE64_STANDARD as STANDARD};
use serde_json::{Map, Value, json};

use super::{
    by_deployment,
    conversation::{ConversationTurn, Role},
    errors::{self, SimError},
    failures, headers,
    incoming::IncomingRequest,
    json_response,
    models::{self, EmbeddingModel},
    prompt::Prompt,
    request::{parse, whole},
    simulator::Simulator,
    surface::{Operation, Surface},
};

/// The most inputs of a call (Microsoft's `quotas-limits.md`).
const MOST_INPUTS: usize = 2_048;

/// Returns the paths of both surfaces.
pub(super) fn router() -> Router<Simulator> {
    by_deployment::router("/embeddings", prepare)
}

/// Returns the response and the pause before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    deployment: Option<&str>,
    incoming: &IncomingRequest,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    let body = parse(&incoming.body)?;
    let name = match deployment {
        Some(name) => name,
        None => body.get("model").and_then(Value::as_str).ok_or_else(|| errors::missing("model"))?,
    };
    let model = model(simulator, name)?;
    let inputs = inputs(&body)?;
    let texts = inputs.iter().filter_map(|input| input.as_str()).collect();
    let prompt = Prompt::of(&[ConversationTurn::new(Role::User, texts)]);
    let directive = simulator.directive(name, &prompt, "input")?;
    if let Some(failure) = directive.failure {
        return Ok((directive.slow, failures::respond(failure, &directive, Operation::Chat)));
    }
    let length = length(&body, model)?;
    let base64 = match body.get("encoding_format").and_then(Value::as_str) {
        None | Some("float") => false,
        Some("base64") => true,
        Some(other) => return Err(errors::invalid_value("encoding_format", other, "'float' and 'base64'")),
    };
    let data = inputs.iter().enumerate().map(|(index, input)| {
        let vector = vector(&input.to_string(), length);
        let embedding = if base64 { Value::from(encoded(&vector)) } else { json!(vector) };
        json!({"object": "embedding", "index": index, "embedding": embedding})
    });
    let tokens: usize = inputs.iter().map(|input| tokens(input)).sum();
    let answer = json!({
        "object": "list",
        "data": data.collect::<Vec<_>>(),
        "model": model.name,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    });
    let mut response = json_response::json(StatusCode::OK, &answer);
    let left = 999 - simulator.next_serial() % 1_000;
    headers::add_deployment_headers(response.headers_mut(), name, left, false);
    Ok((directive.slow, response))
}

/// Finds the model behind a deployment.
fn model(simulator: &Simulator, deployment: &str) -> Result<&'static EmbeddingModel, SimError> {
    if let Some(model) = models::embedding(simulator.model_name(deployment)) {
        return Ok(model);
    }
    let other = simulator.deployment(deployment).ok_or_else(errors::deployment_not_found)?;
    Err(errors::wrong_operation("embeddings", other.model.name))
}

/// Returns the inputs of a call: texts, or lists of tokens.
fn inputs(body: &Map<String, Value>) -> Result<Vec<&Value>, SimError> {
    let input = body.get("input").ok_or_else(|| errors::missing("input"))?;
    let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
    let is_tokens = |value: &Value| {
        value
            .as_array()
            .is_some_and(|list| !list.is_empty() && list.iter().all(|token| whole(token).is_some()))
    };
    if is_text(input) || is_tokens(input) {
        return Ok(vec![input]);
    }
    let list = input.as_array().filter(|list| !list.is_empty());
    let list = list.filter(|list| list.iter().all(|one| is_text(one) || is_tokens(one)));
    let list = list.ok_or_else(|| {
        errors::engine(
            "'$.input' is invalid. Please check the API reference: \
        https://platform.openai.com/docs/api-reference.",
            None,
            None,
        )
    })?;
    if list.len() > MOST_INPUTS {
        let message = format!(
            "Invalid 'input': array too long. Expected an array with maximum length {MOST_INPUTS}, but got an array \
             with length {} instead.",
            list.len()
        );
        return Err(errors::engine(&message, Some("input"), Some("array_above_max_length")));
    }
    Ok(list.iter().collect())
}

/// Returns the length of the vectors that a call asks for.
fn length(body: &Map<String, Value>, model: &EmbeddingModel) -> Result<u64, SimError> {
    let Some(asked) = body.get("dimensions").filter(|value| !value.is_null()) else {
        return Ok(model.dimensions);
    };
    if !model.shortens {
        return Err(errors::engine("This model does not support specifying dimensions.", None, None));
    }
    let most = model.dimensions;
    whole(asked).filter(|length| (1..=most).contains(length)).ok_or_else(|| {
        let message =
            format!("Invalid value for 'dimensions' = {asked}. Must be less than or equal to {most}.");
        errors::engine(&message, Some("dimensions"), None)
    })
}

/// Returns a vector for a text.
fn vector(text: &str, length: u64) -> Vec<f32> {
    // FNV-1a, then a linear congruential generator.
    let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let next = |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    let states = std::iter::successors(Some(seed), next).skip(1);
    let values =
        states.map(|state| f32::from(u16::try_from(state >> 48).unwrap_or_default()) / 65_536.0 - 0.5);
    values.take(usize::try_from(length).unwrap_or_default()).collect()
}

/// Returns a vector as Azure writes it in base64: little-endian 32-bit floats.
fn encoded(vector: &[f32]) -> String {
    STANDARD.encode(vector.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())
}

/// Returns the tokens of an input: its numbers, or a fourth of its characters.
fn tokens(input: &Value) -> usize {
    match input {
        Value::Array(tokens) => tokens.len(),
        _ => input.as_str().map_or(0, |text| text.chars().count().div_ceil(4)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_vector_in_both_encodings() {
        let one = vector("a", 3);
        assert_eq!(one, vector("a", 3));
        assert_ne!(one, vector("b", 3));
        assert!(one.iter().all(|value| (-0.5..0.5).contains(value)));
        assert_eq!(encoded(&[0.0, 1.0]), "AAAAAAAAgD8=");
        assert_eq!(encoded(&[0.0]), "AAAAAA==");
        assert_eq!(encoded(&one).len(), 16);
    }
}
