//! Content parts that a family does not take: images, audio, files.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Modality,
    json::{Change, Kind, Raw, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.modality"],
    summary: "Images, audio and files are refused where the family does not take them; a policy of `apply` drops them.",
    on: BOTH,
    run,
};

const ID: &str = "refuse.modality";

/// Content part types and what a model must take to take them. On the Responses API every model that takes images takes
/// files (Microsoft, how-to/responses.md).
const PARTS: &[(&str, Modality, &str)] = &[
    ("image_url", Modality::Image, "images"),
    ("input_image", Modality::Image, "images"),
    ("input_audio", Modality::Audio, "audio"),
    ("file", Modality::File, "files"),
    ("input_file", Modality::Image, "files"),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(taken) = draft.profile().modalities.as_deref() else { return Ok(()) };
    for index in 0..draft.messages.len() {
        let Some(content) = draft.messages.get(index).and_then(|message| message.view.get("content")) else {
            continue;
        };
        let at = draft.message_pointer(index).then("content");
        let parts: Vec<(usize, &str)> = foreign(content, taken).collect();
        let mut dropped = 0;
        for (part, what) in &parts {
            let why =
                format!("this model does not take {what}: choose a model that does, or send text alone");
            let change = Change::Remove { at: at.clone().item(*part) };
            dropped += usize::from(draft.refuse(ID, why, change)?);
        }
        if dropped > 0 && dropped == content.items().count() {
            let why = "no part of the message is left";
            draft.edit(ID, Effect::Lossy, why, Change::Set { at, value: Raw::string("") })?;
        }
    }
    Ok(())
}

/// The parts of a content that are not among `taken`.
fn foreign<'a>(content: View<'a>, taken: &'a [Modality]) -> impl Iterator<Item = (usize, &'static str)> + 'a {
    let parts = if content.kind() == Kind::Array { Some(content.items()) } else { None };
    parts.into_iter().flatten().enumerate().filter_map(move |(index, part)| {
        let kind = part.get("type").and_then(View::text)?;
        let (_, modality, what) = PARTS.iter().find(|(name, ..)| *name == kind)?;
        (!taken.contains(modality)).then_some((index, *what))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::Action;
    use crate::translate::Policy;
    use crate::translate::rules::testing::{refused, respond, responses, sent, target, with};

    const BODY: &str = r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"b"}]}]}"#;

    #[test]
    fn an_image_is_refused_by_its_place_or_dropped_if_the_policy_says_so() {
        let refusal = refused("o3-mini", "v1", BODY);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (ID, "messages[0].content[1]"));
        assert!(refusal.why.contains("images"), "{}", refusal.why);
        let (body, edits) = with(ID, Action::Apply, "o3-mini", BODY).unwrap();
        assert_eq!(
            body,
            r#"{"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}"#
        );
        assert_eq!(edits, "refuse.modality;lossy");
        assert_eq!(sent("o1", "v1", BODY).0, BODY);
        assert_eq!(with(ID, Action::Pass, "o3-mini", BODY).unwrap().0, BODY);
    }

    #[test]
    fn on_responses_parts_have_other_names_and_files_go_with_images() {
        let body = r#"{"input":[{"type":"item_reference","id":"i"},{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_file","file_id":"f"},{"type":"input_image","image_url":"u"}]}]}"#;
        let refusal = respond(&target("o3-mini", "v1"), body, &Policy::default()).unwrap_err();
        assert_eq!((&*refusal.rule, refusal.param.as_str()), (ID, "input[1].content[1]"));
        assert_eq!(responses("gpt-4.1", "v1", body).0, body);
    }

    #[test]
    fn a_dropped_image_does_not_come_back_when_messages_are_merged() {
        let body = BODY.replace(r#"[{"role":"user""#, r#"[{"role":"system","content":"s"},{"role":"user""#);
        let (body, _) = with(ID, Action::Apply, "o1-preview", &body).unwrap();
        assert_eq!(
            body,
            r#"{"messages":[{"role":"user","content":[{"type":"text","text":"s"},{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}"#
        );
    }

    #[test]
    fn a_message_of_nothing_else_keeps_an_empty_text() {
        let body = r#"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}"#;
        let (body, edits) = with(ID, Action::Apply, "gpt-4.1", body).unwrap();
        assert_eq!(body, r#"{"messages":[{"role":"user","content":""}]}"#);
        assert_eq!(edits, "refuse.modality;lossy;n=2");
    }
}
