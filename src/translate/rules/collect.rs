//! `collect`: azgate asks Azure for a stream although the client wants JSON, and makes the JSON answer from the stream.
//! So neither Azure's 408 nor an idle timeout of a proxy in between cuts a call that thinks for minutes.

use super::{
    rule::{BOTH, Rule},
    stream, stream_options,
};
use crate::{
    call::{Dialect, Effect, Framing, Refusal, ReplyTweak},
    catalog::Streaming,
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["collect.stream"],
    summary: "With `collect` set, Azure is asked for a stream and the JSON answer is collected from it, unless Azure \
              does not stream it or would then not report its usage.",
    on: BOTH,
    run,
};

const ID: &str = "collect.stream";
const WHY: &str = "the model is configured with `collect`: a stream is not cut while the model thinks";

/// Usage would be lost beside On Your Data, which takes no `stream_options` (azure-sdk-for-js#30751). Audio streams as
/// PCM alone (agentfield#584).
const NOT_BESIDE: [&str; 2] = ["data_sources", "audio"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let streams = draft.call.stream || draft.profile().streaming != Streaming::Native;
    // A Responses stream always reports its usage.
    let asks = draft.call.dialect == Dialect::Chat;
    let usage_unreported =
        asks && (stream_options::unknown_to_version(draft) || NOT_BESIDE.iter().any(|key| draft.has(key)));
    let framed = draft.reply.framing != Framing::Same;
    if !draft.target.options.collect || streams || usage_unreported || framed || stream::in_background(draft)
    {
        return Ok(());
    }
    let set = |key, json| Change::Set { at: Pointer::key(key), value: Raw::json(json) };
    if draft.edit(ID, Effect::Same, WHY, set("stream", "true"))? {
        if asks {
            let why = "Azure tells the tokens of a stream only when asked";
            draft.edit(ID, Effect::Same, why, set("stream_options", r#"{"include_usage":true}"#))?;
        }
        draft.reply.framing = Framing::SseToJson;
        draft.tweak(ID, ReplyTweak::Collect, WHY);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::UsageChunk;
    use crate::translate::rules::testing::{Sent, respond, send, target};
    use crate::translate::{Action, Policy, PolicyLayer, Target, TargetOptions};

    fn collecting(family: &str, surface: &str) -> Target {
        Target {
            options: TargetOptions { collect: true, ..TargetOptions::default() },
            ..target(family, surface)
        }
    }

    fn asked(family: &str, surface: &str, body: &str) -> Sent {
        send(&collecting(family, surface), body, &Policy::default()).unwrap()
    }

    /// The call goes up as it came, and so does its answer come back.
    fn stays(family: &str, surface: &str, body: &str) {
        let sent = asked(family, surface, body);
        assert_eq!((sent.body.as_str(), sent.edits.as_str()), (body, "none"), "{family} on {surface}");
        assert_eq!(sent.plan.reply.framing, Framing::Same);
    }

    #[test]
    fn azure_is_asked_for_a_stream_with_usage_and_the_answer_is_collected() {
        let streamed = r#"{"n":2,"stream":true,"stream_options":{"include_usage":true}}"#;
        for (body, edits) in [
            (r#"{"n":2}"#, "collect.stream;n=3"),
            (r#"{"n":2,"stream":null}"#, "drop.null, collect.stream;n=3"),
        ] {
            let sent = asked("gpt-4.1", "v1", body);
            assert_eq!((sent.body.as_str(), sent.edits.as_str()), (streamed, edits));
            assert_eq!(sent.plan.reply.framing, Framing::SseToJson);
            assert_eq!(sent.plan.reply.usage_chunk, UsageChunk::None);
        }
        let off = asked("o3-mini", "2024-12-01-preview", r#"{"stream":false,"n":2}"#);
        assert_eq!(off.body, r#"{"stream":true,"n":2,"stream_options":{"include_usage":true}}"#);
        let reported = off.plan.edits.last().map(|edit| edit.change.to_string());
        assert_eq!(reported.as_deref(), Some("answer: a stream is collected into a JSON answer"));
    }

    #[test]
    fn stream_options_that_stood_there_without_a_stream_are_not_taken_over() {
        let sent = asked("gpt-4.1", "v1", r#"{"stream_options":{"include_usage":false},"x":1}"#);
        assert_eq!(sent.body, r#"{"x":1,"stream":true,"stream_options":{"include_usage":true}}"#);
        assert_eq!(sent.edits, "drop.stream_options, collect.stream;n=3");
    }

    #[test]
    fn a_responses_call_is_asked_for_a_stream_and_no_more() {
        let asked = |family, body| {
            let sent = respond(&collecting(family, "v1"), body, &Policy::default()).unwrap();
            (sent.body, sent.edits, sent.plan.reply.framing)
        };
        let streamed = r#"{"input":"a","stream":true}"#.to_owned();
        let expected = (streamed, "collect.stream;n=2".to_owned(), Framing::SseToJson);
        assert_eq!(asked("gpt-5-codex", r#"{"input":"a"}"#), expected);
        for (family, body) in [("gpt-5-codex", r#"{"background":true}"#), ("o3-pro", "{}")] {
            assert_eq!(asked(family, body), (body.into(), "none".into(), Framing::Same));
        }
    }

    #[test]
    fn a_client_that_streams_gets_its_stream() {
        stays("gpt-4.1", "v1", r#"{"stream":true,"stream_options":{"include_usage":true}}"#);
    }

    #[test]
    fn nothing_is_collected_where_azure_does_not_stream_or_would_tell_no_usage() {
        for family in ["o1", "o1-preview"] {
            stays(family, "v1", "{}");
        }
        stays("gpt-4o", "2024-06-01", "{}");
        stays("gpt-4.1", "v1", r#"{"data_sources":[{"type":"azure_search"}]}"#);
        stays(
            "gpt-4o-audio",
            "v1",
            r#"{"modalities":["text","audio"],"audio":{"format":"mp3","voice":"v"}}"#,
        );
    }

    #[test]
    fn a_model_without_the_option_and_a_policy_that_passes_keep_their_json() {
        let sent = send(&target("gpt-4.1", "v1"), "{}", &Policy::default()).unwrap();
        assert_eq!((sent.body.as_str(), sent.edits.as_str()), ("{}", "none"));
        let rules = PolicyLayer { lossy: None, rules: [(ID.to_owned(), Action::Pass)].into() };
        let policy = Policy { call: None, layers: [None, None, Some(&rules)] };
        let sent = send(&collecting("gpt-4.1", "v1"), "{}", &policy).unwrap();
        assert_eq!((sent.body.as_str(), sent.plan.reply.framing), ("{}", Framing::Same));
    }

    #[test]
    fn legacy_functions_are_given_back_as_ever() {
        let sent = asked("gpt-5", "v1", r#"{"functions":[{"name":"f"}]}"#);
        assert_eq!(sent.plan.reply.framing, Framing::SseToJson);
        assert!(sent.plan.reply.legacy_functions);
    }
}
