//! Answers that come back: the output items of the response that made a message, in their order, so that the model
//! finds its reasoning and the searches it made again.
//!
//! They stand in the message as `azgate`: `{"resource": "NAME", "output": [item, …]}`. What the message itself holds
//! is only named there: `{"type": "message"}`, `{"type": "function_call", "call_id": "…"}`.
//!
//! The client may have written anything there, and Azure gives what it stores to whoever names it. So an item goes back only
//! if it says itself all that there is to know, and of its members only those that say it. A run of code, for one, names the
//! container that it ran in: that is for the client to read.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
};

use super::{
    assistant::{Turn, spoken},
    object::{Member, Object, array, kind, members},
    words::{Speech, Words, parts, speech},
};
use crate::json::{Kind, Raw, View};

/// The items that go back as they came, and their members.
const WHOLE: [(&str, &[&str]); 2] = [
    ("file_search_call", &["id", "status", "queries", "results"]),
    ("web_search_call", &["id", "status", "action"]),
];

/// The response that made a message.
#[derive(Debug)]
pub(super) struct Past<'a> {
    pub(super) resource: Cow<'a, str>,
    output: Vec<(Cow<'a, str>, View<'a>)>,
}

/// What goes back of a message and of the response that made it.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) items: Vec<Raw>,
    /// The place in the output of the first item that is for the client alone.
    pub(super) left_out: Option<usize>,
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

/// Without it, an item of reasoning is the name of something that Azure may have kept.
fn encrypted(reasoning: View<'_>) -> bool {
    let content = reasoning.get("encrypted_content");
    content.is_some_and(|content| content.kind() == Kind::String && content.raw() != br#""""#)
}

/// The items of a message in the order of the response that made it, with what the message holds by now.
pub(super) fn replay<'a>(past: &Past<'a>, turn: Turn<'a>, message: View<'a>, reasoning: bool) -> Replayed {
    let mut now = Present::new(past, turn, message);
    let mut items: Vec<Raw> = now.unplaced().into_iter().collect();
    let mut left_out = None;
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
            "message" => {
                if parts(*item).is_some_and(|mut parts| parts.any(|part| speech(part).is_none())) {
                    left_out.get_or_insert(index);
                }
                now.message(index, *item)
            }
            "function_call" | "custom_tool_call" => now.call(*item),
            kind => whole(kind, *item).or_else(|| {
                left_out.get_or_insert(index);
                None
            }),
        };
        if let Some(present) = present {
            items.append(&mut thoughts);
            items.push(present);
        }
    }
    items.extend(now.calls.into_iter().flatten().map(Object::finish));
    Replayed { items, left_out }
}

/// An item that says all that there is to know.
fn whole(kind: &str, item: View<'_>) -> Option<Raw> {
    let (kind, keys) = WHOLE.iter().find(|(whole, _)| *whole == kind)?;
    let mut whole = Object::typed(kind);
    whole.copy_some(members(item), keys);
    Some(whole.finish())
}

/// Reasoning goes back with its id (Azure/azure-sdk-for-net#59967), and without its status and its plain text, which
/// Azure refuses (BerriAI/litellm, `responses/transformation.py`; microsoft/agent-framework-go#784).
fn thought(item: View<'_>) -> Raw {
    let mut thought = Object::typed("reasoning");
    thought.copy_some(members(item), &["id", "summary", "encrypted_content"]);
    thought.put("summary", Raw::json("[]"));
    thought.finish()
}

