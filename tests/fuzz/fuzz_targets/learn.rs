//! `translate::learn`: the upstream refuses anything in arbitrary calls, with Azure's wordings and with others.
#![no_main]

use std::sync::{Arc, LazyLock};

use azgate::{
    call::{Dialect, Dialogue, Effect, OUTLINE_DEPTH, Operation, Plan},
    catalog::{Profile, Surfaces},
    inbound::body,
    json::{Document, View, apply},
    translate::{
        Lossy, Policy, Target,
        learn::{Lesson, Lessons, lessons},
        plan,
    },
};
use azgate_fuzz::{Choices, mutate, split, targets, vocabulary};
use bytes::Bytes;
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

/// The most times that a call is sent.
const SENDS: usize = 6;

/// Azure's wordings. `P` is a parameter, `V` a value.
const WORDINGS: [&str; 29] = [
    "Unsupported parameter: 'P' is not supported with this model. Use 'P' instead.",
    "Unsupported parameter: 'P' is not supported with this model.",
    "Unrecognized request argument supplied: P",
    "Unrecognized request arguments supplied: P, P",
    "Unknown parameter: 'P'.",
    "This model does not support the 'P' parameter.",
    "Setting 'P' and 'P' at the same time is not supported.",
    "P is too large: 50000. This model supports at most V completion tokens, whereas you provided 50000.",
    "P is too large: 50000. This model supports at most 7 completion tokens, whereas you provided 50000.",
    "Unsupported value: 'P' does not support V with this model. Only the default (V) value is supported.",
    "Unsupported value: 'P' does not support 'V' with this model. Supported values are: 'V', 'V', and 'V'.",
    "Unsupported value: 'stream' does not support true with this model. Supported values are: false.",
    "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
    "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
    "Invalid value: 'V'. Supported values are: 'V' and V.",
    "Invalid parameter: 'response_format' of type 'V' is not supported with this model.",
    "The 'P' parameter is only allowed when 'P' is enabled.",
    "Model {modelName} is enabled only for api versions 2024-12-01-preview and later",
    "Function tools with reasoning_effort are not supported for m in /v1/chat/completions.",
    "The chatCompletion operation does not work with the specified model, m.",
    "The responses operation does not work with the specified model, m.",
    "Unsupported value: 'V' is not supported with the 'm' model. Supported values are: 'V', and 'V'.",
    "P is not supported on this model",
    "'P' and `P` are not supported in API version V.",
    "Unknown parameter: 'messages[0].P'.",
    "messages.0.content.0.P: Extra inputs are not permitted\nValidation error at #/P: Extra inputs are not permitted",
    "Additional properties are not allowed ('P', 'P' were unexpected) - 'messages.0'",
    "The parameter 'P' is not supported for this deployment.",
    "P",
];

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    mutate::mutate(data, size, most, seed)
});

fuzz_target!(|input: &[u8]| {
    let (text, given) = split(input);
    let mut choices = Choices::new(given, text);
    let base = targets::target(&mut choices);
    let Ok(call) = body::call(
        Operation::of(Dialect::Chat),
        Some("alias".to_owned()),
        true,
        Bytes::copy_from_slice(text),
    ) else {
        return;
    };
    let call = call.dialogue().expect("a call in a dialect");
    let mut known = Lessons::default();
    let mut target = base.clone();
    let Ok(mut planned) = plan(&call, &target, &Policy::default()) else { return };
    let capped = has_cap(sent(&call, &planned).root());
    for _ in 1..SENDS {
        let body = sent(&call, &planned);
        let answer = answer(text, body.root(), &mut choices);
        let status = *choices.of(&[400, 400, 400, 404, 422, 401, 408, 429, 500]);
        let learned = lessons(status, &answer, planned.dialect, &body, &target);
        assert!(matches!(status, 400 | 404 | 422) || learned.is_empty(), "a {status} teaches {learned:?}");
        if learned.is_empty() {
            return;
        }
        let refusal = String::from_utf8_lossy(&answer).into_owned();
        for lesson in learned {
            named(&lesson, body.root(), &refusal);
            known.add(lesson);
        }
        assert!(known.iter().len() <= Lessons::MOST);
        target = amended(&base, known.amend(&base.profile));
        strict(&call, &target);
        let Ok(next) = plan(&call, &target, &Policy::default()) else { return };
        assert!(!capped || has_cap(sent(&call, &next).root()), "the cap is gone: {refusal}");
        if same(&call, &planned, &next) {
            return;
        }
        planned = next;
    }
});

