//! Decides which dialect serves a call, and bridges the call if that is not the client's dialect.
//!
//! [`crate::bridge`] knows no policy. Here each loss of the bridge becomes an edit that a policy may refuse. A call
//! that the bridge cannot translate becomes a refusal.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use super::{
    Draft, OnToolsWithEffort, Policy, Summary, Target,
    other_words::{self, Reason},
    rules::{self, effort_with_tools, modalities},
};
use crate::{
    bridge::{
        self, Bridged, Unbridgeable, over_chat,
        over_responses::{
            self, BridgeOptions,
            hosted::{self, Corrections},
        },
    },
    call::{
        Dialect, Dialogue, Edit, Effect, Framing, OUTLINE_DEPTH, OverResponses, Refusal, ReplyPlan, Shape,
        UsageChunk,
    },
    catalog::{Row, SystemRole, ToolsWithEffort, Verb},
    json::{Change, Document, apply},
};

/// Returns the rule that bridges calls to a dialect.
fn rule(to: Dialect) -> &'static str {
    match to {
        Dialect::Chat => "bridge.chat",
        Dialect::Responses => "bridge.responses",
    }
}

/// The rule that corrects spellings of hosted tools that no API knows.
const CORRECT: &str = "correct.hosted_tools";

/// Bridges the call of a draft to the dialect that serves it. Returns the bridged call and the plan for its answer, or
/// `None` if Azure serves the call in the dialect of its body. Adds the edits that led there to `edits`.
pub(super) fn bridge_call(
    draft: &Draft<'_>,
    policy: &Policy<'_>,
    edits: &mut Vec<Edit>,
) -> Result<Option<(Dialogue<'static>, ReplyPlan)>, Refusal> {
    let Some((to, Reason { param, why })) = bridge_target(draft) else { return Ok(None) };
    let Draft { asked, target, .. } = *draft;
    let mut draft = Draft::new(draft.call, target, policy);
    if !draft.cross(rule(to), param, to, why)? {
        return Ok(None);
    }
    correct_hosted_tools(&mut draft, to)?;
    let call = apply_edits(draft, edits)?;

    let mut draft = Draft::new(&call, target, policy);
    draft.bridging = true;
    for rule in rules::BEFORE_BRIDGE.iter().filter(|rule| rule.on.contains(&call.dialect)) {
        (rule.run)(&mut draft)?;
    }
    let mut reply = ReplyPlan {
        dialect: to,
        usage_chunk: if draft.wants_usage() { UsageChunk::Wanted } else { UsageChunk::None },
        legacy_functions: draft.reply.legacy_functions,
        framing: draft.reply.framing,
        copies: draft.copies,
        ..ReplyPlan::default()
    };
    let stop = std::mem::take(&mut draft.cut_at);
    let call = apply_edits(draft, edits)?;

    let mut draft = Draft::new(&call, target, policy);
    leave_out_what_chat_lacks(&mut draft, to)?;
    let call = apply_edits(draft, edits)?;

    let draft = Draft::new(&call, target, policy);
    let source = parse(call.body.source().clone(), bridge::DEPTH, &draft)?;
    let bridged = match to {
        Dialect::Responses => {
            let resource = target.resource.clone();
            reply.shape = Shape::OverResponses(Arc::new(OverResponses { resource, stop }));
            let refused = refused_includes(target);
            over_responses::request(&source, &bridge_options(&call, target, &refused))
        }
        Dialect::Chat => over_chat::request(&source).map(|(bridged, over_chat)| {
            // A client that sent the body of a response to chat completions reads a chat completion.
            if asked == Dialect::Responses {
                reply.shape = Shape::OverChat(Arc::new(over_chat));
            } else {
                reply.normalize = target.options.normalize_stream.unwrap_or(call.normalize);
            }
            bridged
        }),
    };
    let bridged = bridged.map_err(|unbridgeable| unbridgeable_refusal(&draft, to, &unbridgeable))?;
    let body = Cow::Owned(finished(bridged, &source, draft, edits)?);
    let stream = call.stream && reply.framing == Framing::Same;
    let stateless = call.stateless;
    let dialogue =
        Dialogue { dialect: to, normalize: false, stream, body, stateless, remembered: Arc::default() };
    Ok(Some((dialogue, reply)))
}