/// What a message holds by now.
struct Present<'a> {
    message: Option<Object<'a>>,
    calls: Vec<Option<Object<'a>>>,
    by_id: HashMap<Cow<'a, str>, VecDeque<usize>>,
    extras: Vec<Member<'a>>,
    /// The place in the output of the last message, or of the last that says something, if they are sent as they were.
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
        let is_message = |(kind, _): &(Cow<'_, str>, View<'_>)| kind == "message";
        let speaks = |(_, item): &(Cow<'_, str>, View<'_>)| {
            parts(*item).is_some_and(|mut parts| parts.any(|part| speech(part).is_some()))
        };
        let last = past.output.iter().rposition(is_message);
        let last_words = past.output.iter().rposition(|item| is_message(item) && speaks(item));
        let messages = past.output.iter().filter(|item| is_message(item)).map(|(_, item)| *item);
        let unchanged =
            last_words.is_some() && Words::of(message).is_some_and(|words| words.are_of(messages));
        let last = if unchanged { last_words } else { last };
        let calls = turn.calls.into_iter().map(|call| Some(call.item)).collect();
        Present { message: turn.message, calls, by_id, extras: turn.extras, last, unchanged }
    }

    /// A text where the response had none. It goes first, as in any message.
    fn unplaced(&mut self) -> Option<Raw> {
        if self.last.is_none() { self.message.take().map(Object::finish) } else { None }
    }

    fn message(&mut self, index: usize, item: View<'a>) -> Option<Raw> {
        let last = self.last == Some(index);
        let mut message = if self.unchanged { said_again(item)? } else { self.message.take_if(|_| last)? };
        // An id would bind it to reasoning that may be gone, and Azure refuses the status of what it is sent.
        message.copy_some(members(item), &["phase"]);
        if last {
            message.copy_all(std::mem::take(&mut self.extras), &[]);
        }
        Some(message.finish())
    }

    fn call(&mut self, stub: View<'a>) -> Option<Raw> {
        let index = self.by_id.get_mut(&stub.get("call_id")?.text()?)?.pop_front()?;
        let mut call = self.calls.get_mut(index)?.take()?;
        call.copy_some(members(stub), &["namespace"]);
        Some(call.finish())
    }
}

