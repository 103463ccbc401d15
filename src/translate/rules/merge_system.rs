//! Families without a role for instructions (o1-preview, o1-mini): every system and developer message is merged into
//! the first user message, texts in the order in which they stood. The user's content keeps its bytes.

use std::borrow::Cow;

use super::{
    replayed,
    rule::{BOTH, Rule},
};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Kind, Raw, Span, text::shortened},
    translate::{Draft, Message},
};

pub(super) const RULE: Rule = Rule {
    ids: &["merge.system"],
    summary: "For families without system and developer messages, these are merged into the first user message.",
    on: BOTH,
    run,
};

const ID: &str = "merge.system";
const WHY: &str =
    "this model takes no system or developer messages; their text goes into the first user message";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.profile().system_role != SystemRole::MergeIntoUser {
        return Ok(());
    }
    let instructs = |role: &str| role == "system" || role == "developer";
    let instructions: Vec<usize> = positions(draft, |role| instructs(role));
    let Some(&first) = instructions.first() else { return Ok(()) };
    // Without a user message the first instruction becomes one, at its place.
    let user = positions(draft, |role| role == "user").first().copied();
    let host = user.unwrap_or(first);
    let sources = draft.messages.iter().enumerate();
    let pieces: Vec<Piece> = sources
        .filter(|(index, message)| *index == host || instructs(&message.role))
        .flat_map(|(index, _)| pieces(draft, index))
        .collect();
    let change = Change::Set {
        at: draft.message_pointer(host).then("content"),
        value: join(&pieces, draft.parameter_names().text),
    };
    if !draft.edit(ID, Effect::Same, WHY, change)? {
        return Ok(());
    }
    if user.is_none() {
        let change = Change::Set { at: draft.message_pointer(host).then("role"), value: Raw::string("user") };
        draft.edit(ID, Effect::Same, WHY, change)?;
    }
    for index in instructions.into_iter().filter(|index| *index != host) {
        let others = draft.messages.get(index).and_then(others);
        let effect = if others.is_some() { Effect::Lossy } else { Effect::Same };
        let why = others
            .map_or(Cow::Borrowed(WHY), |other| format!("{WHY}; its `{}` is lost", shortened(&other)).into());
        let at = draft.message_pointer(index);
        draft.edit(ID, effect, why, Change::Remove { at })?;
    }
    Ok(())
}

/// A member of an instruction, such as its `name`, that has no place in the message that it is merged into.
fn others(message: &Message<'_>) -> Option<String> {
    let mut members = message.view.members().filter(|(_, value)| !value.is_null());
    members.find(|(key, _)| !["type", "role", "content"].contains(&&**key)).map(|(key, _)| key.into_owned())
}

fn positions(draft: &Draft<'_>, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let messages = draft.messages.iter().enumerate();
    messages
        .filter(|(_, message)| !message.removed && wanted(&message.role))
        .map(|(index, _)| index)
        .collect()
}

/// A piece of a message's content: the text of a whole string, or a part.
enum Piece {
    Text(Span),
    Part(Raw),
}

/// Returns the pieces of a message's content; none for empty content.
fn pieces(draft: &Draft<'_>, index: usize) -> Vec<Piece> {
    let content = draft.messages.get(index).and_then(|message| message.view.get("content"));
    match content {
        Some(parts) if parts.kind() == Kind::Array => {
            let at = draft.message_pointer(index).then("content");
            draft.items(parts, &at).into_iter().map(|(_, part)| Piece::Part(replayed::kept(part))).collect()
        }
        Some(text) if text.kind() == Kind::String && text.raw().len() > 2 => vec![Piece::Text(text.span())],
        _ => Vec::new(),
    }
}

