//! The body of the other operation: `input` in a chat call, or `messages` in a Responses call. Agents send it, because
//! they make one body for all servers (Cursor's agent mode). The body decides how the call is planned, and the path
//! decides how its answer goes back.

use std::{borrow::Cow, sync::Arc};

use super::{
    Draft, Policy, Target,
    bridging::{apply_edits, as_response},
};
use crate::{
    call::{
        Dialect, Dialogue, Edit, Effect, OverResponses, Refusal, ReplyPlan, Shape, UsageChunk, written_in,
    },
    json::{Change, Pointer, Raw, View},
};

/// The rule that reads a body in the words of the other operation.
pub(super) const ID: &str = "read.body";

const INPUT: &str = "the body is that of a Responses call: it has `input` and no `messages`";
const MESSAGES: &str = "the body is that of a chat completion: it has `messages` and no `input`";

/// Reads the body of the other operation. Returns `None` if the body is that of the client's operation, or a policy
/// passes it on. `messages` are put into the words of the Responses API at once, because a response repeats parts of its
/// call.
pub(super) fn read<'a>(
    call: &Dialogue<'a>,
    target: &Target,
    policy: &Policy<'_>,
    edits: &mut Vec<Edit>,
) -> Result<Option<Dialogue<'a>>, Refusal> {
    let written = written_in(call.dialect, call.body.root());
    if written == call.dialect {
        return Ok(None);
    }
    // Either way the body of the one operation becomes a call of the Responses API, or goes on from there.
    let chat = Dialogue { dialect: Dialect::Chat, ..call.clone() };
    let mut draft = Draft::new(&chat, target, policy).answering(call.dialect);
    let (list, own, why) = match written {
        Dialect::Chat => ("messages", "input", MESSAGES),
        Dialect::Responses => ("input", "messages", INPUT),
    };
    if !draft.cross(ID, list, Dialect::Responses, why)? {
        return Ok(None);
    }
    if call.body.root().get(own).is_some() {
        let change = Change::Remove { at: Pointer::key(own) };
        draft.edit(ID, Effect::Same, "it is empty, and the call says it in other words", change)?;
    }
    if written == Dialect::Chat {
        return as_response(draft, policy, edits).map(Some);
    }
    let Dialogue { body, .. } = apply_edits(draft, edits)?;
    let body = match body {
        Cow::Owned(body) => Cow::Owned(body),
        Cow::Borrowed(_) => call.body.clone(),
    };
    Ok(Some(Dialogue { dialect: written, body, ..call.clone() }))
}

/// Returns whether a chat client asked for the chunk with the token counts, whatever the dialect of its body.
fn wants_usage(body: View<'_>) -> bool {
    let options = body.get("stream_options").and_then(|options| options.get("include_usage"));
    options.and_then(View::boolean) == Some(true)
}

/// Plans the answer of a Responses call that a chat client sent, and that Azure serves as it is.
pub(super) fn answer_chat(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let root = draft.call.body.root();
    if root.get("background").and_then(View::boolean) == Some(true) {
        let why = "a chat completion cannot be asked for later: leave it out, or call /v1/responses";
        draft.refuse("refuse.responses_words", why, Change::Remove { at: Pointer::key("background") })?;
    }
    if !draft.has("store") {
        let why = "a chat completion is not stored unless the call asks for it";
        let change = Change::Set { at: Pointer::key("store"), value: Raw::json("false") };
        draft.edit(ID, Effect::Same, why, change)?;
    }
    let resource = draft.target.resource.clone();
    draft.reply.shape = Shape::OverResponses(Arc::new(OverResponses { resource, stop: Vec::new() }));
    draft.reply.normalize = false;
    draft.reply.usage_chunk = if wants_usage(root) { UsageChunk::Wanted } else { UsageChunk::None };
    Ok(())
}

/// Hides the usage chunk from a chat client that did not ask for it. The bridge asks in every stream.
pub(super) fn hide_usage(reply: &mut ReplyPlan, body: View<'_>) {
    if reply.shape == Shape::Same && reply.usage_chunk == UsageChunk::Wanted && !wants_usage(body) {
        reply.usage_chunk = UsageChunk::Hidden;
    }
}
