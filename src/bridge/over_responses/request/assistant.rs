//! A message of the assistant: its text and its calls become several items.

use super::{
    assistant_items::{AssistantItems, message_item},
    content::{Author, content, parts, refusal_part},
    input_items::{InputItems, legacy_id},
    object::{Object, array, members},
    past_answer::{self, PastAnswer},
    reasoning, replay,
    tool_calls::{CallItem, call, legacy_call},
};
use crate::{
    bridge::{
        Unbridgeable,
        require::{self, refuse},
    },
    json::{Kind, Pointer, View},
};

/// Members of an answer that only its reader needs, and that clients send back with the message.
const READER_ONLY: [&str; 7] = [
    "annotations",
    "content_filter_offsets",
    "content_filter_results",
    "context",
    "id",
    "parsed",
    "reasoning_content",
];

/// Appends the items of a message of the assistant.
pub(super) fn push<'a>(
    input: &mut InputItems<'a, '_>,
    message: View<'a>,
    index: usize,
    at: &Pointer,
) -> Result<(), Unbridgeable> {
    if message.non_null("audio").is_some() {
        let why =
            "the Responses API, on which this call is served, takes no audio; send its transcript as content";
        return refuse(&at.clone().then("audio"), why);
    }
    let calls = calls(input, message, index, at)?;
    let spoken = spoken(message, at, calls.is_empty())?;
    let mut items = AssistantItems { message: spoken, calls, extras: Vec::new() };
    let past = rest(input, &mut items, message, at);
    let items = match past {
        Some(past) => {
            let omitted = past.has_reasoning().then(|| reasoning::omitted(input, &past, index)).flatten();
            if let Some((rule, why, same)) = omitted {
                input.lose(rule, at.clone().then("azgate"), why, same);
            }
            let replayed = replay::replay(&past, items, message, omitted.is_none(), input.options.stateless);
            if let Some(item) = replayed.left_out {
                let at = at.clone().then("azgate").then("output").item(item);
                let why = "items of Azure's own tools are for the client only";
                input.lose("drop.replayed", at, why, true);
            }
            replayed.items
        }
        None => items.finish(),
    };
    input.items.extend(items);
    Ok(())
}

fn calls<'a>(
    input: &mut InputItems<'a, '_>,
    message: View<'a>,
    index: usize,
    at: &Pointer,
) -> Result<Vec<CallItem<'a>>, Unbridgeable> {
    let mut calls = Vec::new();
    if let Some(made) = message.non_null("tool_calls") {
        let at = at.clone().then("tool_calls");
        for (index, made) in require::kind(made, Kind::Array, &at)?.items().enumerate() {
            calls.push(call(made, &at.clone().item(index))?);
        }
    }
    input.custom.extend(calls.iter().filter(|call| call.custom).filter_map(|call| call.id.clone()));
    if let Some(function) = message.non_null("function_call") {
        let id = legacy_id(index);
        calls.push(legacy_call(function, &at.clone().then("function_call"), &id)?);
        input.legacy = Some(id);
    }
    Ok(calls)
}

/// Returns the item with the text or refusal. An empty text becomes an item only if the message has nothing else.
fn spoken<'a>(message: View<'a>, at: &Pointer, alone: bool) -> Result<Option<Object<'a>>, Unbridgeable> {
    let empty = |value: &View<'_>| matches!(value.raw(), br#""""#);
    let text = message.non_null("content");
    let refusal = message
        .non_null("refusal")
        .map(|refusal| require::kind(refusal, Kind::String, &at.clone().then("refusal")))
        .transpose()?
        .filter(|refusal| !empty(refusal));
    let kept = text.filter(|text| !empty(text) || alone && refusal.is_none());
    let kept = kept.filter(|text| text.kind() != Kind::Array || text.items().next().is_some());
    let at = at.clone().then("content");
    let content = match (kept, refusal) {
        (None, None) => return Ok(None),
        (Some(text), None) => content(text, &at, Author::Model)?,
        (text, Some(refusal)) => {
            let mut parts = text.map(|text| parts(text, &at, Author::Model)).transpose()?.unwrap_or_default();
            parts.push(refusal_part(refusal));
            array(parts)
        }
    };
    let mut item = message_item();
    item.put("content", content);
    Ok(Some(item))
}

