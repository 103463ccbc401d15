//! Answers that come back: the output items of the response that made a message, in their order, so that the model
//! finds its reasoning and the searches it made again.
//!
//! They stand in the message as `azgate`: `{"resource": "NAME", "output": [item, …]}`. What the message itself holds
//! is only named there: `{"type": "message"}`, `{"type": "function_call", "call_id": "…"}`.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

use super::{
    assistant::{Turn, spoken},
    object::{Member, Object, kind, members, said},
};
use crate::json::{Kind, Raw, View};

/// The response that made a message.
#[derive(Debug)]
pub(super) struct Past<'a> {
    pub(super) resource: Cow<'a, str>,
    output: Vec<(Cow<'a, str>, View<'a>)>,
}

impl Past<'_> {
    /// Whether it holds reasoning that someone can read.
    pub(super) fn has_reasoning(&self) -> bool {
        self.output.iter().any(|(kind, item)| kind == "reasoning" && encrypted(*item))
    }
}

/// The value of `azgate`, if it is what azgate wrote.
pub(super) fn read(azgate: View<'_>) -> Option<Past<'_>> {
    let resource = azgate.get("resource")?.text()?;
    let output = azgate.get("output").filter(|output| output.kind() == Kind::Array)?;
    let output = output.items().map(|item| Some((kind(item)?, item))).collect::<Option<_>>()?;
    Some(Past { resource, output })
}

/// Without it, an item of reasoning is a name of something that Azure has not kept.
fn encrypted(reasoning: View<'_>) -> bool {
    reasoning.get("encrypted_content").is_some_and(|content| content.kind() == Kind::String)
}

/// The items of a message in the order of the response that made it, with what the message holds by now.
pub(super) fn items<'a>(past: &Past<'a>, turn: Turn<'a>, message: View<'a>, reasoning: bool) -> Vec<Raw> {
    let mut now = Present::new(past, turn, message);
    let mut items: Vec<Raw> = now.unplaced().into_iter().collect();
    // Reasoning waits for what it led to: Azure refuses it alone.
    let mut thoughts = Vec::new();
    let mut thinking = false;
    for (index, (kind, item)) in past.output.iter().enumerate() {
        if kind == "reasoning" {
            if !std::mem::replace(&mut thinking, true) {
                thoughts.clear();
            }
            if reasoning && encrypted(*item) {
                thoughts.push(thought(*item));
            }
            continue;
        }
        thinking = false;
        let present = match &**kind {
            "message" => now.message(index, *item),
            "function_call" | "custom_tool_call" => now.call(*item),
            _ => Some(Raw::source(item.span())),
        };
        if let Some(present) = present {
            items.append(&mut thoughts);
            items.push(present);
        }
    }
    items.extend(now.calls.into_iter().flatten().map(Object::finish));
    items
}

/// Reasoning goes back with its id (Azure/azure-sdk-for-net#59967), and without its status and its plain text, which
/// Azure refuses (BerriAI/litellm, `responses/transformation.py`; microsoft/agent-framework-go#784).
fn thought(item: View<'_>) -> Raw {
    let mut thought = Object::typed("reasoning");
    thought.copy_all(members(item), &["status", "content"]);
    thought.put("summary", Raw::json("[]"));
    thought.finish()
}

/// What a message holds by now.
struct Present<'a> {
    message: Option<Object<'a>>,
    calls: Vec<Option<Object<'a>>>,
    by_id: HashMap<Cow<'a, str>, VecDeque<usize>>,
    extras: Vec<Member<'a>>,
    /// The place of the last message in the output.
    last: Option<usize>,
    /// The message says still what the several messages of the output said.
    unchanged: bool,
}

