//! Images in messages that are not the user's. A tool that takes a screenshot returns one, and a program may replay one
//! that a model made. Azure takes images from the user alone: "Image URLs are only allowed for messages with role
//! 'user', but this message with role 'tool' contains an image URL" (OpenHands#7700, openai-node#1030). So they go into
//! a message of the user behind the turn: behind the results of all calls, which must follow their calls directly.
//!
//! On the Responses API the result of a tool may hold an image, so only an assistant's images move before the bridge.

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, RawBuilder, View, text::shortened},
    translate::{Draft, Message},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "Images in the results of tools, and in other messages that are not the user's, go into a message of the \
              user behind the results of that turn, which says where each comes from.",
    on: CHAT,
    run,
};

const ID: &str = "move.images";
const WHY: &str = "Azure takes images in messages of the user alone";
const ELSEWHERE: &str = "The image is in the message of the user that follows.";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let mut parts = RawBuilder::list();
    for index in 0..draft.messages.len() {
        let Some(message) = draft.messages.get(index).filter(|message| !message.removed).cloned() else {
            continue;
        };
        if !is_result(&message.role) {
            insert(draft, draft.message_pointer(index), &mut parts)?;
        }
        let moves = if draft.bridging { message.role == "assistant" } else { message.role != "user" };
        if moves {
            move_images(draft, index, &message, &mut parts)?;
        }
    }
    let behind = draft.call.body.root().get("messages").map_or(0, |messages| messages.items().count());
    insert(draft, Pointer::key("messages").item(behind), &mut parts)
}

fn is_result(role: &str) -> bool {
    role == "tool" || role == "function"
}

/// Takes the images out of a message, and adds them to the parts of the message that will hold them.
fn move_images(
    draft: &mut Draft<'_>,
    index: usize,
    message: &Message<'_>,
    parts: &mut RawBuilder,
) -> Result<(), Refusal> {
    let Some(content) = message.view.get("content").filter(|content| content.kind() == Kind::Array) else {
        return Ok(());
    };
    let at = draft.message_pointer(index).then("content");
    let present = draft.items(content, &at);
    let images: Vec<(usize, Raw)> =
        present.iter().filter_map(|(index, part)| Some((*index, image(*part)?))).collect();
    if images.is_empty() {
        return Ok(());
    }
    let changes: Vec<Change> = if images.len() == present.len() {
        vec![Change::Set { at, value: Raw::string(ELSEWHERE) }]
    } else {
        images.iter().map(|(part, _)| Change::Remove { at: at.clone().item(*part) }).collect()
    };
    let mut moved = false;
    for change in changes {
        moved |= draft.edit(ID, Effect::Same, WHY, change)?;
    }
    if moved {
        let mut label = RawBuilder::object();
        label.member("type", Raw::string("text"));
        label.member("text", Raw::string(&origin(message, images.len())));
        parts.item(label.finish());
        for (_, image) in images {
            parts.item(image);
        }
    }
    Ok(())
}

/// Says where images come from.
fn origin(message: &Message<'_>, images: usize) -> String {
    let what = if images == 1 { "Image" } else { "Images" };
    let named = |key| message.view.get(key).and_then(View::text);
    match (&*message.role, named("tool_call_id").or_else(|| named("name"))) {
        ("tool" | "function", Some(call)) => {
            format!("{what} from the result of tool call {}:", shortened(&call))
        }
        ("tool" | "function", None) => format!("{what} from the result of a tool:"),
        (role, _) => format!("{what} from the message of the {} above:", shortened(role)),
    }
}

/// Returns a part with an image as chat has it; `None` for any other part, and for an image that chat cannot name.
fn image(part: View<'_>) -> Option<Raw> {
    let kind = part.get("type")?.text()?;
    let sent = part.non_null("image_url").filter(|_| kind == "image_url" || kind == "input_image")?;
    let mut image = RawBuilder::object();
    image.member("type", Raw::string("image_url"));
    if sent.kind() == Kind::Object {
        image.copy("image_url", sent);
    } else {
        let mut source = RawBuilder::object();
        source.copy("url", sent);
        if let Some(detail) = part.non_null("detail") {
            source.copy("detail", detail);
        }
        image.member("image_url", source.finish());
    }
    Some(image.finish())
}