/// Sorts the members that have no equivalent, and returns the answer that the message came from.
fn rest<'a>(
    input: &mut InputItems<'a, '_>,
    items: &mut AssistantItems<'a>,
    message: View<'a>,
    at: &Pointer,
) -> Option<PastAnswer<'a>> {
    let past = past_answer::of_message(message);
    let mut dropped = None;
    for member in members(message) {
        match &*member.key {
            "role" | "content" | "refusal" | "tool_calls" | "function_call" => {}
            "name" => input.drop_name(message, at, false),
            "azgate" if past.is_some() => {}
            key if READER_ONLY.contains(&key) || past_answer::is_own(key, member.value) => {
                dropped.get_or_insert(member.key);
            }
            _ => items.extras.push(member),
        }
    }
    let first = items.message.as_mut().or_else(|| items.calls.first_mut().map(|call| &mut call.item));
    match (first, items.extras.first()) {
        (Some(first), _) => first.copy_all(items.extras.iter().cloned(), &[]),
        (None, Some(extra)) => {
            dropped.get_or_insert(extra.key.clone());
        }
        (None, None) => {}
    }
    if let Some(key) = dropped {
        let why = "this member of an answer is for its reader, and not part of the conversation";
        input.lose("drop.replayed", at.clone().then(key.into_owned()), why, true);
    }
    past
}

#[cfg(test)]
mod tests {
    use super::super::{
        BridgeOptions,
        testing::{conversation, translated},
    };
    use crate::call::ReplayedReasoning;