impl<'a> Present<'a> {
    fn new(past: &Past<'a>, turn: Turn<'a>, message: View<'a>) -> Present<'a> {
        let mut by_id: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (index, call) in turn.calls.iter().enumerate() {
            if let Some(id) = &call.id {
                by_id.entry(id.clone()).or_default().push_back(index);
            }
        }
        let last = past.output.iter().rposition(|(kind, _)| kind == "message");
        let unchanged = last.is_some() && Words::of(message).is_some_and(|now| now.is_of(past));
        let calls = turn.calls.into_iter().map(|call| Some(call.item)).collect();
        Present { message: turn.message, calls, by_id, extras: turn.extras, last, unchanged }
    }

    /// A text where the response had none. It goes first, as in any message.
    fn unplaced(&mut self) -> Option<Raw> {
        if self.last.is_none() { self.message.take().map(Object::finish) } else { None }
    }

    fn message(&mut self, index: usize, item: View<'a>) -> Option<Raw> {
        let last = self.last == Some(index);
        let mut message = if self.unchanged { spoken() } else { self.message.take_if(|_| last)? };
        // An id would bind it to reasoning that may be gone, and Azure refuses the status of what it is sent.
        message.copy_all(members(item), &["id", "status"]);
        if last {
            message.copy_all(std::mem::take(&mut self.extras), &[]);
        }
        Some(message.finish())
    }

    fn call(&mut self, stub: View<'a>) -> Option<Raw> {
        let index = self.by_id.get_mut(&stub.get("call_id")?.text()?)?.pop_front()?;
        let mut call = self.calls.get_mut(index)?.take()?;
        call.copy_all(members(stub), &["id", "status", "type", "call_id"]);
        Some(call.finish())
    }
}

/// The words of one message or of several.
#[derive(Debug, Default, PartialEq, Eq)]
struct Words {
    text: String,
    refusal: String,
}

impl Words {
    /// The words of a chat message; `None` if they cannot be told, or if it holds something else.
    fn of(message: View<'_>) -> Option<Words> {
        let mut words = Words::default();
        if let Some(content) = said(message, "content") {
            words.add(content)?;
        }
        if let Some(refusal) = said(message, "refusal") {
            words.refusal += &refusal.text()?;
        }
        Some(words)
    }

    /// Whether the messages of a response said just this, each with its content at hand.
    fn is_of(&self, past: &Past<'_>) -> bool {
        let mut words = Words::default();
        let mut messages = past.output.iter().filter(|(kind, _)| kind == "message");
        let told = messages.try_for_each(|(_, item)| words.add(said(*item, "content")?));
        told.is_some() && words == *self
    }

