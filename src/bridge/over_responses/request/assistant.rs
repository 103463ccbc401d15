//! What the assistant said and called: one message of the chat, several items.

use super::{
    content::{Side, content, parts},
    messages::{Conversation, legacy_id},
    object::{Member, Object, array, members, said},
    replay,
    tool_calls::{Call, call, legacy_call},
};
use crate::{
    bridge::{Uncarried, needed},
    call::ReplayedReasoning,
    json::{Kind, Pointer, Raw, View},
};

/// What answers hold for their reader, and clients send back with them.
const REPLAYED: [&str; 6] = [
    "annotations",
    "content_filter_offsets",
    "content_filter_results",
    "context",
    "parsed",
    "reasoning_content",
];

/// Where litellm keeps the members of an answer that it does not know, and sends them back.
const LITELLM: &str = "provider_specific_fields";

/// A message of the assistant, in its items.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// What was said.
    pub(super) message: Option<Object<'a>>,
    pub(super) calls: Vec<Call<'a>>,
    /// What else the message holds. It stands in its first item.
    pub(super) extras: Vec<Member<'a>>,
}

pub(super) fn take<'a>(
    conversation: &mut Conversation<'a, '_>,
    message: View<'a>,
    index: usize,
    at: &Pointer,
) -> Result<(), Uncarried> {
    if said(message, "audio").is_some() {
        let why =
            "the Responses API, on which this call is served, takes no audio; send its transcript as content";
        return Err(Uncarried { param: at.clone().then("audio").to_string(), why: why.into() });
    }
    let calls = calls(conversation, message, index, at)?;
    let mut turn = Turn { message: said_item(message, at, calls.is_empty())?, calls, extras: Vec::new() };
    let past = rest(conversation, &mut turn, message, at);
    let items = match past {
        Some(past) => {
            let lost = past.has_reasoning().then(|| unreasoned(conversation, &past, index)).flatten();
            if let Some((rule, why, same)) = lost {
                conversation.lose(rule, at.clone().then("azgate"), why, same);
            }
            let replayed = replay::replay(&past, turn, message, lost.is_none());
            if let Some(item) = replayed.left_out {
                let at = at.clone().then("azgate").then("output").item(item);
                conversation.lose(
                    "drop.replayed",
                    at,
                    "what Azure's tools did is told to the client alone",
                    true,
                );
            }
            replayed.items
        }
        None => turn.items(),
    };
    conversation.items.extend(items);
    Ok(())
}

/// Why the reasoning of a message does not go back, if so: the rule, the reason, and whether nothing is lost by it.
fn unreasoned(
    conversation: &Conversation<'_, '_>,
    past: &replay::Past<'_>,
    index: usize,
) -> Option<(&'static str, &'static str, bool)> {
    let turn = "this model looks at the reasoning since the last message of the user, and at no older one";
    let elsewhere = "another Azure resource made this reasoning, and only that one can read it";
    let last = "this model takes back the reasoning of one answer alone, and this is not the newest";
    let none = "Azure does not take this reasoning back";
    let old = index < conversation.reasons_from;
    let foreign = *past.resource != *conversation.options.resource;
    match conversation.options.replayed {
        // Nobody would have looked at it, whoever made it.
        ReplayedReasoning::All | ReplayedReasoning::Turn if old => Some(("drop.replayed", turn, true)),
        _ if foreign => Some(("drop.reasoning", elsewhere, false)),
        ReplayedReasoning::Last if old => Some(("drop.reasoning", last, false)),
        ReplayedReasoning::None if old => Some(("drop.reasoning", none, false)),
        _ => None,
    }
}

impl Turn<'_> {
    /// The text, then the calls.
    fn items(self) -> Vec<Raw> {
        let calls = self.calls.into_iter().map(|call| call.item);
        self.message.into_iter().chain(calls).map(Object::finish).collect()
    }
}

/// A message of the assistant, without its content.
pub(super) fn spoken<'a>() -> Object<'a> {
    let mut item = Object::typed("message");
    item.put("role", Raw::string("assistant"));
    item
}

fn calls<'a>(
    conversation: &mut Conversation<'a, '_>,
    message: View<'a>,
    index: usize,
    at: &Pointer,
) -> Result<Vec<Call<'a>>, Uncarried> {
    let mut calls = Vec::new();
    if let Some(made) = said(message, "tool_calls") {
        let at = at.clone().then("tool_calls");
        for (index, made) in needed::of(made, Kind::Array, &at)?.items().enumerate() {
            calls.push(call(made, &at.clone().item(index))?);
        }
    }
    conversation.custom.extend(calls.iter().filter(|call| call.custom).filter_map(|call| call.id.clone()));
    if let Some(function) = said(message, "function_call") {
        let id = legacy_id(index);
        calls.push(legacy_call(function, &at.clone().then("function_call"), &id)?);
        conversation.legacy = Some(id);
    }
    Ok(calls)
}