    fn check(message: &str, items: &str, losses: &str) {
        let (actual, lost) = conversation(&format!(r#"[{{"role":"assistant",{message}}}]"#));
        assert_eq!((actual, lost), (format!("[{items}]"), losses.to_owned()), "{message}");
    }

    #[test]
    fn texts_of_the_assistant_become_parts_with_annotations() {
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
    fn the_vendor_field_is_found_where_litellm_keeps_it() {
        let call = r#""content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]"#;
        let litellm = r#""provider_specific_fields":{"refusal":null,"azgate":{"resource":"here","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"},{"type":"function_call","call_id":"a"}]}}"#;
        let item = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}"#;
        let reasoning = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"}"#;
        let lost = "~drop.replayed@messages[0].provider_specific_fields";
        check(&format!("{call},{litellm}"), &format!("{reasoning},{item}"), lost);
        check(&format!(r#"{call},"provider_specific_fields":{{"refusal":null}}"#), item, lost);
    }

    #[test]
    fn the_vendor_field_is_found_and_kept_back_in_any_object_of_the_message() {
        let own = r#"{"azgate":{"resource":"here","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"},{"type":"function_call","call_id":"a"}]},"x":1}"#;
        let field = own.strip_prefix('{').unwrap().strip_suffix(r#","x":1}"#).unwrap();
        let message = |call: &str, function: &str, more: &str| {
            format!(
                r#""content":null,"tool_calls":[{{"id":"a","type":"function"{call},"function":{{"name":"f","arguments":"{{}}"{function}}}}}]{more}"#
            )
        };
        let item = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{}"}"#;
        let reasoning = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"g"}"#;
        let items = format!("{reasoning},{item}");
        for key in ["additional_kwargs", "extra_content", "model_extra", "providerMetadata", "anything"] {
            let held = format!(r#","{key}":{own}"#);
            check(&message("", "", &held), &items, &format!("~drop.replayed@messages[0].{key}"));
            check(&message(&held, "", ""), &items, "");
            check(&message("", &held, ""), &items, "");
        }
        check(&message("", &format!(",{field}"), ""), &items, "");
        let text = format!(r#""content":[{{"type":"text","text":"t","providerMetadata":{own}}}]"#);
        let said = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#;
        check(&text, said, "");
    }

    #[test]
    fn calls_follow_the_text_without_the_leftovers_of_sdks() {
        let calls = r#""tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{ }","parsed_arguments":{}}},{"id":"b","function":{"name":"g","arguments":""},"new":1},{"type":"new","id":"c"}]"#;
        let items = r#"{"type":"function_call","call_id":"a","name":"f","arguments":"{ }"},{"type":"function_call","call_id":"b","name":"g","arguments":"","new":1},{"type":"new","id":"c"}"#;
        let text = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#;
        check(&format!(r#"{calls},"content":"t""#), &format!("{text},{items}"), "");
        check(&format!(r#"{calls},"content":"""#), items, "");
        check(&format!(r#"{calls},"content":[]"#), items, "");
        check(&format!(r#"{calls},"refusal":null"#), items, "");
    }

    #[test]
    fn a_message_without_content_gives_no_item() {
        check(r#""content":null"#, "", "");
        check(r#""tool_calls":[],"content":null"#, "", "");
        check(r#""content":null,"new":1"#, "", "~drop.replayed@messages[0].new");
    }

    #[test]
    fn members_for_the_reader_are_dropped_and_reported_once() {
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
        let answer = |id: &str, resource: &str, encrypted: &str| {
            format!(
                r#"{{"role":"assistant","content":"t","azgate":{{"resource":"{resource}","output":[{{"type":"reasoning","id":"{id}","summary":[]{encrypted}}},{{"type":"message"}}]}}}}"#
            )
        };
        let reasoned = |id: &str| answer(id, "here", r#","encrypted_content":"e""#);
        let actual = |replayed, messages: &[&str]| {
            let chat = format!(r#"{{"messages":[{}]}}"#, messages.join(","));
            let options = BridgeOptions { resource: "here", replayed, ..BridgeOptions::default() };
            let (body, losses) = translated(&chat, &options).unwrap();
            let ids = ["a", "b", "c", "d"].into_iter().filter(|id| body.contains(&format!(r#""id":"{id}""#)));
            (ids.collect::<String>(), losses)
        };
        let (a, b, c) = (reasoned("a"), reasoned("b"), reasoned("c"));
        let (elsewhere, bare) =
            (answer("d", "there", r#","encrypted_content":"e""#), answer("d", "here", ""));
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
            assert_eq!(actual(replayed, &loop_of_two), (ids.to_owned(), losses), "{replayed:?}");
        }
        // Where the newest answer has none that this resource can read, an older one's is the newest.
        let (ids, losses) =
            actual(ReplayedReasoning::Last, &[user, &a, user, &b, user, &bare, &elsewhere, user]);
        assert_eq!((ids.as_str(), losses), ("b", older("drop.reasoning", &[1, 6])));
        // Reasoning that the model would ignore is not a loss, whichever resource made it.
        let (ids, losses) = actual(ReplayedReasoning::Turn, &[user, &elsewhere, user, &b, &elsewhere]);
        assert_eq!(
            (ids.as_str(), losses),
            ("b", "~drop.replayed@messages[1].azgate drop.reasoning@messages[4].azgate".into())
        );
        assert_eq!(
            actual(ReplayedReasoning::All, &[user, &elsewhere, user]).1,
            older("drop.reasoning", &[1])
        );
        assert_eq!(actual(ReplayedReasoning::Turn, &[&a, &b]).0, "ab", "no user, no turn");
        assert_eq!(actual(ReplayedReasoning::Turn, &[user, &a, user]).0, "");
        assert_eq!(actual(ReplayedReasoning::Last, &[user]), Default::default());
    }

    #[test]
    fn unknown_members_stand_in_the_first_item() {
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
