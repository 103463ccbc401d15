//! Plans a call: first it is put into the words of its operation, then the bridge, then every rule.

use std::borrow::Cow;

use super::{
    bridging::{self, apply_edits},
    draft::Draft,
    members, other_body,
    parameter_names::renamed_param,
    policy::Policy,
    rules::{self, RULES, Rule},
    target::Target,
};
use crate::{
    call::{
        BridgedDialogue, Dialect, Dialogue, Edit, Operation, Plan, Refusal, Surface, UsageChunk, written_in,
    },
    json::{Change, Document, Pointer, Raw, View},
};

/// Plans how `call` goes to `target`: folds every rule over the call, and then the rows about members of items over
/// the result. The call itself is not changed.
///
/// # Errors
/// A [`Refusal`] when Azure would refuse the call and no translation, or none that the policy allows, prevents it.
pub fn plan(call: &Dialogue<'_>, target: &Target, policy: &Policy<'_>) -> Result<Plan, Refusal> {
    let (asked, client) = (call.dialect, call.body.root());
    let written = written_in(asked, client);
    // The newest of these is the dialogue that the rules read.
    let (mut worded, mut restated, mut bridged) = (None, None, None);
    let mut before = Vec::new();
    let read = other_body::read(call, target, policy, &mut before)?;
    let draft = Draft::new(read.as_ref().unwrap_or(call), target, policy).answering(asked);
    let draft = match ruled(draft, rules::OWN_WORDS, &mut before)? {
        Ruled::Unchanged(draft) => draft,
        Ruled::Changed(call) => Draft::new(worded.insert(call), target, policy).answering(asked),
    };
    let mut draft = match bridging::bridge_call(&draft, policy, &mut before)? {
        Some((call, reply)) => {
            let mut draft = Draft::new(bridged.insert(call), target, policy).answering(asked);
            draft.reply = reply;
            draft
        }
        None => match ruled(draft, rules::UNBRIDGED, &mut before)? {
            Ruled::Unchanged(draft) => draft,
            Ruled::Changed(call) => Draft::new(restated.insert(call), target, policy).answering(asked),
        },
    };
    let dialect = draft.call.dialect;
    let crossed = asked == Dialect::Chat && written == Dialect::Responses && read.is_some();
    if crossed && dialect == Dialect::Responses {
        other_body::answer_chat(&mut draft)?;
    }
    let known = target.profile.is_known();
    if !known && draft.wants_usage() {
        draft.reply.usage_chunk = UsageChunk::Wanted;
    }
    let rules = if known { RULES } else { rules::FOR_UNKNOWN_FAMILIES };
    let named = |refusal: Refusal| {
        let param = as_written(&renamed_param(&refusal.param, dialect, written), written, client);
        Refusal { param, ..refusal }
    };
    for rule in rules.iter().filter(|rule| rule.on.contains(&dialect)) {
        (rule.run)(&mut draft).map_err(named)?;
    }
    if crossed {
        other_body::hide_usage(&mut draft.reply, client);
    }
    let call = draft.call;
    let deployment_name = named_deployment(Operation::of(dialect), &call.body, target);
    let (mut edits, api_version, reply) = draft.finish();
    let newest = match members::removals(call, &edits, target, policy).map_err(named)? {
        Some((body, removals)) => {
            before.append(&mut edits);
            edits = removals;
            Some(Dialogue { body: Cow::Owned(body), remembered: call.remembered.clone(), ..*call })
        }
        None => bridged.or(restated).or(worded).or_else(|| rewritten(read?)),
    };
    // Without a new body the plan itself lists all edits.
    if newest.is_none() {
        before.append(&mut edits);
        edits = std::mem::take(&mut before);
    }
    let bridged = newest.map(|dialogue| BridgedDialogue { dialogue, edits: before });
    Ok(Plan { dialect, api_version, bridged, deployment_name, edits, reply })
}

/// What rules made of a draft.
enum Ruled<'a> {
    /// No rule edited the draft.
    Unchanged(Draft<'a>),
    /// The call after their edits.
    Changed(Dialogue<'static>),
}

/// Lets rules work on a call before all other rules read it. Adds their edits to `edits`.
fn ruled<'a>(mut draft: Draft<'a>, rules: &[Rule], edits: &mut Vec<Edit>) -> Result<Ruled<'a>, Refusal> {
    for rule in rules.iter().filter(|rule| rule.on.contains(&draft.call.dialect)) {
        (rule.run)(&mut draft)?;
    }
    if !draft.is_edited() {
        return Ok(Ruled::Unchanged(draft));
    }
    let changed = apply_edits(draft, edits)?;
    let body = Cow::Owned(changed.body.into_owned());
    Ok(Ruled::Changed(Dialogue { body, ..changed }))
}

/// Returns a dialogue if its body is not the client's.
fn rewritten(call: Dialogue<'_>) -> Option<Dialogue<'static>> {
    let Cow::Owned(body) = call.body else { return None };
    Some(Dialogue { body: Cow::Owned(body), ..call })
}

/// Returns the name of a parameter as the client wrote it, where the client used the other dialect's word.
fn as_written(param: &str, written: Dialect, client: View<'_>) -> String {
    let is_there = |param: &str| {
        let top = param.split(['.', '[']).next().unwrap_or_default();
        client.get(top).is_some()
    };
    let other = renamed_param(param, written, written.other());
    if !is_there(param) && is_there(&other) { other } else { param.to_owned() }
}

/// Returns the change that names the deployment in a body, if Azure reads the name from the body: always on the v1
/// surface, and on a dated one for operations whose path does not contain it.
pub fn named_deployment(operation: &Operation, body: &Document, target: &Target) -> Option<Change> {
    if target.surface != Surface::V1 && operation.has_deployment_in_path() {
        return None;
    }
    let named = body.root().get("model").and_then(View::text);
    (named.as_deref() != Some(target.deployment.as_str()))
        .then(|| Change::Set { at: Pointer::key("model"), value: Raw::string(&target.deployment) })
}
