//! Shared by the tests of the request.

use bytes::Bytes;

use super::{BridgeOptions, request};
use crate::{
    bridge::{Bridged, DEPTH, Loss, Unbridgeable},
    json::Document,
};

/// Parses a body as deep as the bridge needs.
pub(super) fn parsed(body: &str) -> Document {
    Document::parse(Bytes::copy_from_slice(body.as_bytes()), DEPTH).unwrap()
}

/// Translates a chat call: returns the body, and the losses as `rule@place`, with `~` if the call still asks for the
/// same.
pub(super) fn translated(chat: &str, options: &BridgeOptions<'_>) -> Result<(String, String), Unbridgeable> {
    let chat = parsed(chat);
    let Bridged { body, losses } = request(&chat, options)?;
    let body = String::from_utf8(body.render(chat.source())).unwrap();
    assert!(serde_json::from_str::<serde_json::Value>(&body).is_ok(), "{body}");
    let actual = |loss: &Loss| format!("{}{}@{}", if loss.same { "~" } else { "" }, loss.rule, loss.at);
    Ok((body, losses.iter().map(actual).collect::<Vec<_>>().join(" ")))
}

/// Translates a chat call for a deployment without options, on the resource `here`.
pub(super) fn bridged(chat: &str) -> (String, String) {
    translated(chat, &BridgeOptions { resource: "here", ..BridgeOptions::default() }).unwrap()
}

/// Returns the input items of a conversation, and the losses.
pub(super) fn conversation(messages: &str) -> (String, String) {
    let (body, losses) = bridged(&format!(r#"{{"messages":{messages}}}"#));
    let items = body.strip_prefix(r#"{"input":"#).and_then(|body| body.strip_suffix(r#","store":false}"#));
    (items.unwrap().to_owned(), losses)
}

/// Returns the parameter and the reason for which a call is refused.
pub(super) fn refusal(chat: &str) -> (String, String) {
    let Unbridgeable { param, why } = translated(chat, &BridgeOptions::default()).unwrap_err();
    (param, why.into_owned())
}