/// Inserts a message of the user with these parts, if there are any, and starts anew.
fn insert(draft: &mut Draft<'_>, at: Pointer, parts: &mut RawBuilder) -> Result<(), Refusal> {
    if parts.is_empty() {
        return Ok(());
    }
    let mut message = RawBuilder::object();
    message.member("role", Raw::string("user"));
    message.member("content", std::mem::replace(parts, RawBuilder::list()).finish());
    draft.edit(ID, Effect::Same, WHY, Change::Insert { at, value: message.finish() })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{refused, sent, strictly, with},
    };

    const CALLS: &str = r#"{"role":"user","content":"look"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    const IMAGE: &str = r#"{"type":"image_url","image_url":{"url":"data:a", "detail":"low"}}"#;
    const TEXT: &str = r#"{"type":"text","text":"here"}"#;

    fn body(messages: &[&str]) -> String {
        format!(r#"{{"messages":[{CALLS},{}]}}"#, messages.join(","))
    }

    fn result(id: &str, content: &str) -> String {
        format!(r#"{{"role":"tool","tool_call_id":"{id}","content":{content}}}"#)
    }

    fn shown(parts: &str) -> String {
        format!(r#"{{"role":"user","content":[{parts}]}}"#)
    }

    fn label(text: &str) -> String {
        format!(r#"{{"type":"text","text":"{text}"}}"#)
    }

    #[test]
    fn images_go_behind_all_results_of_the_turn_and_texts_stay() {
        let end = r#"{"role":"assistant","content":"done"}"#;
        for (first, second) in [
            (IMAGE, r#"{"type":"input_image","image_url":"data:b","detail":"high"}"#),
            (IMAGE, r#"{"type":"image_url","image_url":"data:b","detail":"high"}"#),
        ] {
            for rest in [&[][..], &[end]] {
                let one = result("c1", &format!("[{TEXT}, {first},{TEXT}]"));
                let two = result("c2", &format!("[{second},{IMAGE}]"));
                let sent_messages = [&[&*one, &*two][..], rest].concat();
                let one = result("c1", &format!("[{TEXT},{TEXT}]"));
                let two = result("c2", r#""The image is in the message of the user that follows.""#);
                let other = r#"{"type":"image_url","image_url":{"url":"data:b","detail":"high"}}"#;
                let parts = [
                    &*label("Image from the result of tool call c1:"),
                    IMAGE,
                    &*label("Images from the result of tool call c2:"),
                    other,
                    IMAGE,
                ];
                let images = shown(&parts.join(","));
                let expected = [&[&*one, &*two, &*images][..], rest].concat();
                for family in ["gpt-4o", "gpt-4.1", "gpt-5", "o3", "model-router", "unknown"] {
                    let (actual, edits) = sent(family, "v1", &body(&sent_messages));
                    assert_eq!(actual, body(&expected), "{family}");
                    assert!(edits.ends_with("move.images;n=3"), "{family}: {edits}");
                }
            }
        }
    }

    #[test]
    fn each_turn_has_its_own_message_and_the_assistants_images_move_too() {
        let (one, two) = (result("c1", &format!("[{TEXT},{IMAGE}]")), result("c2", r#""b""#));
        let said = format!(r#"{{"role":"assistant","content":[{TEXT},{IMAGE}]}}"#);
        let (actual, _) =
            sent("gpt-4o", "v1", &body(&[&one, &two, &said, r#"{"role":"user","content":"go"}"#]));
        let from = |what: &str| shown(&format!("{},{IMAGE}", label(&format!("Image from the {what}:"))));
        let expected = [
            &*result("c1", &format!("[{TEXT}]")),
            &two,
            &from("result of tool call c1"),
            &format!(r#"{{"role":"assistant","content":[{TEXT}]}}"#),
            &from("message of the assistant above"),
            r#"{"role":"user","content":"go"}"#,
        ];
        assert_eq!(actual, body(&expected));
    }

    #[test]
    fn a_model_without_images_says_so_and_a_dropped_image_does_not_come_back() {
        let messages =
            body(&[&result("c1", &format!("[{TEXT},{IMAGE}]")), &result("c2", &format!("[{IMAGE}]"))]);
        assert_eq!(refused("o3-mini", "v1", &messages).param, "messages[2].content[1]");
        let (sent, _) = with("refuse.modality", Action::Apply, "o3-mini", &messages).unwrap();
        assert_eq!(sent, body(&[&result("c1", &format!("[{TEXT}]")), &result("c2", r#""""#)]));
    }

    #[test]
    fn nothing_is_lost_by_it_and_a_policy_may_leave_it() {
        let messages = body(&[&result("c1", &format!("[{TEXT},{IMAGE}]")), &result("c2", r#""b""#)]);
        assert!(strictly("gpt-4o", "v1", &messages).is_ok());
        assert_eq!(with("move.images", Action::Pass, "gpt-4o", &messages).unwrap().0, messages);
        let users = format!(r#"{{"messages":[{{"role":"user","content":[{TEXT},{IMAGE}]}}]}}"#);
        assert_eq!(sent("gpt-4o", "v1", &users), (users, "none".into()));
    }

    #[test]
    fn over_the_bridge_a_result_keeps_its_image() {
        let messages = body(&[&result("c1", &format!("[{TEXT},{IMAGE}]")), &result("c2", r#""b""#)]);
        let (body, _) = sent("gpt-5-codex", "v1", &messages);
        let output = r#""output":[{"type":"input_text","text":"here"},{"type":"input_image","image_url":"data:a","detail":"low"}]"#;
        assert!(body.contains(output), "{body}");
        let said = format!(r#"{{"messages":[{{"role":"assistant","content":[{TEXT},{IMAGE}]}}]}}"#);
        let (body, _) = sent("gpt-5-codex", "v1", &said);
        let items = r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"here","annotations":[]}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"Image from the message of the assistant above:"},{"type":"input_image","image_url":"data:a","detail":"low"}]}]"#;
        assert!(body.contains(items), "{body}");
    }
}
