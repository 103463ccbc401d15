//! Content parts that a family does not take: images, audio, files.

use std::borrow::Cow;

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
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
    ("file", Modality::File, FILE),
    ("input_file", Modality::Image, FILE),
];

/// The types of parts with a file.
const FILES: [&str; 2] = ["file", "input_file"];
const FILE: &str = "files";

/// What a model may take in chat of which the catalog does not say what it takes.
const ALL_BUT_FILES: &[Modality] = &[Modality::Text, Modality::Image, Modality::Audio];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let no_file = draft.call.dialect == Dialect::Chat && !draft.profile().serves(Dialect::Responses);
    let unsaid = no_file.then_some(ALL_BUT_FILES);
    let Some(taken) = draft.profile().modalities.as_deref().or(unsaid) else { return Ok(()) };
    for index in 0..draft.messages.len() {
        let Some(content) = draft.messages.get(index).and_then(|message| message.view.get("content")) else {
            continue;
        };
        let at = draft.message_pointer(index).then("content");
        let parts: Vec<(usize, &str)> = foreign(content, taken, draft.call.dialect).collect();
        let mut dropped = 0;
        for (part, what) in &parts {
            let why = why(draft, what);
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

/// Returns whether a chat call has a file that its model takes on the Responses API and not in chat: "Invalid Value:
/// 'file'" (openai-dotnet#396).
pub(in crate::translate) fn has_file(draft: &Draft<'_>) -> bool {
    let in_chat = draft.profile().modalities.as_deref().is_some_and(|taken| taken.contains(&Modality::File));
    let is_file =
        |part: View<'_>| part.get("type").and_then(View::text).is_some_and(|kind| FILES.contains(&&*kind));
    let contents = draft.messages.iter().filter_map(|message| message.view.get("content"));
    !in_chat && contents.flat_map(View::items).any(is_file)
}

/// Says why parts are not taken, and what to do. A model that takes files on the Responses API gets none in chat if a
/// policy keeps the call there.
fn why(draft: &Draft<'_>, what: &str) -> Cow<'static, str> {
    if what != FILE || draft.call.dialect == Dialect::Responses {
        return format!("this model does not take {what}: choose a model that does, or send text alone")
            .into();
    }
    if draft.profile().serves(Dialect::Responses) {
        "Azure takes files on the Responses API alone: let this call go there (`bridge.responses`), call /v1/responses, \
         or send the text of the file"
            .into()
    } else {
        "Azure serves this model in chat completions alone, and takes no files there: choose a model that has the \
         Responses API, or send the text of the file"
            .into()
    }
}

/// The parts of a content that are not among `taken`.
fn foreign<'a>(
    content: View<'a>,
    taken: &'a [Modality],
    dialect: Dialect,
) -> impl Iterator<Item = (usize, &'static str)> + 'a {
    let parts = if content.kind() == Kind::Array { Some(content.items()) } else { None };
    parts.into_iter().flatten().enumerate().filter_map(move |(index, part)| {
        let kind = part.get("type").and_then(View::text)?;
        let (_, modality, what) = PARTS.iter().find(|(name, ..)| *name == kind)?;
        // Chat takes no file under any name.
        let modality = if *what == FILE && dialect == Dialect::Chat { &Modality::File } else { modality };
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
    fn a_file_goes_over_the_responses_api_wherever_the_model_has_it() {
        let body = |part: &str| {
            format!(
                r#"{{"messages":[{{"role":"user","content":[{{"type":"text","text":"sum up"}},{part}]}}]}}"#
            )
        };
        for (part, becomes) in [
            (
                r#"{"type":"file","file":{"filename":"a.pdf","file_data":"data:x"}}"#,
                r#""filename":"a.pdf","file_data":"data:x"}"#,
            ),
            (r#"{"type":"file","file":{"file_id":"assistant-1"}}"#, r#""file_id":"assistant-1"}"#),
            (
                r#"{"type":"input_file","filename":"a.pdf","file_data":"data:x"}"#,
                r#""filename":"a.pdf","file_data":"data:x"}"#,
            ),
            (r#"{"type":"input_file","file_id":"assistant-1"}"#, r#""file_id":"assistant-1"}"#),
            (
                r#"{"type":"input_file","file":{"file_url":"https://example.com/a.pdf"}}"#,
                r#""file_url":"https://example.com/a.pdf"}"#,
            ),
        ] {
            let part = body(part);
            for family in ["gpt-5", "gpt-4o", "gpt-4.1", "o3", "gpt-5.4", "gpt-5-codex", "unknown"] {
                let (body, edits) = sent(family, "v1", &part);
                let expected =
                    format!(r#"[{{"type":"input_text","text":"sum up"}},{{"type":"input_file",{becomes}]"#);
                assert!(body.contains(&expected), "{family}: {body}");
                assert!(edits.ends_with("bridge.responses"), "{family}: {edits}");
            }
            for family in ["gpt-4-turbo", "gpt-35-turbo", "gpt-oss", "o1-preview", "model-router"] {
                let refusal = refused(family, "v1", &part);
                assert_eq!(
                    (&*refusal.rule, refusal.param.as_str()),
                    (ID, "messages[0].content[1]"),
                    "{family}"
                );
                assert!(refusal.why.contains("chat completions alone"), "{family}: {}", refusal.why);
            }
            let refusal = with("bridge.responses", Action::Pass, "gpt-5", &part).unwrap_err();
            assert!(refusal.why.contains("on the Responses API alone"), "{}", refusal.why);
        }
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