/// Puts a chat body into the words of the Responses API, for a client that asked for a response. A loss that the policy
/// does not allow becomes a refusal.
pub(super) fn as_response(
    draft: Draft<'_>,
    policy: &Policy<'_>,
    edits: &mut Vec<Edit>,
) -> Result<Dialogue<'static>, Refusal> {
    let to = Dialect::Responses;
    let target = draft.target;
    let call = apply_edits(draft, edits)?;
    let mut draft = Draft::new(&call, target, policy).answering(to);
    draft.bridging = true;
    for rule in rules::OWN_WORDS.iter().chain(rules::AS_RESPONSE) {
        (rule.run)(&mut draft)?;
    }
    let call = apply_edits(draft, edits)?;
    let mut draft = Draft::new(&call, target, policy).answering(to);
    correct_hosted_tools(&mut draft, to)?;
    let call = apply_edits(draft, edits)?;
    let draft = Draft::new(&call, target, policy);
    let source = parse(call.body.source().clone(), bridge::DEPTH, &draft)?;
    let options = BridgeOptions {
        resource: &target.resource,
        replayed: target.profile.replayed_reasoning,
        answers_response: true,
        ..BridgeOptions::default()
    };
    let bridged = over_responses::request(&source, &options)
        .map_err(|unbridgeable| unbridgeable_refusal(&draft, to, &unbridgeable))?;
    let body = Cow::Owned(finished(bridged, &source, draft, edits)?);
    let Dialogue { stream, normalize, stateless, .. } = call;
    Ok(Dialogue { dialect: to, stream, body, normalize, stateless, remembered: Arc::default() })
}

/// Returns the body that the bridge made of `source`, after its losses were reported.
fn finished(
    bridged: Bridged,
    source: &Document,
    mut draft: Draft<'_>,
    edits: &mut Vec<Edit>,
) -> Result<Document, Refusal> {
    for loss in bridged.losses {
        draft.report_loss(loss)?;
    }
    let body = parse(bridged.body.render(source.source()).into(), OUTLINE_DEPTH, &draft)?;
    edits.extend(draft.finish().0);
    Ok(body)
}

/// Returns the dialect that a call must be bridged to, and the reason. `None` if Azure serves the dialect of its body.
fn bridge_target(draft: &Draft<'_>) -> Option<(Dialect, Reason)> {
    let serves = |dialect| draft.profile().serves(dialect);
    let because = |why| Reason { param: "model", why };
    match draft.call.dialect {
        Dialect::Chat if !serves(Dialect::Responses) => None,
        Dialect::Chat => {
            let conflict = draft.target.options.tools_with_effort == OnToolsWithEffort::Bridge
                && draft.profile().tools_with_effort != ToolsWithEffort::Any
                && effort_with_tools::conflict(draft);
            let reason = if !serves(Dialect::Chat) {
                because("Azure serves this model on the Responses API alone")
            } else if hosted::is_asked(draft.call.body.root()) {
                because("the call asks for tools that Azure serves on the Responses API alone")
            } else if modalities::has_file(draft) {
                because("Azure takes files on the Responses API alone")
            } else if conflict {
                because(
                    "in a chat call this model takes function tools only without reasoning; on the Responses API it takes both",
                )
            } else {
                other_words::needs_responses(draft)?
            };
            Some((Dialect::Responses, reason))
        }
        Dialect::Responses if serves(Dialect::Responses) || !serves(Dialect::Chat) => None,
        Dialect::Responses => {
            Some((Dialect::Chat, because("Azure serves this model in chat completions alone")))
        }
    }
}

