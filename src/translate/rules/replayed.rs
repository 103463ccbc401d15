//! Members that an answer has for its reader, and that programs give back with the conversation: azgate's own field,
//! reasoning in plain text, a whole message inside a part of its text (openai-agents-js,
//! `openaiChatCompletionsConverter.ts`), and the marks with which clients ask other vendors for a cache. Azure refuses
//! members that it does not know: "Additional properties are not allowed ('parsed' was unexpected) - 'messages.1'"
//! (auto-playwright#50, azurechat#503).
//!
//! Only the bridge to the Responses API reads azgate's field, so this rule leaves the field there before that bridge.

use super::rule::{BOTH, Rule};
use crate::{
    bridge::over_responses,
    call::{Dialect, Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, RawBuilder, Span, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[REASONING, REPLAYED, CACHE],
    summary: "Members that an earlier answer had for its reader are removed from messages and from their parts and \
              calls: `azgate`, whose reasoning is lost outside the Responses API, plain reasoning, and members of a \
              message inside a part. So are marks for another vendor's cache (`cache_control`).",
    on: BOTH,
    run,
};

const REASONING: &str = "drop.reasoning";
const REPLAYED: &str = "drop.replayed";
const CACHE: &str = "drop.cache_control";

/// How azgate's field is called, and the member in which litellm keeps what it does not know.
const OWN: &[&str] = &["azgate", KEPT];

/// The member of litellm's. Others name such an object otherwise (`additional_kwargs`, `providerMetadata`).
const KEPT: &str = "provider_specific_fields";

/// The members that hold what a call calls.
const CALLED: [&str; 3] = ["function", "custom", "function_call"];

const CACHE_CONTROL: &[&str] = &["cache_control"];

/// The members of a message that are for its reader. A model that azgate does not know may want its reasoning back.
const OF_MESSAGES: &[&str] = &[
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "thinking",
    "thinking_blocks",
    "index",
    "parsed_arguments",
];

/// The types of parts that hold text, and the member that would be another message's elsewhere.
const TEXTS: &[(&str, Dialect, &str)] = &[
    ("text", Dialect::Chat, ""),
    ("refusal", Dialect::Chat, "refusal"),
    ("input_text", Dialect::Responses, ""),
    ("output_text", Dialect::Responses, "annotations"),
    ("refusal", Dialect::Responses, "refusal"),
];

/// The members of a message that programs put into a part with its text.
const OF_TEXTS: &[&str] = &[
    "role",
    "refusal",
    "annotations",
    "audio",
    "tool_calls",
    "function_call",
    "context",
    "parsed",
    "content_filter_offsets",
    "content_filter_results",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
];

/// How deep the field is looked into: to the members of the items of its `output`.
const DEPTH: u32 = 3;

/// The members that are to go: the place, the key, the value.
type Found<'a> = Vec<(Pointer, &'static str, View<'a>)>;

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let is_read = draft.bridging && draft.call.dialect == Dialect::Chat;
    let own = if is_read { &[][..] } else { OWN };
    let root = draft.call.body.root();
    let list = draft.parameter_names().messages;
    let mut found = Found::new();
    let messages = root.get(list).map(|messages| draft.items(messages, &Pointer::key(list)));
    for (index, message) in messages.into_iter().flatten() {
        let at = Pointer::key(list).item(index);
        look(message, &at, own, &mut found);
        if !is_read {
            hold(message, &at, &mut found);
            called(draft, message, &at)?;
        }
        look(message, &at, CACHE_CONTROL, &mut found);
        if draft.profile().is_known() || draft.bridging {
            let keys = if message.get("role").is_some() { OF_MESSAGES } else { &[] };
            look(message, &at, keys, &mut found);
        }
        for inner in ["content", "output", "tool_calls"] {
            let parts = message.get(inner).into_iter().flat_map(View::items).enumerate();
            for (index, part) in parts {
                let at = at.clone().then(inner).item(index);
                look(part, &at, own, &mut found);
                if !is_read {
                    hold(part, &at, &mut found);
                    called(draft, part, &at)?;
                }
                of_part(draft, part, &at, &mut found);
            }
        }
    }
    marked_tools(root, &mut found);
    remove(draft, found)
}

