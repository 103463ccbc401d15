//! The conversation: messages become input items.

use std::{borrow::Cow, collections::HashSet};

use super::{
    BridgeOptions, assistant,
    content::{Side, content},
    object::{Object, array, members, said},
    replay,
    tool_calls::call_id,
};
use crate::{
    bridge::{Loss, Uncarried, needed},
    call::ReplayedReasoning,
    json::{Kind, Pointer, Raw, View},
};

/// A conversation, as far as it has been told in items.
#[derive(Debug)]
pub(super) struct Conversation<'a, 'w> {
    pub(super) options: &'w BridgeOptions<'w>,
    /// From which message on the reasoning goes back.
    pub(super) reasons_from: usize,
    pub(super) items: Vec<Raw>,
    pub(super) losses: &'w mut Vec<Loss>,
    /// The calls of custom tools so far.
    pub(super) custom: HashSet<Cow<'a, str>>,
    /// The legacy call whose result comes next.
    pub(super) legacy: Option<String>,
}

/// `input`, of the value of `messages`.
pub(super) fn input(
    messages: View<'_>,
    options: &BridgeOptions<'_>,
    losses: &mut Vec<Loss>,
) -> Result<Raw, Uncarried> {
    if messages.kind() != Kind::Array {
        return Ok(Raw::source(messages.span()));
    }
    let (items, custom) = (Vec::new(), HashSet::new());
    let reasons_from = reasons_from(messages, options);
    let mut conversation = Conversation { options, reasons_from, items, losses, custom, legacy: None };
    for (index, message) in messages.items().enumerate() {
        if message.kind() == Kind::Object {
            conversation.take(message, index)?;
        } else {
            conversation.items.push(Raw::source(message.span()));
        }
    }
    Ok(array(conversation.items))
}

/// The first message whose reasoning goes back.
fn reasons_from(messages: View<'_>, options: &BridgeOptions<'_>) -> usize {
    let last = |is_it: &dyn Fn(View<'_>) -> bool| {
        messages.items().enumerate().filter(|(_, message)| is_it(*message)).last().map(|(index, _)| index)
    };
    let is = |message: View<'_>, role| message.get("role").and_then(View::text).as_deref() == Some(role);
    match options.replayed {
        ReplayedReasoning::All => 0,
        ReplayedReasoning::Turn => last(&|message| is(message, "user")).map_or(0, |user| user + 1),
        ReplayedReasoning::Last => {
            let reasons = |past: replay::Past<'_>| past.resource == options.resource && past.has_reasoning();
            let reasoned = last(&|message| {
                is(message, "assistant")
                    && said(message, "azgate").and_then(replay::read).is_some_and(reasons)
            });
            reasoned.unwrap_or(usize::MAX)
        }
        ReplayedReasoning::None => usize::MAX,
    }
}

impl<'a> Conversation<'a, '_> {
    fn take(&mut self, message: View<'a>, index: usize) -> Result<(), Uncarried> {
        let at = Pointer::key("messages").item(index);
        let role = needed::string(message, "role", &at)?.text();
        let item = match role.as_deref() {
            Some("assistant") => return assistant::take(self, message, index, &at),
            Some("tool") => self.result(message, &at)?,
            Some("function") => self.legacy_result(message, index, &at)?,
            _ => self.message(message, &at)?,
        };
        self.items.push(item);
        Ok(())
    }

    pub(super) fn lose(&mut self, rule: &'static str, at: Pointer, why: &'static str, same: bool) {
        self.losses.push(Loss { rule, at, why: why.into(), same });
    }

    /// A message of the client. Its type is always said: the endpoints of Azure AI Foundry's projects refuse a message
    /// without (vercel/ai#20180).
    fn message(&mut self, message: View<'a>, at: &Pointer) -> Result<Raw, Uncarried> {
        let mut item = Object::typed("message");
        item.take(message, "role");
        if let Some(said) = said(message, "content") {
            item.put("content", content(said, &at.clone().then("content"), Side::Input)?);
        }
        self.rest(&mut item, message, at, &[]);
        Ok(item.finish())
    }

    /// What a tool answered.
    fn result(&mut self, message: View<'a>, at: &Pointer) -> Result<Raw, Uncarried> {
        let id = needed::string(message, "tool_call_id", at)?;
        let custom = id.text().is_some_and(|id| self.custom.contains(&id));
        let mut item = Object::typed(if custom { "custom_tool_call_output" } else { "function_call_output" });
        item.put("call_id", call_id(id));
        item.put("output", output(message, at)?);
        self.rest(&mut item, message, at, &["role", "tool_call_id"]);
        Ok(item.finish())
    }

    /// What a legacy function answered: to the call before, or to none that anyone knows.
    fn legacy_result(&mut self, message: View<'a>, index: usize, at: &Pointer) -> Result<Raw, Uncarried> {
        let mut item = Object::typed("function_call_output");
        let id = self.legacy.take().unwrap_or_else(|| legacy_id(index));
        item.put("call_id", Raw::string(&id));
        item.put("output", output(message, at)?);
        // Its name is that of the call.
        self.rest(&mut item, message, at, &["role", "name"]);
        Ok(item.finish())
    }

    /// The members that have no place of their own.
    fn rest(&mut self, item: &mut Object<'a>, message: View<'a>, at: &Pointer, left_out: &[&str]) {
        for member in members(message) {
            match &*member.key {
                "content" => {}
                key if left_out.contains(&key) => {}
                "name" => self.name(message, at),
                "azgate" => {
                    let why = "only a message of the assistant is replayed";
                    self.lose("drop.replayed", at.clone().then("azgate"), why, true);
                }
                _ => item.copy(&member),
            }
        }
    }

    /// A participant's name has no place in an item. That of a tool is in its call.
    pub(super) fn name(&mut self, message: View<'a>, at: &Pointer) {
        let tool = message.get("role").and_then(View::text).as_deref() == Some("tool");
        let why = "the Responses API, on which this call is served, knows no names of participants";
        self.lose("drop.name", at.clone().then("name"), why, tool);
    }
}

/// The result of a call, which must be there.
fn output(message: View<'_>, at: &Pointer) -> Result<Raw, Uncarried> {
    match said(message, "content") {
        Some(said) => content(said, &at.clone().then("content"), Side::Input),
        None => Ok(Raw::json(r#""""#)),
    }
}

/// The id of a legacy call, by its position.
pub(super) fn legacy_id(index: usize) -> String {
    format!("call_azgate_{index}")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{conversation, uncarried};

    fn check(message: &str, items: &str, losses: &str) {
        let (told, lost) = conversation(&format!("[{message}]"));
        assert_eq!((told, lost), (format!("[{items}]"), losses.to_owned()), "{message}");
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
    fn audio_is_refused_where_it_stands() {
        let (param, why) = uncarried(
            r#"{"messages":[{"role":"user","content":"x"},{"role":"user","content":[{"type":"text","text":"y"},{"type":"input_audio","input_audio":{}}]}]}"#,
        );
        assert_eq!(param, "messages[1].content[1]");
        assert!(why.contains("no audio"), "{why}");
        let (param, _) = uncarried(r#"{"messages":[{"role":"assistant","audio":{"id":"a"}}]}"#);
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
    fn legacy_calls_and_results_meet_by_position() {
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