/// Rewrites hosted tools to the spelling of the Responses API.
fn correct_hosted_tools(draft: &mut Draft<'_>, to: Dialect) -> Result<(), Refusal> {
    if to != Dialect::Responses || !hosted::is_asked(draft.call.body.root()) {
        return Ok(());
    }
    let chat = parse(draft.call.body.source().clone(), bridge::DEPTH, draft)?;
    let corrections = hosted::corrections(&chat);
    let Corrections { changes, losses } =
        corrections.map_err(|unbridgeable| unbridgeable_refusal(draft, to, &unbridgeable))?;
    let mut made = false;
    for (change, why) in changes {
        made |= draft.edit(CORRECT, Effect::Same, why, change)?;
    }
    // If a policy keeps the client's spelling, nothing is lost.
    for loss in losses.into_iter().filter(|_| made) {
        draft.report_loss(loss)?;
    }
    Ok(())
}

/// Leaves out of a Responses call what chat lacks: hosted tools that are only offered, and everything if the policy
/// says `apply` of the bridge. What is left after that, the bridge refuses.
fn leave_out_what_chat_lacks(draft: &mut Draft<'_>, to: Dialect) -> Result<(), Refusal> {
    if to != Dialect::Chat {
        return Ok(());
    }
    let all = draft.is_applied(rule(to));
    for over_chat::Lacking { rule, at, why } in over_chat::lacking(draft.call.body.root(), all) {
        draft.edit(rule, Effect::Lossy, why, Change::Remove { at })?;
    }
    Ok(())
}

/// Returns the call after the edits of a draft, and adds these edits to `edits`.
pub(super) fn apply_edits<'a>(draft: Draft<'a>, edits: &mut Vec<Edit>) -> Result<Dialogue<'a>, Refusal> {
    let call = draft.call;
    let (refusal, made) = (too_large(&draft), draft.finish().0);
    let mut changes = made.iter().filter_map(Edit::body_change).peekable();
    let body = if changes.peek().is_some() {
        let edited = Document::parse(apply(&call.body, changes).concat().into(), OUTLINE_DEPTH);
        Cow::Owned(edited.map_err(|_| refusal)?)
    } else {
        Cow::Borrowed(&*call.body)
    };
    edits.extend(made);
    Ok(Dialogue { body, remembered: call.remembered.clone(), ..*call })
}

fn parse(body: Bytes, depth: u32, draft: &Draft<'_>) -> Result<Document, Refusal> {
    Document::parse(body, depth).map_err(|_| too_large(draft))
}

/// Returns the refusal of a call that has more values than azgate reads.
fn too_large(draft: &Draft<'_>) -> Refusal {
    draft.refusal("bridge.responses", "messages", "the call has too many values to be put into other words")
}

fn unbridgeable_refusal(draft: &Draft<'_>, to: Dialect, unbridgeable: &Unbridgeable) -> Refusal {
    draft.refusal(rule(to), &unbridgeable.param, &unbridgeable.why)
}

/// Returns the values of `include` that Azure refuses for this family in every call.
fn refused_includes(target: &Target) -> Vec<&str> {
    let always = |row: &&Row| row.verb == Verb::Drop && row.when.is_empty() && row.unless.is_empty();
    let items = target.profile.rows(Dialect::Responses).iter().filter(always).filter_map(Row::item);
    items.filter(|(list, _)| *list == "include").map(|(_, text)| text).collect()
}

/// Returns the options with which chat calls to this deployment are bridged to the Responses API.
fn bridge_options<'a>(
    call: &Dialogue<'_>,
    target: &'a Target,
    refused_includes: &'a [&'a str],
) -> BridgeOptions<'a> {
    BridgeOptions {
        refused_includes,
        resource: &target.resource,
        // Models without reasoning refuse this `include`. An unknown model most likely reasons.
        encrypted: target.profile.system_role != SystemRole::System,
        summary: target.options.reasoning_summary.map(Summary::name),
        replayed: target.profile.replayed_reasoning,
        answers_response: false,
        stateless: call.stateless,
        names_in_text: target.options.names_in_text,
    }
}

#[cfg(test)]
mod tests;
