//! The conversation: messages become input items.

use std::collections::HashSet;

use super::{
    assistant,
    content::{Author, content, parts},
    input_items::{InputItems, legacy_id},
    object::{Object, array, members},
    past_answer, reasoning,
    tool_calls::call_id,
};
use crate::{
    bridge::{Loss, Unbridgeable, over_responses::BridgeOptions, require, tool_kind::ToolKind},
    json::{Kind, Pointer, Raw, View},
};

/// Returns the value of `input` for the value of `messages`.
pub(super) fn input(
    messages: View<'_>,
    options: &BridgeOptions<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Raw, Unbridgeable> {
    if messages.kind() != Kind::Array {
        return Ok(Raw::source(messages.span()));
    }
    let mut input = InputItems {
        options,
        reasoning_from: reasoning::first_message(messages, options),
        items: Vec::new(),
        losses,
        custom: HashSet::new(),
        legacy: None,
    };
    for (index, message) in messages.items().enumerate() {
        if message.kind() == Kind::Object {
            push(&mut input, message, index)?;
        } else {
            input.items.push(Raw::source(message.span()));
        }
    }
    Ok(array(input.items))
}

fn push<'a>(input: &mut InputItems<'a, '_>, message: View<'a>, index: usize) -> Result<(), Unbridgeable> {
    let at = Pointer::key("messages").item(index);
    let role = require::string(message, "role", &at)?.text();
    let item = match role.as_deref() {
        Some("assistant") => return assistant::push(input, message, index, &at),
        Some("tool") => tool_result(input, message, &at)?,
        Some("function") => legacy_result(input, message, index, &at)?,
        _ => client_message(input, message, &at)?,
    };
    input.items.push(item);
    Ok(())
}

/// Translates a message of the client. Its item always has a type: the endpoints of Azure AI Foundry's projects
/// refuse a message without one (vercel/ai#20180).
fn client_message<'a>(
    input: &mut InputItems<'a, '_>,
    message: View<'a>,
    at: &Pointer,
) -> Result<Raw, Unbridgeable> {
    let mut item = Object::typed("message");
    item.take(message, "role");
    let name = message.non_null("name").filter(|_| input.options.names_in_text).and_then(View::text);
    let mut is_in_text = false;
    if let Some(sent) = message.non_null("content") {
        let at = at.clone().then("content");
        item.put(
            "content",
            match &name {
                Some(name) => array(after_name(name, parts(sent, &at, Author::Client)?)),
                None => content(sent, &at, Author::Client)?,
            },
        );
        is_in_text = name.is_some();
    }
    if is_in_text {
        input.drop_name(message, at, true);
    }
    copy_rest(input, &mut item, message, at, if is_in_text { &["name"] } else { &[] });
    Ok(item.finish())
}

/// Returns the parts of a content behind the name of who speaks.
fn after_name(name: &str, parts: Vec<Raw>) -> Vec<Raw> {
    let mut first = Object::typed("input_text");
    first.put("text", Raw::string(&format!("{name}: ")));
    std::iter::once(first.finish()).chain(parts).collect()
}

/// Translates the result of a tool.
fn tool_result<'a>(
    input: &mut InputItems<'a, '_>,
    message: View<'a>,
    at: &Pointer,
) -> Result<Raw, Unbridgeable> {
    let id = require::string(message, "tool_call_id", at)?;
    let is_custom = id.text().is_some_and(|id| input.custom.contains(&id));
    let kind = if is_custom { ToolKind::Custom } else { ToolKind::Function };
    let mut item = Object::typed(kind.output_item());
    item.put("call_id", call_id(id));
    item.put("output", output(message, at)?);
    copy_rest(input, &mut item, message, at, &["role", "tool_call_id"]);
    Ok(item.finish())
}

/// Translates the result of a legacy function. It belongs to the call before it, or to an unknown one.
fn legacy_result<'a>(
    input: &mut InputItems<'a, '_>,
    message: View<'a>,
    index: usize,
    at: &Pointer,
) -> Result<Raw, Unbridgeable> {
    let mut item = Object::typed(ToolKind::Function.output_item());
    let id = input.legacy.take().unwrap_or_else(|| legacy_id(index));
    item.put("call_id", Raw::string(&id));
    item.put("output", output(message, at)?);
    // The message has the name of the function, which is also in the call.
    copy_rest(input, &mut item, message, at, &["role", "name"]);
    Ok(item.finish())
}

