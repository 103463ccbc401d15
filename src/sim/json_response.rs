//! JSON responses: a value, or an error in Azure's words.

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

use super::errors::SimError;

/// Answers with a value.
pub(super) fn json(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

/// Answers with an error.
pub(super) fn error(error: &SimError) -> Response {
    let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], error.body.clone()).into_response()
}

/// Answers with a value and status 200, or with an error.
pub(super) fn json_or_error(outcome: Result<Value, SimError>) -> Response {
    match outcome {
        Ok(value) => json(StatusCode::OK, &value),
        Err(refusal) => error(&refusal),
    }
}
