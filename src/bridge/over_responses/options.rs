//! What a deployment asks of the bridge.

use crate::call::ReplayedReasoning;

/// What a deployment adds to the calls that are bridged to it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are options, and none depends on another")]
pub struct BridgeOptions<'a> {
    /// The Azure resource that the call goes to. It can read only the reasoning that it made itself.
    pub resource: &'a str,
    /// Whether to ask for the reasoning in its encrypted form, so that a client can send it back.
    pub encrypted: bool,
    /// The values of `include` that Azure refuses. The bridge adds none of them; a client still may.
    pub refused_includes: &'a [&'a str],
    /// The kind of reasoning summary to ask for: `auto`, `concise` or `detailed`.
    pub summary: Option<&'a str>,
    /// Which earlier answers get their reasoning back, if the client sends it.
    pub replayed: ReplayedReasoning,
    /// Whether the client reads a response. It can ask for a stored response later, so the call may store one.
    pub answers_response: bool,
    /// Whether the call must not name what Azure stores. Searches then stay with the client, since Azure looks their
    /// results up by id.
    pub stateless: bool,
    /// Whether the name of a participant goes to the beginning of the text.
    pub names_in_text: bool,
}
