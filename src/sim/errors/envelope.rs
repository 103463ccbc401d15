//! The error type and its envelopes.
//!
//! A model's engine, the front door, API management, On Your Data and the content filter each have an envelope of their
//! own. A client that reads only one of them breaks on the others.

use std::fmt;

use serde::Serialize;

/// Azure's answer to a request that it refuses: a status and a JSON body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimError {
    /// The HTTP status.
    pub status: u16,
    /// The body, as it goes over the wire.
    pub body: String,
}

impl fmt::Display for SimError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.status, self.body)
    }
}

impl std::error::Error for SimError {}

/// The result of a check.
pub(in crate::sim) type CheckResult = Result<(), SimError>;

/// The message of an error on Azure's side.
pub(in crate::sim) const SERVER_ERROR: &str =
    "The server had an error while processing your request. Sorry about that!";

#[derive(Serialize)]
struct ErrorEnvelope<T> {
    error: T,
}

#[derive(Serialize)]
struct EngineError<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

#[derive(Serialize)]
struct FrontDoorError<'a> {
    code: &'a str,
    message: &'a str,
}

#[derive(Serialize)]
struct GatewayError<'a> {
    #[serde(rename = "statusCode")]
    status: u16,
    message: &'a str,
}

#[derive(Serialize)]
struct OnYourDataError<'a> {
    requestid: &'a str,
    code: u16,
    message: &'a str,
}

fn render(status: u16, body: &impl Serialize) -> SimError {
    SimError { status, body: serde_json::to_string(body).unwrap_or_default() }
}

/// Returns a 400 in the engine's envelope: message, type, param, code.
pub(in crate::sim) fn engine(message: &str, param: Option<&str>, code: Option<&str>) -> SimError {
    engine_with(400, message, param, code)
}

/// Returns an error in the engine's envelope. The status decides the type.
pub(in crate::sim) fn engine_with(
    status: u16,
    message: &str,
    param: Option<&str>,
    code: Option<&str>,
) -> SimError {
    let kind = if status < 500 { "invalid_request_error" } else { "server_error" };
    render(status, &ErrorEnvelope { error: EngineError { message, kind, param, code } })
}

/// Returns an error in the front door's envelope, which has only a code and a message.
pub(in crate::sim) fn front_door(status: u16, code: &str, message: &str) -> SimError {
    render(status, &ErrorEnvelope { error: FrontDoorError { code, message } })
}

/// Returns an error in the envelope of API management and of the Entra check, which has no `error`.
pub(in crate::sim) fn gateway(status: u16, message: &str) -> SimError {
    render(status, &GatewayError { status, message })
}

/// Returns On Your Data's error for a member that it does not take.
pub(in crate::sim) fn extra_input(path: &str) -> SimError {
    on_your_data(&format!("Validation error at #/{path}: Extra inputs are not permitted"))
}

/// Returns an error in On Your Data's envelope, whose code is a number (openai-python#1468).
pub(in crate::sim) fn on_your_data(message: &str) -> SimError {
    let requestid = "00000000-0000-4000-8000-000000000000";
    render(400, &ErrorEnvelope { error: OnYourDataError { requestid, code: 400, message } })
}
