//! `translate::plan` with arbitrary calls in both dialects, for every family, served in either dialect, on every kind
//! of surface, under any policy.
#![no_main]

use azgate::{
    call::{Call, Change, Dialect, Dialogue, Edit, Effect, Operation, Plan},
    inbound::body,
    json::apply,
    translate::{Lossy, Policy, PolicyLayer, Target, edits_header, plan},
};
use azgate_fuzz::{Choices, mutate, split, targets};
use bytes::Bytes;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    mutate::mutate(data, size, most, seed)
});

fuzz_target!(|input: &[u8]| {
    let (text, given) = split(input);
    let mut choices = Choices::new(given, text);
    let target = targets::target(&mut choices);
    let (word, layer) = targets::policy(&mut choices);
    let dialect = *choices.of(&Dialect::ALL);
    let Some(call) = call(dialect, Bytes::copy_from_slice(text)) else { return };
    let call = dialogue(&call);
    let policy = Policy { call: word, layers: [None, Some(&layer), None] };
    let Ok(planned) = plan(&call, &target, &policy) else { return };
    let sent = sent(&call, &planned);
    let twice = plan(&call, &target, &policy).expect("it was planned before");
    assert_eq!(self::sent(&call, &twice), sent);
    assert_eq!(edits_header(&twice.edits), edits_header(&planned.edits));
    let literal = !target.profile.is_known() && !target.options.collect && planned.dialect == Dialect::Chat;
    if literal && planned.bridged.is_none() {
        // The plan changes only fields that azgate put into earlier answers, and what Azure refuses for every model.
        let meant = |edit: &Edit| MENDED.contains(&&*edit.rule);
        assert!(planned.edits.iter().all(meant), "{:?}", planned.edits);
    }
    if planned.changes().next().is_none() && planned.bridged.is_none() {
        assert_eq!(sent, text);
    }
    if word == Some(Lossy::Refuse) {
        let crossed = planned.bridged.iter().flat_map(|bridged| &bridged.edits);
        let mut edits = crossed.chain(&planned.edits);
        assert!(edits.all(|edit| edit.effect == Effect::Same), "{planned:?}");
    }
    let shown = String::from_utf8_lossy(&sent);
    let again =
        self::call(planned.dialect, sent.clone()).unwrap_or_else(|| panic!("no longer a call: {shown}"));
    settled(&dialogue(&again), &target, &layer, &shown);
});

/// The rules that act on a chat call whatever its model, in the client's own body.
const MENDED: [&str; 9] = [
    "drop.cache_control",
    "drop.reasoning",
    "drop.replayed",
    "fill.content",
    "fill.tool_call",
    "move.images",
    "raise.api_version",
    "read.body",
    "shorten.tool_call_id",
];

fn call(dialect: Dialect, body: Bytes) -> Option<Call> {
    body::call(Operation::of(dialect), Some(targets::DEPLOYMENT.to_owned()), true, body).ok()
}

fn dialogue(call: &Call) -> Dialogue<'_> {
    call.dialogue().expect("a call in a dialect")
}

fn sent(call: &Dialogue<'_>, plan: &Plan) -> Bytes {
    apply(plan.body(&call.body), plan.changes()).concat().into()
}

/// Asserts that a planned call needs no further change. Skips policies that name rules: a rule that is passed over may
/// leave something that another rule reads.
fn settled(again: &Dialogue<'_>, target: &Target, layer: &PolicyLayer, shown: &str) {
    if !layer.rules.is_empty() {
        return;
    }
    let plan = match plan(again, target, &Policy::default()) {
        Ok(plan) => plan,
        Err(refusal) => panic!("refused after it was planned: {refusal:?} {shown}"),
    };
    // A shape that a client nested twice may be repaired twice. A loss must come at once.
    let more: Vec<_> = plan
        .edits
        .iter()
        .filter(|edit| !matches!(edit.change, Change::ApiVersion { .. }) && edit.effect == Effect::Lossy)
        .collect();
    assert!(more.is_empty() && plan.deployment_name.is_none(), "{}: {more:?} {shown}", target.profile.name);
}
