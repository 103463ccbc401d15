//! The output items of an earlier answer go back in their order, so that the model finds its reasoning and its searches
//! again.
//!
//! The vendor field holds them (see [`super::past_answer`]). It only marks what the message itself holds:
//! `{"type": "message"}`, `{"type": "function_call", "call_id": "…"}`.
//!
//! A client may have written anything there, and Azure hands out what it stores to anyone who names it. So an item
//! goes back only if it is complete in itself, and only with the members that it needs. A run of code, for example,
//! names the container that it ran in, so it stays with the client.

use super::{
    assistant_items::AssistantItems,
    current_message::CurrentMessage,
    message_text::has_other_parts,
    object::{Object, members},
    past_answer::{PastAnswer, is_encrypted},
};
use crate::{
    bridge::tool_kind::ToolKind,
    json::{Raw, View},
};

/// The items that go back as they came, and the members that they keep.
const COMPLETE: [(&str, &[&str]); 2] = [
    ("file_search_call", &["id", "status", "queries", "results"]),
    ("web_search_call", &["id", "status", "action"]),
];

/// What goes back for a message.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) items: Vec<Raw>,
    /// The index in the output of the first item that stays with the client.
    pub(super) left_out: Option<usize>,
}

/// Returns the items of a message in the order of the answer that it came from, with what the message holds now.
pub(super) fn replay<'a>(
    past: &PastAnswer<'a>,
    items: AssistantItems<'a>,
    message: View<'a>,
    with_reasoning: bool,
    stateless: bool,
) -> Replayed {
    let mut current = CurrentMessage::new(past, items, message);
    let mut items: Vec<Raw> = current.unplaced().into_iter().collect();
    let mut left_out = None;
    // Reasoning waits for the item that it led to, because Azure refuses reasoning alone.
    let mut waiting = Vec::new();
    let mut in_reasoning = false;
    for (index, (kind, item)) in past.output.iter().enumerate() {
        if kind == "reasoning" {
            if !std::mem::replace(&mut in_reasoning, true) {
                waiting.clear();
            }
            if with_reasoning && is_encrypted(*item) {
                waiting.push(reasoning(*item));
            }
            continue;
        }
        in_reasoning = false;
        let present = match &**kind {
            "message" => {
                if has_other_parts(*item) {
                    left_out.get_or_insert(index);
                }
                current.message(index, *item)
            }
            kind if ToolKind::of_call_item(kind).is_some() => current.call(*item),
            kind => complete(kind, *item, stateless).or_else(|| {
                left_out.get_or_insert(index);
                None
            }),
        };
        if let Some(present) = present {
            items.append(&mut waiting);
            items.push(present);
        }
    }
    items.extend(current.remaining_calls());
    Replayed { items, left_out }
}

/// Returns an item that is complete in itself; `None` for any other. A search without its results is complete only
/// where Azure may look them up.
fn complete(kind: &str, item: View<'_>, stateless: bool) -> Option<Raw> {
    let has_results =
        || kind == "file_search_call" && item.get("results").is_some_and(|results| !results.is_null());
    if stateless && !has_results() {
        return None;
    }
    let (kind, keys) = COMPLETE.iter().find(|(complete, _)| *complete == kind)?;
    let mut complete = Object::typed(kind);
    complete.copy_some(members(item), keys);
    Some(complete.finish())
}

/// Returns a reasoning item with its id (Azure/azure-sdk-for-net#59967), and without its status and its plain text,
/// which Azure refuses (BerriAI/litellm, `responses/transformation.py`; microsoft/agent-framework-go#784).
fn reasoning(item: View<'_>) -> Raw {
    let mut reasoning = Object::typed("reasoning");
    reasoning.copy_some(members(item), &["id", "summary", "encrypted_content"]);
    reasoning.put("summary", Raw::json("[]"));
    reasoning.finish()
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
    fn reasoning_is_left_out_with_the_item_that_the_client_removed() {
        let (a, b) = (stub("a"), stub("b"));
        check(&calls(&["b"]), &[THOUGHT, &a, OTHER, &b], &[OTHER, &item("b")]);
        check(&calls(&["a"]), &[THOUGHT, &a, OTHER, &b], &[THOUGHT, &item("a")]);
        check(&calls(&["b"]), &[THOUGHT, &a, &b], &[THOUGHT, &item("b")]);
        check(&calls(&["b"]), &[THOUGHT, OTHER, &b], &[THOUGHT, OTHER, &item("b")]);
        check(r#""content":null"#, &[THOUGHT, r#"{"type":"message"}"#], &[]);
    }

    #[test]
    fn items_that_the_client_added_stand_where_a_message_has_them() {
        let a = stub("a");
        let text = format!(r#""content":"t",{}"#, calls(&["z", "a", "a"]));
        check(&text, &[THOUGHT, &a], &[TEXT, THOUGHT, &item("a"), &item("z"), &item("a")]);
        check(r#""content":"t""#, &[], &[TEXT]);
    }

    #[test]
    fn custom_calls_are_matched_too() {
        check(
            r#""tool_calls":[{"id":"a","type":"custom","custom":{"name":"c","input":"i"}}]"#,
            &[r#"{"type":"custom_tool_call","call_id":"a","namespace":"n"}"#],
            &[r#"{"type":"custom_tool_call","call_id":"a","name":"c","input":"i","namespace":"n"}"#],
        );
    }

    #[test]
    fn several_messages_go_back_unchanged_while_their_text_is_the_same() {
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
    fn unknown_parts_do_not_go_back_and_their_messages_do() {
        let part = |text: &str| format!(r#"{{"type":"output_text","text":"{text}","annotations":[]}}"#);
        let message = |phase: &str, parts: &[&str]| {
            let parts = parts.join(",");
            format!(r#"{{"type":"message","role":"assistant","content":[{parts}],"phase":"{phase}"}}"#)
        };
        let new = r#"{"type":"new","file_id":"file_1"}"#;
        let (a, b) = (part("a"), part("b"));
        let actual = |index: usize| format!("~drop.replayed@messages[0].azgate.output[{index}]");
        let check = |text: &str, output: &[&str], items: &[&str], left_out: usize| {
            let expected = (format!("[{}]", items.join(",")), actual(left_out));
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
    fn items_for_the_client_do_not_go_back_nor_does_their_reasoning() {
        let run = r#"{"type":"code_interpreter_call","id":"ci_1","container_id":"cntr_1","code":"1"}"#;
        let (message, a) = (r#"{"type":"message"}"#, stub("a"));
        let text = format!(r#""content":"t",{}"#, calls(&["a"]));
        let left_out = |output: &[&str], items: &[&str], at: usize| {
            let actual = format!("~drop.replayed@messages[0].azgate.output[{at}]");
            assert_eq!(
                replayed("here", &text, output),
                (format!("[{}]", items.join(",")), actual),
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
    fn an_item_goes_back_without_members_that_a_client_added() {
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
    fn reasoning_of_another_resource_is_dropped_and_reported() {
        let (message, a) = (r#"{"type":"message"}"#, stub("a"));
        let text = format!(r#""content":"t",{}"#, calls(&["a"]));
        let there = replayed("there", &text, &[THOUGHT, SEARCH, message, OTHER, &a]);
        let items = format!("[{SEARCH},{TEXT},{}]", item("a"));
        assert_eq!(there, (items, "drop.reasoning@messages[0].azgate".to_owned()));
        let (_, losses) = replayed("there", &text, &[SEARCH, message, r#"{"type":"reasoning"}"#, &a]);
        assert_eq!(losses, "");
    }
}
