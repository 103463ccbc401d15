//! The bridge between the two operations that say the same in different words: a chat call that Azure serves on the
//! Responses API ([`over_responses`]), and a Responses call that Azure serves as a chat completion ([`over_chat`]). Each way
//! has a request, a whole answer, and a stream of events. Pure: values in, values out, and no policy. What one operation
//! says and the other has no place for comes back as a [`Loss`], and it is for the caller to allow it.
//!
//! Values are copied as they are spelt, as spans of what came: numbers keep their digits, and no image is decoded.

pub mod filters;
mod fnv;
mod needed;
pub mod over_chat;
pub mod over_responses;
pub mod tool_call_id;

use std::borrow::Cow;

use crate::json::{Pointer, Raw};

/// How deep a body must have been parsed for the bridge: to the text of a replayed message,
/// `messages[].azgate.output[].content[].text`, which litellm keeps one level deeper.
pub const DEPTH: u32 = 9;

/// The code and the message that a client reads when upstream breaks off a stream: the SDKs raise on it, where a mere end
/// would pass for success.
pub const INTERRUPTED: (&str, &str) =
    ("upstream_stream_interrupted", "The stream from Azure OpenAI broke off before its end.");

/// A call in the words of the other operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bridged {
    /// The body, made of pieces of the one that came.
    pub body: Raw,
    /// What it does not say any more, in the order of the body that came.
    pub losses: Vec<Loss>,
}

/// Something of a call that the other operation has no place for, and without which the call still makes sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The rule that a policy names, such as `drop.name`.
    pub rule: &'static str,
    /// Where it stands in the body that came.
    pub at: Pointer,
    /// Why, in a sentence for the caller.
    pub why: Cow<'static, str>,
    /// Nothing that anyone asked for is gone.
    pub same: bool,
}

/// A call that the other operation cannot carry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{param}` cannot be carried: {why}")]
pub struct Uncarried {
    /// The parameter at fault, as OpenAI's errors name it (`messages[0].content[1]`).
    pub param: String,
    /// Why, and what to do instead.
    pub why: Cow<'static, str>,
}