/// What was said, as an item. No text is an item only where there is nothing else.
fn said_item<'a>(message: View<'a>, at: &Pointer, alone: bool) -> Result<Option<Object<'a>>, Uncarried> {
    let empty = |value: &View<'_>| matches!(value.raw(), br#""""#);
    let text = said(message, "content");
    let refusal = said(message, "refusal")
        .map(|refusal| needed::of(refusal, Kind::String, &at.clone().then("refusal")))
        .transpose()?
        .filter(|refusal| !empty(refusal));
    let kept = text.filter(|text| !empty(text) || alone && refusal.is_none());
    let kept = kept.filter(|text| text.kind() != Kind::Array || text.items().next().is_some());
    let at = at.clone().then("content");
    let words = match (kept, refusal) {
        (None, None) => return Ok(None),
        (Some(text), None) => content(text, &at, Side::Output)?,
        (text, Some(refusal)) => {
            let mut words = text.map(|text| parts(text, &at, Side::Output)).transpose()?.unwrap_or_default();
            let mut part = Object::typed("refusal");
            part.put("refusal", Raw::source(refusal.span()));
            words.push(part.finish());
            array(words)
        }
    };
    let mut item = spoken();
    item.put("content", words);
    Ok(Some(item))
}

/// The members that have no place of their own, and what the message's answer was.
fn rest<'a>(
    conversation: &mut Conversation<'a, '_>,
    turn: &mut Turn<'a>,
    message: View<'a>,
    at: &Pointer,
) -> Option<replay::Past<'a>> {
    let mut past = None;
    let mut replayed = None;
    for member in members(message) {
        match &*member.key {
            "role" | "content" | "refusal" | "tool_calls" | "function_call" => {}
            "name" => conversation.name(message, at),
            "azgate" => {
                past = replay::read(member.value).or(past);
                if past.is_none() {
                    replayed.get_or_insert(member.key);
                }
            }
            LITELLM => {
                past = past.or_else(|| member.value.get("azgate").and_then(replay::read));
                replayed.get_or_insert(member.key);
            }
            key if REPLAYED.contains(&key) => {
                replayed.get_or_insert(member.key);
            }
            _ => turn.extras.push(member),
        }
    }
    let first = turn.message.as_mut().or_else(|| turn.calls.first_mut().map(|call| &mut call.item));
    match (first, turn.extras.first()) {
        (Some(first), _) => first.copy_all(turn.extras.iter().cloned(), &[]),
        (None, Some(extra)) => {
            replayed.get_or_insert(extra.key.clone());
        }
        (None, None) => {}
    }
    if let Some(key) = replayed {
        let why = "what an answer tells its reader is no part of the conversation";
        conversation.lose("drop.replayed", at.clone().then(key.into_owned()), why, true);
    }
    past
}

#[cfg(test)]
mod tests {
    use super::super::{
        BridgeOptions,
        testing::{conversation, wished},
    };
    use crate::call::ReplayedReasoning;

