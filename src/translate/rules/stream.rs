//! `stream: true` to a family that Azure does not stream (o1-preview, o1-mini, o1): Azure is asked for JSON, and azgate
//! makes the stream. A Responses call in the background is answered before there is anything to stream, so it stays.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Framing, Refusal, ReplyTweak, UsageChunk},
    catalog::{Scalar, Streaming},
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["synthesize.stream"],
    summary: "A stream from a family that Azure does not stream is made from a JSON answer.",
    on: BOTH,
    run,
};

const ID: &str = "synthesize.stream";
const WHY: &str = "Azure does not stream this model";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.call.stream || draft.profile().streaming == Streaming::Native || in_background(draft) {
        return Ok(());
    }
    let wanted = draft.wants_usage();
    let change = Change::Set { at: Pointer::key("stream"), value: Raw::json("false") };
    if draft.edit(ID, Effect::Same, WHY, change)? {
        if draft.has("stream_options") {
            let why = "stream_options is refused without stream: true";
            draft.edit(ID, Effect::Same, why, Change::Remove { at: Pointer::key("stream_options") })?;
        }
        draft.reply.framing = Framing::JsonToSse;
        // The bridge has settled the framing of a bridged chat call.
        if draft.call.dialect == Dialect::Chat {
            draft.reply.usage_chunk = if wanted { UsageChunk::Wanted } else { UsageChunk::None };
        }
        draft.tweak(ID, ReplyTweak::Synthesize, WHY);
    }
    Ok(())
}

/// Returns whether the client fetches the answer later.
pub(super) fn in_background(draft: &Draft<'_>) -> bool {
    draft.get("background").and_then(|value| value.scalar()) == Some(Scalar::Bool(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::rules::testing::{respond, send, target, with};
    use crate::translate::{Action, Policy};

    #[test]
    fn azure_is_asked_for_json_and_the_stream_is_made() {
        let body = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
        for family in ["o1", "o1-preview", "o1-mini"] {
            let sent = send(&target(family, "v1"), body, &Policy::default()).unwrap();
            assert_eq!(sent.body, r#"{"stream":false}"#);
            assert_eq!(sent.edits, "synthesize.stream;n=3");
            assert_eq!(sent.plan.reply.framing, Framing::JsonToSse);
            assert_eq!(sent.plan.reply.usage_chunk, UsageChunk::Wanted);
        }
        let sent = send(&target("o1", "v1"), r#"{"stream":true}"#, &Policy::default()).unwrap();
        assert_eq!(sent.plan.reply.usage_chunk, UsageChunk::None);
    }

    #[test]
    fn a_responses_call_has_no_usage_chunk_and_none_is_made_in_the_background() {
        let body = r#"{"stream":true,"stream_options":{"include_obfuscation":false}}"#;
        for family in ["o1", "o1-pro", "o3-pro", "gpt-5-pro"] {
            let sent = respond(&target(family, "v1"), body, &Policy::default()).unwrap();
            assert_eq!(sent.body, r#"{"stream":false}"#);
            assert_eq!(sent.plan.reply.framing, Framing::JsonToSse);
            assert_eq!(sent.plan.reply.usage_chunk, UsageChunk::None);
        }
        let body = r#"{"stream":true,"background":true}"#;
        let sent = respond(&target("o3-pro", "v1"), body, &Policy::default()).unwrap();
        assert_eq!((sent.body.as_str(), sent.plan.reply.framing), (body, Framing::Same));
    }

    #[test]
    fn families_that_stream_and_policies_that_pass_stream() {
        let sent = send(&target("o3", "v1"), r#"{"stream":true}"#, &Policy::default()).unwrap();
        assert_eq!(sent.plan.reply.framing, Framing::Same);
        let (body, _) = with(ID, Action::Pass, "o1", r#"{"stream":true}"#).unwrap();
        assert_eq!(body, r#"{"stream":true,"stream_options":{"include_usage":true}}"#);
    }
}