    fn add(&mut self, content: View<'_>) -> Option<()> {
        match content.kind() {
            Kind::String => self.text += &content.text()?,
            Kind::Array => {
                for part in content.items() {
                    match kind(part).as_deref()? {
                        "text" | "output_text" => self.text += &part.get("text")?.text()?,
                        "refusal" => self.refusal += &part.get("refusal")?.text()?,
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::conversation;

    const TEXT: &str = r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]}"#;
    const THOUGHT: &str = r#"{"type":"reasoning","id":"rs_1","encrypted_content":"e1","summary":[]}"#;
    const OTHER: &str = r#"{"type":"reasoning","id":"rs_2","encrypted_content":"e2","summary":[]}"#;
    const SEARCH: &str = r#"{"type":"file_search_call","id":"fs_1","status":"completed","queries":["q"]}"#;

    fn stub(id: &str) -> String {
        format!(r#"{{"type":"function_call","call_id":"{id}"}}"#)
    }

    fn calls(ids: &[&str]) -> String {
        let call = |id: &&str| {
            format!(r#"{{"id":"{id}","type":"function","function":{{"name":"f","arguments":"{id}"}}}}"#)
        };
        format!(r#""tool_calls":[{}]"#, ids.iter().map(call).collect::<Vec<_>>().join(","))
    }

    fn item(id: &str) -> String {
        format!(r#"{{"type":"function_call","call_id":"{id}","name":"f","arguments":"{id}"}}"#)
    }

    /// A message that `resource` made of `output`.
    fn replayed(resource: &str, message: &str, output: &[&str]) -> (String, String) {
        let output = output.join(",");
        conversation(&format!(
            r#"[{{"role":"assistant",{message},"azgate":{{"resource":"{resource}","output":[{output}]}}}}]"#
        ))
    }

    fn check(message: &str, output: &[&str], items: &[&str]) {
        let expected = (format!("[{}]", items.join(",")), String::new());
        assert_eq!(replayed("here", message, output), expected, "{message} {output:?}");
    }

    #[test]
    fn items_stand_in_the_order_of_the_response() {
        let (a, b, message) = (stub("a"), stub("b"), r#"{"type":"message"}"#);
        let text = format!(r#""content":"t",{}"#, calls(&["b", "a"]));
        check(
            &text,
            &[THOUGHT, SEARCH, &a, OTHER, message, &b],
            &[THOUGHT, SEARCH, &item("a"), OTHER, TEXT, &item("b")],
        );
        check(
            r#""content":"t""#,
            &[r#"{"type":"message","phase":"final_answer"}"#],
            &[
                r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}],"phase":"final_answer"}"#,
            ],
        );
    }

    #[test]
    fn reasoning_goes_back_as_azure_takes_it() {
        check(
            r#""content":"t""#,
            &[
                r#"{"id":"rs_1","type":"reasoning","status":"completed","content":[{}],"encrypted_content":"e"}"#,
                r#"{"id":"rs_0","type":"reasoning","encrypted_content":null,"summary":[]}"#,
                r#"{"type":"message"}"#,
            ],
            &[r#"{"type":"reasoning","id":"rs_1","encrypted_content":"e","summary":[]}"#, TEXT],
        );
    }

    #[test]
    fn what_the_client_took_out_takes_its_reasoning_along() {
        let (a, b) = (stub("a"), stub("b"));
        check(&calls(&["b"]), &[THOUGHT, &a, OTHER, &b], &[OTHER, &item("b")]);
        check(&calls(&["a"]), &[THOUGHT, &a, OTHER, &b], &[THOUGHT, &item("a")]);
        check(&calls(&["b"]), &[THOUGHT, &a, &b], &[THOUGHT, &item("b")]);
        check(&calls(&["b"]), &[THOUGHT, OTHER, &b], &[THOUGHT, OTHER, &item("b")]);
        check(r#""content":null"#, &[THOUGHT, r#"{"type":"message"}"#], &[]);
    }

    #[test]
    fn what_the_client_added_stands_where_a_message_has_it() {
        let a = stub("a");
        let text = format!(r#""content":"t",{}"#, calls(&["z", "a", "a"]));
        check(&text, &[THOUGHT, &a], &[TEXT, THOUGHT, &item("a"), &item("z"), &item("a")]);
        check(r#""content":"t""#, &[], &[TEXT]);
    }

    #[test]
    fn custom_calls_are_found_too() {
        check(
            r#""tool_calls":[{"id":"a","type":"custom","custom":{"name":"c","input":"i"}}]"#,
            &[r#"{"type":"custom_tool_call","call_id":"a","namespace":"n"}"#],
            &[r#"{"type":"custom_tool_call","call_id":"a","name":"c","input":"i","namespace":"n"}"#],
        );
    }

    #[test]
    fn several_messages_stand_as_they_were_while_the_text_is_the_same() {
        let part = |text: &str| {
            format!(
                r#""content":[{{"type":"output_text","text":"{text}","annotations":[{{"type":"file_citation"}}]}}]"#
            )
        };
        let message = |id: &str, phase: &str, text: &str| {
            format!(r#"{{{id}"type":"message","role":"assistant",{}{phase}}}"#, part(text))
        };
        let came = |text, phase| message(r#""id":"msg_1","status":"completed","#, phase, text);
        let goes = |text, phase| message("", phase, text);
        let (one, two) = (came("a", r#","phase":"commentary""#), came("b", ""));
        let (first, second) = (goes("a", r#","phase":"commentary""#), goes("b", ""));
        check(r#""content":"ab""#, &[THOUGHT, &one, SEARCH, &two], &[THOUGHT, &first, SEARCH, &second]);
        check(
            r#""new":1,"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#,
            &[&one, &two],
            &[&first, &second.replace("}]}]}", r#"}]}],"new":1}"#)],
        );
        check(r#""content":"t""#, &[THOUGHT, &one, SEARCH, &two], &[THOUGHT, SEARCH, TEXT]);
        check(
            r#""content":"ab","refusal":"no""#,
            &[&one, &two],
            &[
                r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"ab","annotations":[]},{"type":"refusal","refusal":"no"}]}"#,
            ],
        );
    }

    #[test]
    fn reasoning_of_another_resource_is_left_out_and_told() {
        let (message, a) = (r#"{"type":"message"}"#, stub("a"));
        let text = format!(r#""content":"t",{}"#, calls(&["a"]));
        let there = replayed("there", &text, &[THOUGHT, SEARCH, message, OTHER, &a]);
        let items = format!("[{SEARCH},{TEXT},{}]", item("a"));
        assert_eq!(there, (items, "drop.reasoning@messages[0].azgate".to_owned()));
        let (_, losses) = replayed("there", &text, &[SEARCH, message, r#"{"type":"reasoning"}"#, &a]);
        assert_eq!(losses, "");
    }
}