/// Several pieces as one content: a string while all are strings, else a list of parts, with that type for text.
fn join(pieces: &[Piece], text_type: &str) -> Raw {
    let parts = pieces.iter().any(|piece| matches!(piece, Piece::Part(_)));
    let mut joined = Raw::json(if parts { "[" } else { "\"" });
    for (at, piece) in pieces.iter().enumerate() {
        if at > 0 {
            joined.push(if parts { "," } else { "\\n\\n" });
        }
        match piece {
            Piece::Part(part) => joined.extend(part.clone()),
            Piece::Text(span) if parts => {
                joined.push(format!(r#"{{"type":"{text_type}","text":"#));
                joined.push_source(*span);
                joined.push("}");
            }
            Piece::Text(span) => joined.push_source(Span { start: span.start + 1, end: span.end - 1 }),
        }
    }
    joined.push(if parts { "]" } else { "\"" });
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::Action;
    use crate::translate::rules::testing::{sent, strictly, with};

    #[test]
    fn a_part_is_merged_without_its_mark_for_a_cache() {
        let mark = r#","cache_control":{"type":"ephemeral"}"#;
        let (body, _) = merged(&format!(
            r#"{{"role":"system","content":[{{"type":"text","text":"s"{mark}}}]}},{{"role":"user","content":"u"}}"#
        ));
        assert!(body.contains(r#"{"type":"text","text":"s"}"#) && !body.contains("cache_control"), "{body}");
    }

    fn merged(messages: &str) -> (String, String) {
        let (body, edits) = sent("o1-preview", "v1", &format!(r#"{{"messages":[{messages}]}}"#));
        (body.replace(r#"{"messages":["#, "").replace("]}", ""), edits)
    }

    #[test]
    fn several_are_joined_in_the_order_in_which_they_stood() {
        let (messages, edits) = merged(
            r#"{"role":"system","content":"A"},{"role":"user","content":"B\u00e9\""},{"role":"assistant","content":"C"},{"role":"developer","content":"D"},{"role":"user","content":"E"}"#,
        );
        assert_eq!(
            messages,
            r#"{"role":"user","content":"A\n\nB\u00e9\"\n\nD"},{"role":"assistant","content":"C"},{"role":"user","content":"E"}"#
        );
        assert_eq!(edits, "merge.system;n=3");
    }

    #[test]
    fn parts_stay_parts_byte_for_byte() {
        let (body, _) = sent(
            "o1-mini",
            "v1",
            r#"{"messages":[{"role":"system","content":"A"},{"role":"user","content":[ {"type":"text", "text":"B","x":1.0} ],"name":"u"}]}"#,
        );
        assert_eq!(
            body,
            r#"{"messages":[{"role":"user","content":[{"type":"text","text":"A"},{"type":"text", "text":"B","x":1.0}],"name":"u"}]}"#
        );
    }

    #[test]
    fn without_a_user_the_first_instruction_becomes_one() {
        let (messages, _) = merged(
            r#"{"role":"assistant","content":"A"},{"role":"system","content":"B"},{"role":"system","content":"C"}"#,
        );
        assert_eq!(messages, r#"{"role":"assistant","content":"A"},{"role":"user","content":"B\n\nC"}"#);
    }

    #[test]
    fn empty_null_and_absent_contents_leave_no_trace() {
        for content in [r#","content":"""#, r#","content":null"#, r#","content":[]"#, ""] {
            let system = format!(r#"{{"role":"system"{content}}},{{"role":"user","content":"B"}}"#);
            let (messages, _) = merged(&system);
            assert_eq!(messages, r#"{"role":"user","content":"B"}"#, "{content}");
            let user = format!(r#"{{"role":"system","content":"A"}},{{"role":"user"{content}}}"#);
            assert_eq!(merged(&user).0, r#"{"role":"user","content":"A"}"#, "{content}");
        }
        assert_eq!(merged(r#"{"role":"system","content":""}"#).0, r#"{"role":"user","content":""}"#);
    }

    #[test]
    fn a_name_that_goes_with_its_message_is_a_loss() {
        let named = r#"{"role":"system","content":"A","name":"n"},{"role":"user","content":"B"}"#;
        let (messages, edits) = merged(named);
        assert_eq!(messages, r#"{"role":"user","content":"A\n\nB"}"#);
        assert_eq!(edits, "merge.system;lossy;n=2");
        let refusal = strictly("o1-preview", "v1", &format!(r#"{{"messages":[{named}]}}"#)).unwrap_err();
        assert!(refusal.why.contains("`name`"), "{}", refusal.why);
        let null = named.replace(r#""n""#, "null");
        assert_eq!(merged(&null).1, "drop.null, merge.system;n=2");
    }

    #[test]
    fn other_families_and_calls_without_instructions_are_left_alone() {
        let body = r#"{"messages":[{"role":"system","content":"A"},{"role":"user","content":"B"}]}"#;
        assert_eq!(sent("o1", "v1", body).0, body);
        assert_eq!(with(ID, Action::Pass, "o1-preview", body).unwrap().0, body);
        let plain = r#"{"messages":[{"role":"user","content":"B"}]}"#;
        assert_eq!(sent("o1-preview", "v1", plain).1, "none");
    }
}