/// A message of the response in its own words; `None` if it has none. Its citations told the client where they are from, and
/// what else it held was for the client, too.
fn said_again(item: View<'_>) -> Option<Object<'_>> {
    let part = |(speech, words): (Speech, View<'_>)| match speech {
        Speech::Refusal => {
            let mut said = Object::typed("refusal");
            said.put("refusal", Raw::source(words.span()));
            said.finish()
        }
        Speech::Text => {
            let mut said = Object::typed("output_text");
            said.put("text", Raw::source(words.span()));
            said.put("annotations", Raw::json("[]"));
            said.finish()
        }
    };
    let mut parts = parts(item)?.filter_map(speech).map(part).peekable();
    parts.peek()?;
    let mut message = spoken();
    message.put("content", array(parts));
    Some(message)
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
        let message = |id: &str, phase: &str, text: &str, annotations: &str| {
            format!(
                r#"{{{id}"type":"message","role":"assistant","content":[{{"type":"output_text","text":"{text}","annotations":[{annotations}]}}]{phase}}}"#
            )
        };
        let cited = r#"{"type":"container_file_citation","container_id":"cntr_1","file_id":"cfile_1"}"#;
        let came = |text, phase| message(r#""id":"msg_1","status":"completed","#, phase, text, cited);
        let goes = |text, phase| message("", phase, text, "");
        let (one, two) = (came("a", r#","phase":"commentary""#), came("b", ""));
        let (first, second) = (goes("a", r#","phase":"commentary""#), goes("b", ""));
        check(r#""content":"ab""#, &[THOUGHT, &one, SEARCH, &two], &[THOUGHT, &first, SEARCH, &second]);
        check(
            r#""new":1,"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#,
            &[&one, &two],
            &[&first, &second.replace("[]}]}", r#"[]}],"new":1}"#)],
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
    fn parts_that_nobody_knows_stay_here_and_the_messages_are_what_they_were() {
        let part = |text: &str| format!(r#"{{"type":"output_text","text":"{text}","annotations":[]}}"#);
        let message = |phase: &str, parts: &[&str]| {
            let parts = parts.join(",");
            format!(r#"{{"type":"message","role":"assistant","content":[{parts}],"phase":"{phase}"}}"#)
        };
        let new = r#"{"type":"new","file_id":"file_1"}"#;
        let (a, b) = (part("a"), part("b"));
        let told = |index: usize| format!("~drop.replayed@messages[0].azgate.output[{index}]");
        let check = |text: &str, output: &[&str], items: &[&str], left_out: usize| {
            let expected = (format!("[{}]", items.join(",")), told(left_out));
            assert_eq!(replayed("here", text, output), expected, "{output:?}");
        };
        let first = message("commentary", &[&a]);
        let (mixed, second) = (message("final_answer", &[new, &b]), message("final_answer", &[&b]));
        check(r#""content":"ab""#, &[&first, &mixed], &[&first, &second], 1);
        check(r#""content":"b""#, &[&mixed], &[&second], 0);
        // The last message is not the one that has words.
        let bare = message("x", &[new]);
        let more = first.strip_suffix('}').unwrap().to_owned() + r#","new":1}"#;
        check(r#""content":"a","new":1"#, &[&first, &bare], &[&more], 1);
        let silent = message("x", &[&part("")]);
        check(r#""content":"""#, &[&bare], &[&silent], 0);
        let cut = r#"{"type":"message","phase":"x","content":[{"type":"new"}]}"#;
        check(r#""content":"a""#, &[cut], &[&message("x", &[&a])], 0);
    }

    #[test]
    fn what_is_for_the_client_alone_stays_here_and_takes_its_reasoning_along() {
        let run = r#"{"type":"code_interpreter_call","id":"ci_1","container_id":"cntr_1","code":"1"}"#;
        let (message, a) = (r#"{"type":"message"}"#, stub("a"));
        let text = format!(r#""content":"t",{}"#, calls(&["a"]));
        let left_out = |output: &[&str], items: &[&str], at: usize| {
            let told = format!("~drop.replayed@messages[0].azgate.output[{at}]");
            assert_eq!(
                replayed("here", &text, output),
                (format!("[{}]", items.join(",")), told),
                "{output:?}"
            );
        };
        left_out(&[THOUGHT, run, OTHER, message, &a], &[OTHER, TEXT, &item("a")], 1);
        left_out(&[SEARCH, run, run, message, &a, THOUGHT, run], &[SEARCH, TEXT, &item("a")], 1);
        for kind in ["mcp_call", "mcp_list_tools", "image_generation_call", "item_reference", "new"] {
            let one = format!(r#"{{"type":"{kind}","id":"i","result":"r"}}"#);
            left_out(&[message, &a, &one], &[TEXT, &item("a")], 2);
        }
    }

    #[test]
    fn of_an_item_goes_back_what_azgate_left_there_and_nothing_that_was_written_into_it() {
        let more = r#""container_id":"c","content":[{"file_id":"f"}],"tools":[{"container":"c"}],"x":1"#;
        let with = |item: &str| format!("{},{more}}}", item.strip_suffix('}').unwrap());
        let web = r#"{"type":"web_search_call","id":"ws_1","status":"completed","action":{"type":"search"}}"#;
        let a = stub("a");
        let came = [THOUGHT, r#"{"type":"message"}"#, SEARCH, web, &a].map(with);
        let text = format!(r#""content":"t",{}"#, calls(&["a"]));
        let goes = format!("[{}]", [THOUGHT, TEXT, SEARCH, web, &item("a")].join(","));
        let lost = "~drop.replayed@messages[0].azgate.output[1]".to_owned();
        assert_eq!(replayed("here", &text, &came.each_ref().map(String::as_str)), (goes, lost));
        let empty = r#"{"type":"reasoning","id":"rs_1","encrypted_content":"","summary":[]}"#;
        check(r#""content":"t""#, &[empty, r#"{"type":"message"}"#], &[TEXT]);
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
