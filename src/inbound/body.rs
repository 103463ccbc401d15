//! Makes a [`Call`] of a request's body: reads it under a limit, decodes and outlines it, and checks the parts that
//! azgate must read.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use tokio::task::spawn_blocking;

use super::{
    decode::{DecodeError, decode},
    paths::{FrontDoor, Matched},
};
use crate::{
    call::{
        Address, Addressing, Body as CallBody, BodyKind, Call, Dialect, OUTLINE_DEPTH, Operation, name,
        written_in,
    },
    deadline::{Deadlines, Timeouts},
    gather::{GatherError, gather},
    json::{Document, Kind, Pointer, SyntaxError, View, text::shortened},
};

/// Why a body cannot be read as a call.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The body, as sent, has more bytes than allowed.
    #[error("the body is larger than {limit} bytes, the limit that `max_body_bytes` under [server] sets")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection failed while azgate read the body.
    #[error("the body could not be read to its end")]
    Interrupted,
    /// The client sent no more of the body for longer than azgate waits.
    #[error("the client stopped sending the body")]
    Stalled,
    /// azgate cannot undo the content codings of the body.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The body is not JSON.
    #[error("the body is not valid JSON: {0}")]
    Syntax(#[from] SyntaxError),
    /// The body is JSON, but not an object.
    #[error("the body must be a JSON object, but is {found}")]
    NotAnObject {
        /// The kind of JSON value that the body is.
        found: &'static str,
    },
    /// A top-level key occurs twice.
    #[error("the body contains the key `{key}` twice")]
    Duplicate {
        /// The key.
        key: String,
    },
    /// A required parameter is missing.
    #[error("missing required parameter: '{param}'")]
    Missing {
        /// The parameter.
        param: String,
    },
    /// The value of `model` cannot be a model's name.
    #[error(
        "invalid value for 'model': expected a name of 1 to {} bytes without control characters",
        name::LONGEST
    )]
    ModelName,
    /// A value that azgate must read has the wrong type.
    #[error("invalid type for '{param}': expected {expected}, got {found}")]
    WrongType {
        /// The parameter.
        param: String,
        /// The type that azgate needs.
        expected: &'static str,
        /// The type that the value has.
        found: &'static str,
    },
}

/// The size in bytes from which azgate parses a body off the async workers.
const LARGE: usize = 1024 * 1024;

/// How long azgate waits for the next piece of a body. An upload may be slow, but must not stop.
const IDLE: Duration = Duration::from_mins(1);

/// Reads the call of a request whose path is recognised. Parses a large body off the async workers.
///
/// # Errors
/// When the body does not arrive, or is not valid for the operation.
pub async fn read(
    matched: Matched,
    headers: &HeaderMap,
    body: Body,
    limit: usize,
) -> Result<Call, BodyError> {
    let Matched { operation, door, name } = matched;
    let normalize = door == FrontDoor::OpenAi;
    let bytes = match operation.body {
        BodyKind::None => Bytes::new(),
        BodyKind::Json | BodyKind::Multipart | BodyKind::Opaque => bytes(headers, body, limit).await?,
    };
    if operation.is_by_model() && operation.body == BodyKind::Json {
        let large = bytes.len() >= LARGE;
        let read = move || call(operation, name, normalize, bytes);
        return if large {
            spawn_blocking(read).await.unwrap_or(Err(BodyError::Interrupted))
        } else {
            read()
        };
    }
    let address = match operation.address {
        Addressing::ByModel { .. } => Address::ByModel(name.unwrap_or_default()),
        Addressing::ByObject(_) => Address::ByObject(name.unwrap_or_default()),
        Addressing::ByResource | Addressing::Gateway => Address::ByResource,
    };
    let body = match operation.body {
        BodyKind::Json => CallBody::Json(Document::parse(bytes, MEMBERS_DEPTH)?),
        BodyKind::Multipart => CallBody::Multipart(bytes),
        BodyKind::None | BodyKind::Opaque => CallBody::Opaque(bytes),
    };
    Ok(Call {
        operation,
        address,
        body,
        stream: false,
        normalize,
        stateless: false,
        remembered: Arc::default(),
    })
}

/// Reads a body of at most `limit` bytes, and undoes the content codings that its headers name.
pub async fn bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, BodyError> {
    let declared =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(BodyError::TooLarge { limit });
    }
    let deadlines = Deadlines::begin(Timeouts { idle: Some(IDLE), ..Timeouts::default() });
    let whole = gather(body, declared.unwrap_or_default(), limit, &deadlines).await;
    let whole = whole.map_err(|why| match why {
        GatherError::TooLarge => BodyError::TooLarge { limit },
        GatherError::Overdue(_) => BodyError::Stalled,
        GatherError::Interrupted(_) => BodyError::Interrupted,
    })?;
    let codings = codings(headers);
    if codings.is_empty() {
        return Ok(whole);
    }
    let work = move || Ok(decode(whole, &codings, limit)?);
    spawn_blocking(work).await.unwrap_or(Err(BodyError::Interrupted))
}

