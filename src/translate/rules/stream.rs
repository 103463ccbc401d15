//! `stream: true` to a family that Azure does not stream (o1-preview, o1-mini, o1): Azure is asked for JSON, and azgate
//! makes the stream.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Framing, Refusal, ReplyTweak, UsageChunk},
    catalog::Streaming,
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["synthesize.stream"],
    summary: "A stream from a family that Azure does not stream is made from a JSON answer.",
    on: CHAT,
    run,
};

const ID: &str = "synthesize.stream";
const WHY: &str = "Azure does not stream this model";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.call.stream || draft.profile().streaming == Streaming::Native {
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
        draft.reply.usage_chunk = if wanted { UsageChunk::Wanted } else { UsageChunk::None };
        draft.tweak(ID, ReplyTweak::Synthesize, WHY);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::rules::testing::{send, target, with};
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
    fn families_that_stream_and_policies_that_pass_stream() {
        let sent = send(&target("o3", "v1"), r#"{"stream":true}"#, &Policy::default()).unwrap();
        assert_eq!(sent.plan.reply.framing, Framing::Same);
        let (body, _) = with(ID, Action::Pass, "o1", r#"{"stream":true}"#).unwrap();
        assert_eq!(body, r#"{"stream":true,"stream_options":{"include_usage":true}}"#);
    }
}
