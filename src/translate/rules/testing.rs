//! Helpers of the rules' tests: plans for a family on a surface, and the bodies that they send.

use std::borrow::Cow;

use bytes::Bytes;

use crate::{
    call::{Dialect, Dialogue, Edit, OUTLINE_DEPTH, Plan, Refusal},
    catalog::{Catalog, Surfaces},
    json::{Document, View, apply},
    translate::{Action, Lossy, Policy, PolicyLayer, Target, edits_header, plan},
};

/// A call with this body.
pub(in crate::translate) fn call(dialect: Dialect, body: &str) -> Dialogue<'static> {
    let body = Document::parse(Bytes::copy_from_slice(body.as_bytes()), OUTLINE_DEPTH).unwrap();
    let stream = body.root().get("stream").and_then(View::boolean).unwrap_or_default();
    Dialogue {
        dialect,
        stream,
        body: Cow::Owned(body),
        normalize: true,
        stateless: false,
        remembered: [].into(),
    }
}

/// A deployment `m` of a family on a surface.
pub(in crate::translate) fn target(family: &str, surface: &str) -> Target {
    let profile = Catalog::embedded().family(family).unwrap();
    Target::new("m", profile, surface.parse().unwrap(), &Surfaces::embedded())
}

/// A plan and the body that it sends.
#[derive(Debug)]
pub(in crate::translate) struct Sent {
    pub(in crate::translate) body: String,
    pub(in crate::translate) edits: String,
    pub(in crate::translate) plan: Plan,
}

/// Plans a chat call and returns the body that it sends.
pub(in crate::translate) fn send(target: &Target, body: &str, policy: &Policy<'_>) -> Result<Sent, Refusal> {
    planned(Dialect::Chat, target, body, policy)
}

/// Plans a Responses call and returns the body that it sends.
pub(in crate::translate) fn respond(
    target: &Target,
    body: &str,
    policy: &Policy<'_>,
) -> Result<Sent, Refusal> {
    planned(Dialect::Responses, target, body, policy)
}

fn planned(dialect: Dialect, target: &Target, body: &str, policy: &Policy<'_>) -> Result<Sent, Refusal> {
    let call = call(dialect, body);
    let mut plan = plan(&call, target, policy)?;
    // Where a body names no model, the tests leave the deployment's name out of what is sent.
    let edits = plan.edits.iter().filter_map(Edit::body_change);
    let body = String::from_utf8(apply(plan.body(&call.body), edits).concat()).unwrap();
    Document::parse(Bytes::from(body.clone()), OUTLINE_DEPTH).unwrap();
    let edits = plan.take_edits();
    let header = edits_header(&edits).into_owned();
    plan.edits = edits;
    Ok(Sent { body, edits: header, plan })
}

/// The body sent and the edits, under the default policy.
pub(in crate::translate) fn sent(family: &str, surface: &str, body: &str) -> (String, String) {
    let sent = send(&target(family, surface), body, &Policy::default()).unwrap();
    (sent.body, sent.edits)
}

/// The refusal, under the default policy.
pub(in crate::translate) fn refused(family: &str, surface: &str, body: &str) -> Refusal {
    send(&target(family, surface), body, &Policy::default()).unwrap_err()
}

/// The outcome where one rule has this action.
pub(in crate::translate) fn with(
    rule: &str,
    action: Action,
    family: &str,
    body: &str,
) -> Result<(String, String), Refusal> {
    let rules = PolicyLayer { lossy: None, rules: [(rule.to_owned(), action)].into() };
    let policy = Policy { call: None, layers: [None, None, Some(&rules)] };
    send(&target(family, "v1"), body, &policy).map(|sent| (sent.body, sent.edits))
}

/// The outcome for a caller who accepts no loss.
pub(in crate::translate) fn strictly(
    family: &str,
    surface: &str,
    body: &str,
) -> Result<(String, String), Refusal> {
    let policy = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
    send(&target(family, surface), body, &policy).map(|sent| (sent.body, sent.edits))
}

/// The body sent of a Responses call and the edits, under the default policy.
pub(in crate::translate) fn responses(family: &str, surface: &str, body: &str) -> (String, String) {
    let sent = respond(&target(family, surface), body, &Policy::default()).unwrap();
    (sent.body, sent.edits)
}

/// The outcome of a Responses call where one rule has this action.
pub(in crate::translate) fn responses_with(
    rule: &str,
    action: Action,
    family: &str,
    body: &str,
) -> Result<(String, String), Refusal> {
    let rules = PolicyLayer { lossy: None, rules: [(rule.to_owned(), action)].into() };
    let policy = Policy { call: None, layers: [None, None, Some(&rules)] };
    respond(&target(family, "v1"), body, &policy).map(|sent| (sent.body, sent.edits))
}
