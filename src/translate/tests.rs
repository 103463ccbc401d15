//! Plans as a whole: what goes up for what came in.

use std::borrow::Cow;

use bytes::Bytes;

use super::*;
use crate::{
    call::{Dialect, Dialogue, OUTLINE_DEPTH, Plan},
    catalog::{Catalog, Surfaces},
    json::{Document, View, apply},
};

fn target(family: &str, surface: &str) -> Target {
    let profile = Catalog::embedded().family(family).unwrap();
    Target::new("my-deployment", profile, surface.parse().unwrap(), &Surfaces::embedded())
}

fn call(body: &str) -> Dialogue<'static> {
    let body = Document::parse(Bytes::copy_from_slice(body.as_bytes()), OUTLINE_DEPTH).unwrap();
    let stream = body.root().get("stream").and_then(View::boolean).unwrap_or_default();
    let (dialect, body) = (Dialect::Chat, Cow::Owned(body));
    Dialogue { dialect, stream, body, normalize: true, stateless: false, remembered: [].into() }
}

fn translated(target: &Target, body: &str) -> (String, Plan) {
    let call = call(body);
    let plan = plan(&call, target, &Policy::default()).unwrap();
    let sent = apply(&call.body, plan.changes()).concat();
    (String::from_utf8(sent).unwrap(), plan)
}

#[test]
fn o1_preview_gets_one_user_message_and_no_sampling() {
    let body = r#"{"model":"my-deployment","temperature":0.2,"max_tokens":100,"messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"Hi"}]}"#;
    let (sent, plan) = translated(&target("o1-preview", "v1"), body);
    assert_eq!(
        sent,
        r#"{"model":"my-deployment","max_completion_tokens":100,"messages":[{"role":"user","content":"Be \"brief\".\n\nHi"}]}"#
    );
    let header = edits_header(&plan.edits);
    assert_eq!(header, "merge.system;n=2, rename.max_tokens, drop.temperature;lossy");
}

#[test]
fn a_call_that_needs_no_change_goes_up_as_the_very_same_bytes() {
    let body = r#" {"model" : "my-deployment", "messages":[{"role":"user","content":"Hi"}], "temperature": 1.0e0, "x":[1.0] }"#;
    let (sent, plan) = translated(&target("gpt-4.1", "v1"), body);
    assert_eq!(sent, body);
    assert!(plan.edits.is_empty());
}

#[test]
fn the_deployment_is_named_in_the_body_on_v1_and_in_the_path_otherwise() {
    let body = r#"{"model":"alias","messages":[]}"#;
    assert_eq!(translated(&target("gpt-4.1", "v1"), body).0, r#"{"model":"my-deployment","messages":[]}"#);
    assert_eq!(translated(&target("gpt-4.1", "2024-10-21"), body).0, body);
}

#[test]
fn a_responses_call_names_its_deployment_in_the_body_on_every_surface() {
    for surface in ["v1", "2025-04-01-preview"] {
        let call = Dialogue { dialect: Dialect::Responses, ..call(r#"{"model":"alias","input":"Hi"}"#) };
        let plan = plan(&call, &target("gpt-4.1", surface), &Policy::default()).unwrap();
        let sent = apply(&call.body, plan.changes()).concat();
        assert_eq!(sent, br#"{"model":"my-deployment","input":"Hi"}"#, "{surface}");
    }
}

#[test]
fn nothing_is_changed_for_an_unknown_family() {
    let mut target = target("gpt-4.1", "v1");
    target.profile = Catalog::embedded().unknown();
    let body = r#"{"model":"my-deployment","max_tokens":1,"stream":true,"tool_choice":"auto","messages":[]}"#;
    let (sent, plan) = translated(&target, body);
    assert_eq!(sent, body);
    assert!(plan.edits.is_empty());
}

#[test]
fn a_cap_that_takes_the_place_of_a_null_one_stands_there_once() {
    for (one, other) in [("max_tokens", "max_completion_tokens"), ("max_completion_tokens", "max_tokens")] {
        let cap = |key| if key == "max_tokens" { "9999999" } else { "null" };
        let body = format!(
            r#"{{"{one}":{},"model":"my-deployment","messages":[],"{other}":{}}}"#,
            cap(one),
            cap(other)
        );
        let (sent, _) = translated(&target("o1", "v1"), &body);
        assert_eq!(sent.matches(r#""max_completion_tokens":100000"#).count(), 1, "{sent}");
        assert_eq!(sent.matches("max_").count(), 1, "{sent}");
    }
}
