//! Passes on Azure's non-2xx answers, with the `error` object that OpenAI's clients look for.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use super::{
    adapted::{Adapted, Content},
    denied::Denial,
    edited,
    envelope::envelope,
    error::AnswerError,
    media::JSON,
    origin::Origin,
    outcome::Outcome,
    retry_after,
};
use crate::{
    bridge::over_responses,
    call::Shape,
    json::{Change, Document, Kind, Pointer, Raw, text},
    observe::Record,
    upstream::headers,
};

/// Returns the client's answer for a non-2xx answer of Azure's. `shape` decides its dialect.
///
/// # Errors
/// When the answer is a redirect, or refuses azgate's own credential.
pub fn refused(
    answer: &Response<Bytes>,
    shape: &Shape,
    origin: Origin<'_>,
    record: &Record,
) -> Result<Adapted, AnswerError> {
    let headers = headers::down(answer.headers());
    let status = answer.status();
    if !(status.is_redirection() || status.is_client_error() || status.is_server_error()) {
        return Err(AnswerError::Status { resource: origin.resource.to_owned(), status: status.as_u16() });
    }
    if status.is_redirection() {
        return Err(AnswerError::Redirect { resource: origin.resource.to_owned(), status: status.as_u16() });
    }
    failed(status, headers, answer.body(), shape, origin, record)
}

/// Returns an error answer. It is JSON, whatever framing the client asked for.
pub(super) fn failed(
    status: StatusCode,
    mut headers: HeaderMap,
    body: &Bytes,
    shape: &Shape,
    origin: Origin<'_>,
    record: &Record,
) -> Result<Adapted, AnswerError> {
    let (body, code) = envelope(status, &origin.conceal(body));
    if let Some(wait) = waits(status, &headers, &body) {
        headers.insert(header::RETRY_AFTER, wait);
    }
    let body = match shape {
        Shape::OverResponses(_) => filtered(&body).unwrap_or(body),
        Shape::Same | Shape::OverChat(_) => body,
    };
    let body = places(&body, shape).unwrap_or(body);
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        let status = status.as_u16();
        let said = message(&body).unwrap_or_default();
        let denial = Denial::of(code.as_deref().unwrap_or_default(), &said);
        // The message is left out, because it may name subscriptions and addresses, which must not be logged.
        let resource = origin.resource;
        tracing::error!(
            resource,
            status,
            code,
            request_id = record.request_id(),
            upstream_request_id = record.upstream_id(),
            reason = denial.reason(),
            "Azure refused azgate: check the resource's api_key, its endpoint, its roles and its network rules"
        );
        let unquoted = denial.message(resource, status, "");
        return Err(AnswerError::Denied {
            denial,
            message: denial.message(resource, status, &said),
            unquoted,
        });
    }
    let (name, json) = JSON;
    headers.insert(name, json);
    Ok(Adapted { status, headers, content: Content::Whole(body, Outcome::error(code)) })
}

/// Returns the message of an error body.
fn message(body: &Bytes) -> Option<String> {
    let document = Document::parse(body.clone(), 2).ok()?;
    Some(document.root().get("error")?.get("message")?.text()?.into_owned())
}

/// Returns how long the client should wait, if the text says it and no header does.
fn waits(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Option<HeaderValue> {
    let is_busy = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let says = headers.contains_key(header::RETRY_AFTER) || headers.contains_key("retry-after-ms");
    if !is_busy || says {
        return None;
    }
    retry_after::seconds(&message(body)?).map(HeaderValue::from)
}

/// Adds the content filter's verdict where clients of chat completions look for it. Returns `None` if the error has no
/// verdict, or has it there already.
fn filtered(body: &Bytes) -> Option<Bytes> {
    let document = Document::parse(body.clone(), 2).ok()?;
    let verdict = over_responses::innererror(document.root().get("error")?)?;
    let value = Raw::json(String::from_utf8(verdict).ok()?);
    Some(edited(&document, &[Change::Set { at: Pointer::key("error").then("innererror"), value }]))
}

/// Adds to the error's message which API the places in it belong to, because `messages[2].role` means nothing to a
/// client that sent `input`. Returns `None` if the error names no place, or names one of the client's own call.
fn places(body: &Bytes, shape: &Shape) -> Option<Bytes> {
    let dialect = match shape {
        Shape::Same => return None,
        Shape::OverResponses(_) => "the Responses API",
        Shape::OverChat(_) => "chat completions",
    };
    let document = Document::parse(body.clone(), 2).ok()?;
    let error = document.root().get("error")?;
    // Top-level members mostly have the same name in both dialects, and the filter's `prompt` is not a place.
    error.get("param")?.text().filter(|param| param.contains(['[', '.']))?;
    let message = error.get("message").filter(|message| message.kind() == Kind::String)?;
    let mut value = Raw::json("\"");
    value.push(String::from_utf8(text::inner(message.raw()).into()).ok()?);
    value.push(format!(
        " (azgate made this call to {dialect}, and the places named are those of that call.)\""
    ));
    Some(edited(&document, &[Change::Set { at: Pointer::key("error").then("message"), value }]))
}
