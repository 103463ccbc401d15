//! Plans a call: first the bridge, then every rule.

use std::borrow::Cow;

use super::{
    bridging,
    draft::Draft,
    members, parameter_names,
    policy::Policy,
    rules::{self, RULES},
    target::Target,
};
use crate::{
    call::{BridgedDialogue, Dialogue, Operation, Plan, Refusal, Surface, UsageChunk},
    json::{Change, Document, Pointer, Raw, View},
};

/// Plans how `call` goes to `target`: folds every rule over the call, and then the rows about members of items over
/// the result. The call itself is not changed.
///
/// # Errors
/// A [`Refusal`] when Azure would refuse the call and no translation, or none that the policy allows, prevents it.
pub fn plan(call: &Dialogue<'_>, target: &Target, policy: &Policy<'_>) -> Result<Plan, Refusal> {
    let asked = call.dialect;
    let bridged = bridging::bridge_call(call, target, policy)?;
    let (bridged, reply) = bridged.map_or((None, None), |(bridged, reply)| (Some(bridged), Some(reply)));
    let call = bridged.as_ref().map_or(call, |bridged| &bridged.dialogue);
    let dialect = call.dialect;
    let named = |refusal: Refusal| {
        let param = parameter_names::renamed_param(&refusal.param, dialect, asked);
        Refusal { param, ..refusal }
    };
    let mut draft = Draft::new(call, target, policy);
    draft.reply = reply.unwrap_or(draft.reply);
    let known = target.profile.is_known();
    if !known && draft.wants_usage() {
        draft.reply.usage_chunk = UsageChunk::Wanted;
    }
    let rules = if known { RULES } else { rules::FOR_UNKNOWN_FAMILIES };
    for rule in rules.iter().filter(|rule| rule.on.contains(&call.dialect)) {
        (rule.run)(&mut draft).map_err(named)?;
    }
    let (edits, api_version, reply) = draft.finish();
    let route = named_deployment(Operation::of(dialect), &call.body, target);
    let Dialogue { stream, normalize, stateless, .. } = *call;
    let (bridged, edits) = match members::removals(call, &edits, target, policy).map_err(named)? {
        None => (bridged, edits),
        Some((body, removals)) => {
            let mut before = bridged.map(|bridged| bridged.edits).unwrap_or_default();
            before.extend(edits);
            let dialogue = Dialogue { dialect, stream, body: Cow::Owned(body), normalize, stateless };
            (Some(BridgedDialogue { dialogue, edits: before }), removals)
        }
    };
    Ok(Plan { dialect, api_version, bridged, deployment_name: route, edits, reply })
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