/// Returns the content codings in the order in which the client applied them. Several header lines mean the same as
/// one.
fn codings(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::CONTENT_ENCODING).iter();
    let lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()).to_ascii_lowercase());
    lines
        .flat_map(|line| line.split(',').map(|coding| coding.trim().to_owned()).collect::<Vec<_>>())
        .collect()
}

/// How deep azgate outlines the body of a call that it does not translate: the top-level members.
const MEMBERS_DEPTH: u32 = 1;

/// Makes a call to a model of its JSON body. Reads the model's name (a name in the path takes precedence, as on Azure)
/// and whether the client wants a stream. Checks the messages or the input of a call that azgate translates, whichever
/// of them its body has.
pub fn call(
    operation: &'static Operation,
    named: Option<String>,
    normalize: bool,
    body: Bytes,
) -> Result<Call, BodyError> {
    let body = Document::parse(body, operation.dialect.map_or(MEMBERS_DEPTH, |_| OUTLINE_DEPTH))?;
    let root = body.root();
    if root.kind() != Kind::Object {
        return Err(BodyError::NotAnObject { found: root.kind().described() });
    }
    if let Some(key) = body.duplicate_key() {
        return Err(BodyError::Duplicate { key: shortened(&key).into_owned() });
    }
    let model = match (named, root.get("model")) {
        (Some(name), _) => name,
        (None, Some(model)) if !model.is_null() => model_name(model)?,
        (None, _) => return Err(BodyError::Missing { param: "model".into() }),
    };
    let stream = match root.get("stream").filter(|stream| !stream.is_null()) {
        None => false,
        Some(stream) => stream.boolean().ok_or_else(|| wrong_type("stream", "a boolean", stream))?,
    };
    match operation.dialect.map(|asked| written_in(asked, root)) {
        Some(Dialect::Chat) => messages(root)?,
        Some(Dialect::Responses) => input(root)?,
        None => {}
    }
    let (address, body) = (Address::ByModel(model), CallBody::Json(body));
    Ok(Call { operation, address, body, stream, normalize, stateless: false, remembered: Arc::default() })
}

/// Checks that the input is a string, an array, null or missing. A prompt or an earlier response can replace the input,
/// so azgate leaves it to Azure to refuse a missing one.
fn input(root: View<'_>) -> Result<(), BodyError> {
    match root.get("input") {
        Some(input) if !matches!(input.kind(), Kind::String | Kind::Array | Kind::Null) => {
            Err(wrong_type("input", "a string or an array", input))
        }
        _ => Ok(()),
    }
}

/// Checks the messages: each must be an object with a role, and its content must be a string, a list of objects, null
/// or missing.
fn messages(root: View<'_>) -> Result<(), BodyError> {
    let messages = root.get("messages").ok_or_else(|| BodyError::Missing { param: "messages".into() })?;
    if messages.kind() != Kind::Array {
        return Err(wrong_type("messages", "an array of objects", messages));
    }
    for (index, message) in messages.items().enumerate() {
        let at = || Pointer::key("messages").item(index);
        if message.kind() != Kind::Object {
            return Err(wrong_type(&at().to_string(), "an object", message));
        }
        let Some(role) = message.get("role") else {
            return Err(BodyError::Missing { param: at().then("role").to_string() });
        };
        string(role, || at().then("role"))?;
        let Some(content) = message.get("content") else { continue };
        match content.kind() {
            Kind::String | Kind::Null => {}
            Kind::Array => {
                if let Some((part, item)) =
                    content.items().enumerate().find(|(_, item)| item.kind() != Kind::Object)
                {
                    let param = at().then("content").item(part).to_string();
                    return Err(wrong_type(&param, "an object", item));
                }
            }
            _ => return Err(wrong_type(&at().then("content").to_string(), "a string or an array", content)),
        }
    }
    Ok(())
}

fn model_name(model: View<'_>) -> Result<String, BodyError> {
    let name = string(model, || Pointer::key("model"))?;
    if name::is_model(&name) { Ok(name) } else { Err(BodyError::ModelName) }
}

fn string(view: View<'_>, at: impl Fn() -> Pointer) -> Result<String, BodyError> {
    view.text()
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| wrong_type(&at().to_string(), "a string", view))
}

fn wrong_type(param: &str, expected: &'static str, found: View<'_>) -> BodyError {
    let found = match found.kind() {
        Kind::String if found.text().is_none() => "a string that is not valid Unicode",
        kind => kind.described(),
    };
    BodyError::WrongType { param: param.to_owned(), expected, found }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt, stream};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_stalled_body_is_an_error_and_a_slow_body_is_read() {
        let begun = || stream::iter([Ok::<_, BodyError>(Bytes::from_static(b"{"))]);
        let stalled = Body::from_stream(begun().chain(stream::pending()));
        let error = bytes(&HeaderMap::new(), stalled, 100).await.unwrap_err();
        assert!(matches!(error, BodyError::Stalled), "{error}");
        let slow = begun().chain(stream::once(async {
            tokio::time::sleep(IDLE.saturating_sub(Duration::from_secs(1))).await;
            Ok(Bytes::from_static(b"}"))
        }));
        assert_eq!(bytes(&HeaderMap::new(), Body::from_stream(slow), 100).await.unwrap(), "{}");
    }
}