fn amended(base: &Target, profile: Profile) -> Target {
    static TABLE: LazyLock<Surfaces> = LazyLock::new(Surfaces::embedded);
    base.with_profile(Arc::new(profile), &TABLE)
}

fn sent(call: &Dialogue<'_>, plan: &Plan) -> Document {
    let body = apply(plan.body(&call.body), plan.changes()).concat();
    Document::parse(body.into(), OUTLINE_DEPTH).expect("what is sent is JSON")
}

/// Returns a refusal in one of Azure's envelopes. Most refusals name a parameter that was sent. Some answers are the
/// input itself.
fn answer(text: &[u8], sent: View<'_>, choices: &mut Choices<'_>) -> Vec<u8> {
    let param = |choices: &mut Choices<'_>| {
        let members: Vec<(String, View<'_>)> =
            sent.members().map(|(key, value)| (key.into_owned(), value)).collect();
        if members.is_empty() || choices.below(4) == 0 {
            return choices.of(&vocabulary::KEYS).clone();
        }
        let (key, value) = choices.of(&members);
        match value.members().next() {
            Some((below, _)) if choices.below(4) == 0 => format!("{key}.{below}"),
            _ => key.clone(),
        }
    };
    let value = |choices: &mut Choices<'_>| choices.of(&vocabulary::VALUES).trim_matches('"').to_owned();
    if choices.below(8) == 0 {
        return text.to_vec();
    }
    let wording = choices.of(&WORDINGS);
    let mut message = String::new();
    for letter in wording.split_inclusive(['P', 'V']) {
        match letter
            .strip_suffix('P')
            .map(|before| (before, true))
            .or(letter.strip_suffix('V').map(|before| (before, false)))
        {
            Some((before, true)) => message += &(before.to_owned() + &param(choices)),
            Some((before, false)) => message += &(before.to_owned() + &value(choices)),
            None => message += letter,
        }
    }
    let named = (choices.below(2) == 0).then(|| param(choices));
    let code = *choices.of(&[None, Some("unsupported_parameter"), Some("unknown_parameter"), Some("x")]);
    let error = serde_json::json!({ "message": message, "param": named, "code": code });
    let whole = if choices.below(4) == 0 { error } else { serde_json::json!({ "error": error }) };
    whole.to_string().into_bytes()
}

/// Asserts that a lesson is about something in the call.
fn named(lesson: &Lesson, sent: View<'_>, refusal: &str) {
    let has = |path: &str| path.split('.').try_fold(sent, View::get).is_some_and(|value| !value.is_null());
    let is_there = match lesson {
        Lesson::Row(_, row) => match row.members() {
            Some(path) => {
                let mut stands = false;
                path.visit(sent, &mut |_, _| stands = true);
                stands
            }
            None => row.item().map_or_else(|| has(&row.param), |(list, _)| has(list)),
        },
        Lesson::Dialects(_) => true,
        Lesson::SystemRole(_) => {
            let list = sent.get("messages").or_else(|| sent.get("input"));
            list.is_some_and(|messages| messages.items().next().is_some())
        }
        Lesson::Synthesize => has("stream"),
        Lesson::ToolsWithEffort(_) => has("tools") || has("functions"),
        Lesson::ApiVersion(_) => true,
        Lesson::ReplayedReasoning(_) => has("input"),
    };
    assert!(is_there, "{lesson:?} of {refusal}");
    assert!(lesson.why().len() < 1000, "{lesson:?}");
}

/// Asserts that a caller who accepts no loss gets none, whatever was learned.
fn strict(call: &Dialogue<'_>, target: &Target) {
    let policy = Policy { call: Some(Lossy::Refuse), ..Policy::default() };
    if let Ok(plan) = plan(call, target, &policy) {
        assert!(plan.edits.iter().all(|edit| edit.effect == Effect::Same), "{:?}", plan.edits);
    }
}

/// Returns whether two plans send the same call. Then the lesson changes nothing, because a rule in code or in the
/// api-version's table overrides it, and sending the call again is useless.
fn same(call: &Dialogue<'_>, one: &Plan, other: &Plan) -> bool {
    one.dialect == other.dialect
        && one.api_version == other.api_version
        && one.reply == other.reply
        && sent(call, one).source() == sent(call, other).source()
}

/// Returns whether the call has a cap on the answer, under any name that Azure may use. A value that is no number caps
/// nothing: Azure refuses it by itself, and what it holds may be removed.
fn has_cap(sent: View<'_>) -> bool {
    sent.members().any(|(key, value)| key.ends_with("_tokens") && value.number().is_some())
}
