//! A Responses call that Azure serves as a chat completion.

use bytes::Bytes;

/// How the answer to a bridged Responses call is given back.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// What a response repeats of its request, as the members of a JSON object without its braces.
    pub echo: Bytes,
}