/// Finds the members `keys` of an object.
fn look<'a>(object: View<'a>, at: &Pointer, keys: &[&'static str], found: &mut Found<'a>) {
    for key in keys {
        if let Some(value) = object.get(key) {
            found.push((at.clone().then(*key), *key, value));
        }
    }
}

/// Finds the objects in which a program keeps azgate's field.
fn hold<'a>(object: View<'a>, at: &Pointer, found: &mut Found<'a>) {
    for (key, value) in object.members() {
        if !OWN.contains(&&*key) && !CALLED.contains(&&*key) && has_own(value) {
            found.push((at.clone().then(key.into_owned()), KEPT, value));
        }
    }
}

/// Returns whether a value is an object with azgate's field.
fn has_own(value: View<'_>) -> bool {
    const FIELD: &[u8] = b"\"azgate\"";
    value.kind() == Kind::Object
        && value.raw().windows(FIELD.len()).any(|text| text == FIELD)
        && value.reparse(1).is_some_and(|inner| inner.root().get("azgate").is_some())
}

/// Takes azgate's field out of what a call calls, which is below the outline and so is written anew.
fn called(draft: &mut Draft<'_>, call: View<'_>, at: &Pointer) -> Result<(), Refusal> {
    for key in CALLED {
        let Some(called) = call.get(key).filter(|called| called.kind() == Kind::Object) else { continue };
        let Some(outlined) = called.reparse(1) else { continue };
        let is_own = |key: &str, value: View<'_>| OWN.contains(&key) || has_own(value);
        let root = outlined.root();
        let own: Vec<View<'_>> =
            root.members().filter(|(key, value)| is_own(key, *value)).map(|(_, value)| value).collect();
        if own.is_empty() {
            continue;
        }
        let mut rest = RawBuilder::object();
        for (key, value) in root.members().filter(|(key, value)| !is_own(key, *value)) {
            let (within, Span { start, end }) = (called.span().start, value.span());
            rest.member(&key, Raw::source(Span { start: within + start, end: within + end }));
        }
        // The rule for calls without arguments, which came before, wrote this object too.
        if key != "custom" && root.get("arguments").is_none() {
            rest.member("arguments", Raw::string("{}"));
        }
        let (rule, effect, why) = removed(own.into_iter().any(reasons));
        draft.edit(rule, effect, why, Change::Set { at: at.clone().then(key), value: rest.finish() })?;
    }
    Ok(())
}

/// Returns how azgate's field goes, with or without reasoning.
fn removed(reasons: bool) -> (&'static str, Effect, &'static str) {
    if reasons {
        (REASONING, Effect::Lossy, "this operation takes no reasoning back in this form")
    } else {
        (REPLAYED, Effect::Same, "what an answer tells its reader is no part of the conversation")
    }
}

fn of_part<'a>(draft: &Draft<'_>, part: View<'a>, at: &Pointer, found: &mut Found<'a>) {
    look(part, at, CACHE_CONTROL, found);
    let kind = part.get("type").and_then(View::text).unwrap_or_default();
    let text = TEXTS.iter().find(|(text, dialect, _)| *text == kind && *dialect == draft.call.dialect);
    if let Some((_, _, kept)) = text {
        let keys: Vec<&'static str> = OF_TEXTS.iter().copied().filter(|key| key != kept).collect();
        look(part, at, &keys, found);
    }
}

/// Returns a part for a rule that copies it to another message: without what this rule removes from each part.
pub(super) fn kept(part: View<'_>) -> Raw {
    let is_removed =
        |key: &str, value: View<'_>| OWN.contains(&key) || CACHE_CONTROL.contains(&key) || has_own(value);
    let removed: Vec<_> =
        part.members().filter(|(key, value)| is_removed(key, *value)).map(|(key, _)| key).collect();
    if removed.is_empty() {
        return Raw::source(part.span());
    }
    let removed: Vec<&str> = removed.iter().map(|key| &**key).collect();
    let mut kept = RawBuilder::object();
    kept.copy_rest(part, &removed);
    kept.finish()
}

/// Finds the marks of tools, which stand beside their type or their name.
fn marked_tools<'a>(root: View<'a>, found: &mut Found<'a>) {
    for (index, tool) in root.get("tools").into_iter().flat_map(View::items).enumerate() {
        let at = Pointer::key("tools").item(index);
        look(tool, &at, CACHE_CONTROL, found);
        if let Some(function) = tool.get("function") {
            look(function, &at.then("function"), CACHE_CONTROL, found);
        }
    }
}

