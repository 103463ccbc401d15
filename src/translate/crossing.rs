//! Which operation serves a call, and the call in that operation's words where it is not the one that was asked for.
//!
//! The bridge itself knows no policy. Here each thing that it leaves out becomes an edit that a policy may refuse, and what
//! it cannot carry becomes a refusal.

use std::sync::Arc;

use bytes::Bytes;

use super::{
    Draft, OnToolsWithEffort, Policy, Summary, Target,
    rules::{self, effort_with_tools},
};
use crate::{
    bridge::{
        self, Bridged, Uncarried, over_chat,
        over_responses::{self, Wishes, hosted},
    },
    call::{
        Call, Crossing, Edit, Effect, Framing, OUTLINE_DEPTH, Operation, OverResponses, Refusal, ReplyPlan, Shape,
        UsageChunk,
    },
    catalog::{SystemRole, ToolsWithEffort},
    json::{Document, apply},
};

/// The rule by which calls cross to an operation.
pub(super) fn rule(to: Operation) -> &'static str {
    match to {
        Operation::Chat => "bridge.chat",
        Operation::Responses => "bridge.responses",
    }
}

/// The spellings of hosted tools that no API knows.
pub(super) const CORRECT: &str = "correct.hosted_tools";

/// The call in the words of the operation that serves it, and how its answer goes back; `None` if that is the operation
/// that it was made for.
pub(super) fn cross(
    call: &Call,
    target: &Target,
    policy: &Policy<'_>,
) -> Result<Option<(Crossing, ReplyPlan)>, Refusal> {
    let mut draft = Draft::new(call, target, policy);
    let Some((to, why)) = way(&draft) else { return Ok(None) };
    if !draft.cross(rule(to), to, why)? {
        return Ok(None);
    }
    correct(&mut draft, to)?;
    let mut edits = Vec::new();
    let call = settle(draft, &mut edits)?;

    let mut draft = Draft::new(&call, target, policy);
    draft.crosses = true;
    for rule in rules::AHEAD.iter().filter(|rule| rule.on.contains(&call.operation)) {
        (rule.run)(&mut draft)?;
    }
    let mut reply = ReplyPlan {
        operation: to,
        usage_chunk: if draft.wants_usage() { UsageChunk::Wanted } else { UsageChunk::None },
        legacy_functions: draft.reply.legacy_functions,
        framing: draft.reply.framing,
        copies: draft.copies,
        ..ReplyPlan::default()
    };
    let stop = std::mem::take(&mut draft.cut_at);
    let call = settle(draft, &mut edits)?;

    let mut draft = Draft::new(&call, target, policy);
    let source = parse(call.body.source().clone(), bridge::DEPTH, &draft)?;
    let bridged = match to {
        Operation::Responses => {
            let resource = target.resource.clone();
            reply.shape = Shape::OverResponses(Arc::new(OverResponses { resource, stop }));
            over_responses::request(&source, &wishes(target))
        }
        Operation::Chat => over_chat::request(&source).map(|(bridged, over_chat)| {
            reply.shape = Shape::OverChat(Arc::new(over_chat));
            bridged
        }),
    };
    let Bridged { body, losses } = bridged.map_err(|uncarried| refused(&draft, to, &uncarried))?;
    for loss in losses {
        draft.lose(loss)?;
    }
    let body = parse(body.render(source.source()).into(), OUTLINE_DEPTH, &draft)?;
    edits.extend(draft.finish().0);
    let stream = call.stream && reply.framing == Framing::Same;
    let call = Call { operation: to, normalize: false, stream, body, ..call };
    Ok(Some((Crossing { call, edits }, reply)))
}

/// The operation that a call must cross to, and why; `None` if Azure serves the one that it was made for.
fn way(draft: &Draft<'_>) -> Option<(Operation, &'static str)> {
    let serves = |operation| draft.profile().serves(operation);
    match draft.call.operation {
        Operation::Chat if !serves(Operation::Responses) => None,
        Operation::Chat => {
            let conflict = draft.target.tools_with_effort == OnToolsWithEffort::Bridge
                && draft.profile().tools_with_effort != ToolsWithEffort::Any
                && effort_with_tools::conflict(draft);
            let why = if !serves(Operation::Chat) {
                "Azure serves this model on the Responses API alone"
            } else if hosted::is_asked(draft.call.body.root()) {
                "the call asks for tools that Azure serves on the Responses API alone"
            } else if conflict {
                "in a chat call this model takes function tools only without reasoning; on the Responses API it takes both"
            } else {
                return None;
            };
            Some((Operation::Responses, why))
        }
        Operation::Responses if serves(Operation::Responses) || !serves(Operation::Chat) => None,
        Operation::Responses => Some((Operation::Chat, "Azure serves this model in chat completions alone")),
    }
}

/// Hosted tools as the Responses API spells them.
fn correct(draft: &mut Draft<'_>, to: Operation) -> Result<(), Refusal> {
    if to != Operation::Responses {
        return Ok(());
    }
    let changes = hosted::changes(&draft.call.body).map_err(|uncarried| refused(draft, to, &uncarried))?;
    for (change, why) in changes {
        draft.edit(CORRECT, Effect::Same, why, change)?;
    }
    Ok(())
}

/// The call after the edits of a draft, which join those before.
fn settle(draft: Draft<'_>, edits: &mut Vec<Edit>) -> Result<Call, Refusal> {
    let call = draft.call;
    let (refusal, made) = (unread(&draft), draft.finish().0);
    let mut changes = made.iter().filter_map(Edit::body).peekable();
    let body = if changes.peek().is_some() {
        Document::parse(apply(&call.body, changes).concat().into(), OUTLINE_DEPTH).map_err(|_| refusal)?
    } else {
        call.body.clone()
    };
    edits.extend(made);
    Ok(Call { operation: call.operation, model: call.model.clone(), body, ..*call })
}

fn parse(body: Bytes, depth: u32, draft: &Draft<'_>) -> Result<Document, Refusal> {
    Document::parse(body, depth).map_err(|_| unread(draft))
}

/// The refusal of a call that holds more values than azgate looks into.
fn unread(draft: &Draft<'_>) -> Refusal {
    draft.refusal("bridge.responses", "messages", "the call has too many values to be put into other words")
}

fn refused(draft: &Draft<'_>, to: Operation, uncarried: &Uncarried) -> Refusal {
    draft.refusal(rule(to), &uncarried.param, &uncarried.why)
}

/// What a deployment adds to the calls that cross to it.
fn wishes(target: &Target) -> Wishes<'_> {
    Wishes {
        resource: &target.resource,
        // Chat models refuse to be asked. What is not known at all most likely reasons.
        encrypted: target.profile.system_role != SystemRole::System,
        summary: target.reasoning_summary.map(Summary::name),
    }
}