    fn check(message: &str, items: &str, losses: &str) {
        let (told, lost) = conversation(&format!(r#"[{{"role":"assistant",{message}}}]"#));
        assert_eq!((told, lost), (format!("[{items}]"), losses.to_owned()), "{message}");
    }

    #[test]
    fn what_was_said_becomes_parts_with_annotations() {
        let text = r#"{"type":"output_text","text":"t","annotations":[]}"#;
        let refusal = r#"{"type":"refusal","refusal":"no"}"#;
        for (message, parts) in [
            (r#""content":"t""#, text.to_owned()),
            (r#""content":"t","refusal":null"#, text.to_owned()),
            (
                r#""content":[{"type":"text","text":"t"},{"type":"refusal","refusal":"no"}]"#,
                format!("{text},{refusal}"),
            ),
            (r#""content":null,"refusal":"no""#, refusal.to_owned()),
            (r#""content":"","refusal":"no""#, refusal.to_owned()),
            (r#""content":"t","refusal":"no""#, format!("{text},{refusal}")),
            (r#""content":"""#, r#"{"type":"output_text","text":"","annotations":[]}"#.to_owned()),
        ] {
            let item = format!(r#"{{"type":"message","role":"assistant","content":[{parts}]}}"#);
            check(message, &item, "");
        }
    }

    #[test]
    fn litellm_keeps_an_answers_items_in_a_place_of_its_own() {
        let call = r#""content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]"#;
        let kept = r#""provider_specific_fields":{"refusal":null,"azgate":{"resource":"here","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"},{"type":"function_call","call_id":"a"}]}}"#;
        let item = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}"#;
        let thought = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"}"#;
        let lost = "~drop.replayed@messages[0].provider_specific_fields";
        check(&format!("{call},{kept}"), &format!("{thought},{item}"), lost);
        check(&format!(r#"{call},"provider_specific_fields":{{"refusal":null}}"#), item, lost);
    }

    #[test]
    fn calls_stand_behind_the_text_without_what_sdks_leave_in_them() {
        let calls = r#""tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{ }","parsed_arguments":{}}},{"id":"b","function":{"name":"g","arguments":""},"new":1},{"type":"new","id":"c"}]"#;
        let items = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{ }"},{"type":"function_call","call_id":"b","name":"g","arguments":"","new":1},{"type":"new","id":"c"}"#;
        let text = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#;
        check(&format!(r#"{calls},"content":"t""#), &format!("{text},{items}"), "");
        check(&format!(r#"{calls},"content":"""#), items, "");
        check(&format!(r#"{calls},"content":[]"#), items, "");
        check(&format!(r#"{calls},"refusal":null"#), items, "");
    }

    #[test]
    fn a_message_that_says_nothing_is_no_item() {
        check(r#""content":null"#, "", "");
        check(r#""tool_calls":[],"content":null"#, "", "");
        check(r#""content":null,"new":1"#, "", "~drop.replayed@messages[0].new");
    }

    #[test]
    fn what_answers_tell_their_reader_is_left_out_and_told_once() {
        let item = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#;
        for (message, losses) in [
            (
                r#""content":"t","annotations":null,"context":null,"audio":null,"function_call":null,"azgate":null"#,
                "",
            ),
            (
                r#""context":{},"content":"t","reasoning_content":"r","annotations":[]"#,
                "~drop.replayed@messages[0].context",
            ),
            (r#""content":"t","azgate":{"resource":"here"}"#, "~drop.replayed@messages[0].azgate"),
            (
                r#""content":"t","azgate":{"resource":"here","output":[{}]}"#,
                "~drop.replayed@messages[0].azgate",
            ),
            (
                r#""content":"t","name":"A","parsed":{}"#,
                "drop.name@messages[0].name ~drop.replayed@messages[0].parsed",
            ),
        ] {
            check(message, item, losses);
        }
    }

    #[test]
    fn reasoning_goes_back_as_far_as_the_model_takes_it() {
        let user = r#"{"role":"user","content":"u"}"#;
        let said = |id: &str, resource: &str, encrypted: &str| {
            format!(
                r#"{{"role":"assistant","content":"t","azgate":{{"resource":"{resource}","output":[{{"type":"reasoning","id":"{id}","summary":[]{encrypted}}},{{"type":"message"}}]}}}}"#
            )
        };
        let reasoned = |id: &str| said(id, "here", r#","encrypted_content":"e""#);
        let told = |replayed, messages: &[&str]| {
            let chat = format!(r#"{{"messages":[{}]}}"#, messages.join(","));
            let options = BridgeOptions { resource: "here", replayed, ..BridgeOptions::default() };
            let (body, losses) = wished(&chat, &options).unwrap();
            let ids = ["a", "b", "c", "d"].into_iter().filter(|id| body.contains(&format!(r#""id":"{id}""#)));
            (ids.collect::<String>(), losses)
        };
        let (a, b, c) = (reasoned("a"), reasoned("b"), reasoned("c"));
        let (elsewhere, bare) = (said("d", "there", r#","encrypted_content":"e""#), said("d", "here", ""));
        let older = |rule: &str, indices: &[usize]| {
            indices
                .iter()
                .map(|index| format!("{rule}@messages[{index}].azgate"))
                .collect::<Vec<_>>()
                .join(" ")
        };
        for (replayed, ids, losses) in [
            (ReplayedReasoning::All, "abc", String::new()),
            (ReplayedReasoning::Turn, "bc", older("~drop.replayed", &[1])),
            (ReplayedReasoning::Last, "c", older("drop.reasoning", &[1, 3])),
            (ReplayedReasoning::None, "", older("drop.reasoning", &[1, 3, 4])),
        ] {
            let loop_of_two = [user, &a, user, &b, &c];
            assert_eq!(told(replayed, &loop_of_two), (ids.to_owned(), losses), "{replayed:?}");
        }
        // Where the newest answer has none that this resource can read, an older one's is the newest.
        let (ids, losses) =
            told(ReplayedReasoning::Last, &[user, &a, user, &b, user, &bare, &elsewhere, user]);
        assert_eq!((ids.as_str(), losses), ("b", older("drop.reasoning", &[1, 6])));
        // What would not be looked at is no loss, whoever made it.
        let (ids, losses) = told(ReplayedReasoning::Turn, &[user, &elsewhere, user, &b, &elsewhere]);
        assert_eq!(
            (ids.as_str(), losses),
            ("b", "~drop.replayed@messages[1].azgate drop.reasoning@messages[4].azgate".into())
        );
        assert_eq!(told(ReplayedReasoning::All, &[user, &elsewhere, user]).1, older("drop.reasoning", &[1]));
        assert_eq!(told(ReplayedReasoning::Turn, &[&a, &b]).0, "ab", "no user, no turn");
        assert_eq!(told(ReplayedReasoning::Turn, &[user, &a, user]).0, "");
        assert_eq!(told(ReplayedReasoning::Last, &[user]), Default::default());
    }

    #[test]
    fn what_nobody_knows_stands_in_the_first_item() {
        check(
            r#""content":"t","new":{"a": 1}"#,
            r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}],"new":{"a": 1}}"#,
            "",
        );
        check(
            r#""new":1,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":""}}]"#,
            r#"{"type":"function_call","call_id":"a","name":"f","arguments":"","new":1}"#,
            "",
        );
    }
}