fn remove(draft: &mut Draft<'_>, found: Found<'_>) -> Result<(), Refusal> {
    for (at, key, value) in found {
        let (rule, effect, why) = if CACHE_CONTROL.contains(&key) {
            (CACHE, Effect::Same, "Azure caches long prompts without a mark, and refuses one")
        } else {
            removed(OWN.contains(&key) && reasons(value))
        };
        draft.edit(rule, effect, why, Change::Remove { at })?;
    }
    Ok(())
}

/// Returns whether azgate's field, or what holds it, has reasoning that could go back.
fn reasons(value: View<'_>) -> bool {
    value.reparse(DEPTH + 1).is_some_and(|own| {
        let root = own.root();
        over_responses::has_reasoning(root.get("azgate").unwrap_or(root))
    })
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, sent, strictly, with},
    };

    fn body(azgate: &str) -> String {
        format!(
            r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b"{azgate}}},{{"role":"user","content":"c"}}]}}"#
        )
    }

    const THOUGHT: &str = r#","azgate":{"resource":"main","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"e"},{"type":"message"}]}"#;

    #[test]
    fn it_is_taken_out_whatever_the_family_and_lost_reasoning_is_said() {
        for family in ["gpt-4.1", "gpt-5", "gpt-5.6", "unknown"] {
            for (azgate, edits) in [
                (THOUGHT, "drop.reasoning;lossy"),
                (
                    r#","azgate":{"resource":"main","output":[{"type":"code_interpreter_call"}]}"#,
                    "drop.replayed",
                ),
                (
                    r#","azgate":{"resource":"main","output":[{"type":"reasoning","id":"rs_1"}]}"#,
                    "drop.replayed",
                ),
                (r#","azgate":null"#, "drop.replayed"),
                (r#","azgate":[],"azgate":7"#, "drop.replayed"),
            ] {
                assert_eq!(sent(family, "v1", &body(azgate)), (body(""), edits.into()), "{family} {azgate}");
            }
        }
        assert_eq!(sent("gpt-4.1", "v1", &body("")).1, "none");
    }

    #[test]
    fn it_is_taken_out_of_any_object_and_of_what_a_call_calls() {
        let field = THOUGHT.trim_start_matches(',');
        for family in ["gpt-4.1", "gpt-5", "unknown"] {
            for key in ["additional_kwargs", "extra_content", "model_extra", "providerMetadata", "anything"] {
                let held = format!(r#","{key}":{{{field},"x":1}}"#);
                let expected = (body(""), "drop.reasoning;lossy".to_owned());
                assert_eq!(sent(family, "v1", &body(&held)), expected, "{family} {key}");
                let call = |call: &str, function: &str| {
                    format!(
                        r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b","tool_calls":[{{"id":"c","type":"function","function":{{"name":"f","arguments":"{{}}"{function}}}{call}}}]}},{{"role":"tool","tool_call_id":"c","content":"r"}}]}}"#
                    )
                };
                for holder in [call(&held, ""), call("", &held), call("", THOUGHT), call(THOUGHT, "")] {
                    let expected = (call("", ""), "drop.reasoning;lossy".to_owned());
                    assert_eq!(sent(family, "v1", &holder), expected, "{family} {key}");
                }
                let part = |more: &str| {
                    format!(
                        r#"{{"messages":[{{"role":"user","content":[{{"type":"text","text":"a"{more}}}]}}]}}"#
                    )
                };
                assert_eq!(sent(family, "v1", &part(&held)), (part(""), "drop.reasoning;lossy".to_owned()));
            }
            let other = body(r#","additional_kwargs":{"x":"\"azgate\""}"#);
            assert_eq!(sent(family, "v1", &other), (other, "none".to_owned()));
        }
    }

    const INSIDE: &str = r#""role":"assistant","refusal":null,"annotations":[],"reasoning_content":"r""#;

    #[test]
    fn a_message_inside_a_part_goes_and_the_part_keeps_what_it_says() {
        let said = |part: &str| {
            format!(
                r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":[{part}]}}]}}"#
            )
        };
        let part = |more: &str| said(&format!(r#"{{"type":"text","text":"b"{more}}}"#));
        let (body, edits) = sent("gpt-4.1", "v1", &part(&format!(",{INSIDE}{THOUGHT}")));
        assert_eq!((body, edits.as_str()), (part(""), "drop.reasoning;lossy, drop.replayed;n=4"));
        let refused = r#"{"type":"refusal","refusal":"no"}"#;
        let more =
            format!(r#"{{"type":"refusal","refusal":"no",{}}}"#, INSIDE.replace(r#""refusal":null,"#, ""));
        assert_eq!(sent("gpt-4.1", "v1", &said(&more)).0, said(refused));
        let input = |part: &str| format!(r#"{{"input":[{{"role":"assistant","content":[{part}]}}]}}"#);
        let output = r#"{"type":"output_text","text":"b","annotations":[]"#;
        let more = format!(r#"{output},"role":"assistant","azgate":{{}}}}"#);
        let (body, edits) = responses("gpt-5.4", "v1", &input(&more));
        assert_eq!((body, edits.as_str()), (input(&format!("{output}}}")), "drop.replayed;n=2"));
    }

    #[test]
    fn marks_for_a_cache_go_wherever_they_stand() {
        let mark = r#","cache_control":{"type":"ephemeral"}"#;
        let chat = |mark: &str| {
            format!(
                r#"{{"messages":[{{"role":"system","content":[{{"type":"text","text":"a"{mark}}}]{mark}}},{{"role":"user","content":[{{"type":"image_url","image_url":{{"url":"u"}}{mark}}}]}}],"tools":[{{"type":"function","function":{{"name":"f"{mark}}}{mark}}}]}}"#
            )
        };
        let (body, edits) = sent("gpt-4.1", "v1", &chat(mark));
        assert_eq!((body, edits.as_str()), (chat(""), "drop.cache_control;n=5"));
        let (body, _) = sent("gpt-5-codex", "v1", &chat(mark));
        assert!(!body.contains("cache_control"), "{body}");
        let input = |mark: &str| {
            format!(
                r#"{{"input":[{{"role":"user","content":[{{"type":"input_text","text":"a"{mark}}}]{mark}}}]}}"#
            )
        };
        assert_eq!(responses("gpt-5.4", "v1", &input(mark)).0, input(""));
        assert_eq!(sent("unknown", "v1", &chat(mark)).0, chat(""));
        assert!(strictly("gpt-4.1", "v1", &chat(mark)).is_ok());
    }

    #[test]
    fn plain_reasoning_goes_on_every_model_that_is_known() {
        for more in [
            r#","reasoning_content":"r""#,
            r#","reasoning":"r","reasoning_details":[{}]"#,
            r#","thinking_blocks":[]"#,
        ] {
            for family in ["gpt-4.1", "gpt-5", "model-router"] {
                assert_eq!(sent(family, "v1", &body(more)).0, body(""), "{family} {more}");
            }
            assert_eq!(sent("unknown", "v1", &body(more)).0, body(more));
        }
    }

    #[test]
    fn the_field_is_taken_out_of_calls_and_of_what_litellm_keeps() {
        let call = |more: &str| {
            let call = format!(
                r#"{{"id":"c","type":"function","function":{{"name":"f","arguments":"{{}}"}}{more}}}"#
            );
            format!(
                r#"{{"messages":[{{"role":"assistant","content":null,"tool_calls":[{call}]}},{{"role":"tool","tool_call_id":"c","content":"b"}}]}}"#
            )
        };
        assert_eq!(sent("gpt-4.1", "v1", &call(THOUGHT)), (call(""), "drop.reasoning;lossy".into()));
        let kept = format!(r#","provider_specific_fields":{{{}}}"#, THOUGHT.trim_start_matches(','));
        assert_eq!(sent("gpt-4.1", "v1", &body(&kept)), (body(""), "drop.reasoning;lossy".into()));
        let other = r#","provider_specific_fields":{"refusal":null}"#;
        assert_eq!(sent("gpt-4.1", "v1", &body(other)), (body(""), "drop.replayed".into()));
    }

    #[test]
    fn a_caller_may_refuse_the_loss_or_send_it_as_it_is() {
        assert_eq!(strictly("gpt-4.1", "v1", &body(THOUGHT)).unwrap_err().param, "messages[1].azgate");
        let passed = with("drop.reasoning", Action::Pass, "gpt-4.1", &body(THOUGHT)).unwrap();
        assert_eq!(passed, (body(THOUGHT), "none".into()));
    }
}
