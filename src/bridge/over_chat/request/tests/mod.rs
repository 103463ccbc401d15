#![expect(clippy::needless_pass_by_value, reason = "JSON literals read better without a borrow")]

mod duplicates;
mod input;
mod namespaces;
mod order;
mod parameters;

use bytes::Bytes;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LOSS_RULES, request};
use crate::{
    bridge::{DEPTH, Loss, Unbridgeable},
    call::NamespacedTool,
    json::Document,
};

struct BridgedDialogue {
    body: Value,
    losses: Vec<Loss>,
    echo: Value,
    tools: Vec<NamespacedTool>,
}

fn bridged(source: &str) -> Result<BridgedDialogue, Unbridgeable> {
    let document = Document::parse(Bytes::copy_from_slice(source.as_bytes()), DEPTH).unwrap();
    let (bridged, reply) = request(&document)?;
    let body = bridged.body.render(document.source());
    let echo = [b"{", &*reply.echo, b"}"].concat();
    for loss in &bridged.losses {
        assert!(LOSS_RULES.contains(&loss.rule), "{loss:?}");
        assert!(loss.at.find(document.root()).is_some(), "{loss:?}");
    }
    assert_eq!(Document::parse(body.clone().into(), 1).unwrap().duplicate_key(), None);
    let json = |bytes: &[u8]| {
        serde_json::from_slice(bytes)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(bytes)))
    };
    Ok(BridgedDialogue { body: json(&body), losses: bridged.losses, echo: json(&echo), tools: reply.tools })
}

/// Bridges a call with an input and these members.
fn call(members: Value) -> BridgedDialogue {
    let mut call = json!({"model": "m", "input": "hi"});
    call.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    bridged(&call.to_string()).unwrap()
}

/// Checks what the members become beside the model and the message, and the losses: rule, place, and whether the call
/// still asks for the same.
fn becomes(members: Value, expected: Value, losses: &[(&str, &str, bool)]) {
    let bridged_call = call(members.clone());
    let mut body = bridged_call.body.as_object().unwrap().clone();
    assert_eq!(body.remove("model").unwrap(), "m");
    assert_eq!(body.remove("messages").unwrap(), json!([{"role": "user", "content": "hi"}]));
    assert_eq!(Value::Object(body), expected, "{members}");
    check_losses(&bridged_call, losses);
}

fn check_losses(bridged_call: &BridgedDialogue, losses: &[(&str, &str, bool)]) {
    let actual: Vec<_> =
        bridged_call.losses.iter().map(|loss| (loss.rule, loss.at.to_string(), loss.same)).collect();
    let actual: Vec<_> = actual.iter().map(|(rule, at, same)| (*rule, at.as_str(), *same)).collect();
    assert_eq!(actual, losses);
}

/// Checks the messages that an input becomes.
fn messages(input: Value, expected: Value, losses: &[(&str, &str, bool)]) {
    let bridged_call = bridged(&json!({"input": input}).to_string()).unwrap();
    assert_eq!(bridged_call.body, json!({"messages": expected}), "{input}");
    check_losses(&bridged_call, losses);
}

/// Checks that a call with these members is refused, and why.
fn refused(members: Value, param: &str, why: &str) {
    let mut call = json!({"input": "hi"});
    call.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let Err(error) = bridged(&call.to_string()) else { panic!("{call} is bridged") };
    assert_eq!(error.param, param);
    assert!(error.why.contains(why), "{error}");
}

#[test]
fn values_keep_their_spelling() {
    let source =
        r#"{"temperature":1.00,"input":[{"role":"user","content":"\u00e9\ud800"}],"max_output_tokens":1e2}"#;
    let document = Document::parse(Bytes::from_static(source.as_bytes()), 5).unwrap();
    let (bridged, _) = request(&document).unwrap();
    assert_eq!(
        String::from_utf8(bridged.body.render(document.source())).unwrap(),
        r#"{"temperature":1.00,"max_completion_tokens":1e2,"messages":[{"role":"user","content":"\u00e9\ud800"}]}"#
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("message"),
        Just("function_call"),
        Just("reasoning"),
        Just("user"),
        Just("assistant"),
        Just("input_text"),
        Just("output_text"),
        Just("refusal"),
        Just("function"),
        Just("custom"),
        Just("namespace"),
        Just("additional_tools"),
        Just("function_call_output"),
        Just("t"),
    ];
    let key = prop_oneof![
        Just("type"),
        Just("role"),
        Just("content"),
        Just("text"),
        Just("output"),
        Just("call_id"),
        Just("name"),
        Just("namespace"),
        Just("description"),
        Just("arguments"),
        Just("refusal"),
        Just("format"),
        Just("tools"),
        Just("effort"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        word.prop_map(Value::from),
        Just(json!(1))
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(key.clone().prop_map(String::from), inner, 0..7)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_json_or_a_refusal_that_names_its_place(
        input in any_json(), tools in any_json(), choice in any_json(), text in any_json(), reasoning in any_json(),
    ) {
        let sent = json!({"input": input, "tools": tools, "tool_choice": choice, "text": text, "reasoning": reasoning});
        if let Err(refusal) = bridged(&sent.to_string()) {
            prop_assert!(!refusal.param.is_empty() && !refusal.why.is_empty());
        }
    }
}