/// Copies the members that have no equivalent in an item.
fn copy_rest<'a>(
    input: &mut InputItems<'a, '_>,
    item: &mut Object<'a>,
    message: View<'a>,
    at: &Pointer,
    left_out: &[&str],
) {
    for member in members(message) {
        match &*member.key {
            "content" => {}
            key if left_out.contains(&key) => {}
            "name" => input.drop_name(message, at, false),
            key if past_answer::is_own(key, member.value) => {
                let why = "only a message of the assistant is replayed";
                input.lose("drop.replayed", at.clone().then(key.to_owned()), why, true);
            }
            _ => item.copy(&member),
        }
    }
}

/// Returns the output of a call. An item must have one.
fn output(message: View<'_>, at: &Pointer) -> Result<Raw, Unbridgeable> {
    match message.non_null("content") {
        Some(sent) => content(sent, &at.clone().then("content"), Author::Client),
        None => Ok(Raw::json(r#""""#)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{conversation, refusal, translated};
    use crate::bridge::over_responses::BridgeOptions;

    fn check(message: &str, items: &str, losses: &str) {
        let (actual, lost) = conversation(&format!("[{message}]"));
        assert_eq!((actual, lost), (format!("[{items}]"), losses.to_owned()), "{message}");
    }

    #[test]
    fn messages_of_the_client_become_input_messages() {
        for (message, item, losses) in [
            (
                r#"{"role":"system","content":"a\u00e9"}"#,
                r#"{"type":"message","role":"system","content":"a\u00e9"}"#,
                "",
            ),
            (
                r#"{"role":"developer","content":[{"type":"text","text":"t","prompt_cache_breakpoint":{"mode":"explicit"}}]}"#,
                r#"{"type":"message","role":"developer","content":[{"type":"input_text","text":"t","prompt_cache_breakpoint":{"mode":"explicit"}}]}"#,
                "",
            ),
            (
                r#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:x","detail":"low"}},{"type":"image_url","image_url":"u"}]}"#,
                r#"{"type":"message","role":"user","content":[{"type":"input_image","image_url":"data:x","detail":"low"},{"type":"input_image","image_url":"u"}]}"#,
                "",
            ),
            (
                r#"{"role":"user","content":[{"type":"file","file":{"file_id":"f","filename":null}},{"type":"file","file":{"file_data":"d","filename":"n"}}]}"#,
                r#"{"type":"message","role":"user","content":[{"type":"input_file","file_id":"f"},{"type":"input_file","file_data":"d","filename":"n"}]}"#,
                "",
            ),
            (
                r#"{"role":"user","content":["bare",{"type":"new", "x":null}],"new":1,"old":null}"#,
                r#"{"type":"message","role":"user","content":["bare",{"type":"new", "x":null}],"new":1}"#,
                "",
            ),
            (
                r#"{"name":"Ann","role":"user","content":"x","azgate":1}"#,
                r#"{"type":"message","role":"user","content":"x"}"#,
                "drop.name@messages[0].name ~drop.replayed@messages[0].azgate",
            ),
            (r#"{"role":"user","content":null}"#, r#"{"type":"message","role":"user"}"#, ""),
            (r#""bare""#, r#""bare""#, ""),
        ] {
            check(message, item, losses);
        }
    }

    #[test]
    fn a_name_can_stay_in_the_text() {
        let options = BridgeOptions { resource: "here", names_in_text: true, ..BridgeOptions::default() };
        for (message, items, losses) in [
            (
                r#"{"name":"A\"nn","role":"user","content":"x\u00e9"}"#,
                r#"[{"type":"message","role":"user","content":[{"type":"input_text","text":"A\"nn: "},{"type":"input_text","text":"x\u00e9"}]}]"#,
                "~drop.name@messages[0].name",
            ),
            (
                r#"{"role":"user","name":"Ann","content":[{"type":"image_url","image_url":"u"}]}"#,
                r#"[{"type":"message","role":"user","content":[{"type":"input_text","text":"Ann: "},{"type":"input_image","image_url":"u"}]}]"#,
                "~drop.name@messages[0].name",
            ),
            (
                r#"{"role":"user","name":null,"content":"x"}"#,
                r#"[{"type":"message","role":"user","content":"x"}]"#,
                "",
            ),
            (
                r#"{"role":"user","name":"Ann","content":null}"#,
                r#"[{"type":"message","role":"user"}]"#,
                "drop.name@messages[0].name",
            ),
        ] {
            let (body, lost) = translated(&format!(r#"{{"messages":[{message}]}}"#), &options).unwrap();
            assert!(body.contains(&format!(r#""input":{items}"#)), "{body}");
            assert_eq!(lost, losses, "{message}");
        }
    }

    #[test]
    fn audio_is_refused_with_its_place() {
        let (param, why) = refusal(
            r#"{"messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"text","text":"y"},{"type":"input_audio","input_audio":{}}]}]}"#,
        );
        assert_eq!(param, "messages[1].content[1]");
        assert!(why.contains("no audio"), "{why}");
        let (param, _) = refusal(r#"{"messages":[{"role":"assistant","audio":{"id":"a"}}]}"#);
        assert_eq!(param, "messages[0].audio");
    }

    #[test]
    fn results_of_tools_become_outputs() {
        for (message, item, losses) in [
            (
                r#"{"role":"tool","tool_call_id":"c1","content":"r"}"#,
                r#"{"type":"function_call_output","call_id":"c1","output":"r"}"#,
                "",
            ),
            (
                r#"{"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"r"}],"name":"f"}"#,
                r#"{"type":"function_call_output","call_id":"c1","output":[{"type":"input_text","text":"r"}]}"#,
                "~drop.name@messages[0].name",
            ),
            (
                r#"{"role":"tool","tool_call_id":"c1","content":null,"new":1}"#,
                r#"{"type":"function_call_output","call_id":"c1","output":"","new":1}"#,
                "",
            ),
            (
                r#"{"role":"function","name":"f","content":"r"}"#,
                r#"{"type":"function_call_output","call_id":"call_azgate_0","output":"r"}"#,
                "",
            ),
        ] {
            check(message, item, losses);
        }
    }

    #[test]
    fn a_result_is_of_the_kind_of_its_call() {
        check(
            r#"{"role":"assistant","tool_calls":[{"id":"a","type":"custom","custom":{"name":"c","input":"i"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"b","content":"1"},{"role":"tool","tool_call_id":"a","content":"2"}"#,
            r#"{"type":"custom_tool_call","call_id":"a","name":"c","input":"i"},{"type":"function_call","call_id":"b","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"b","output":"1"},{"type":"custom_tool_call_output","call_id":"a","output":"2"}"#,
            "",
        );
    }

    #[test]
    fn legacy_calls_and_results_are_matched_by_position() {
        check(
            r#"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"1"},{"role":"assistant","function_call":{"name":"g","arguments":""}},{"role":"user","content":"u"},{"role":"function","name":"g","content":"2"}"#,
            r#"{"type":"function_call","call_id":"call_azgate_0","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"call_azgate_0","output":"1"},{"type":"function_call","call_id":"call_azgate_2","name":"g","arguments":""},{"type":"message","role":"user","content":"u"},{"type":"function_call_output","call_id":"call_azgate_2","output":"2"}"#,
            "",
        );
    }

    #[test]
    fn a_long_id_is_shortened_for_call_and_result_alike() {
        let long = |last: char| format!("{}{last}", "i".repeat(64));
        let chat = |id: &str| {
            conversation(&format!(
                r#"[{{"role":"assistant","tool_calls":[{{"id":"{id}","type":"function","function":{{"name":"f","arguments":""}}}}]}},{{"role":"tool","tool_call_id":"{id}","content":""}}]"#
            ))
        };
        let ids = |id: &str| {
            let (items, losses) = chat(id);
            assert_eq!(losses, "");
            let items: Vec<serde_json::Value> = serde_json::from_str(&items).unwrap();
            assert_eq!(items[0]["call_id"], items[1]["call_id"]);
            items[0]["call_id"].as_str().unwrap().to_owned()
        };
        assert_eq!(ids(&"i".repeat(64)), "i".repeat(64));
        let (one, other) = (ids(&long('a')), ids(&long('b')));
        assert_eq!(one, format!("{}_5bd3072badaafb4c", "i".repeat(47)));
        assert_eq!(one.len(), 64);
        assert_ne!(one, other);
    }
}
