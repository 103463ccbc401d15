//! `stream_options`: dropped where Azure refuses it, and added where azgate needs the usage, because Azure reports the
//! tokens of a stream only on request. azgate hides the extra chunk from a client that did not ask for it.

use super::rule::{CHAT, RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal, ReplyTweak, UsageChunk},
    json::{Change, Kind, Pointer, Raw},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[DROP, "add.include_usage"],
    summary: "Usage is asked for in every stream and hidden from clients that did not ask; stream_options is dropped \
              where Azure refuses it.",
    on: CHAT,
    run,
};

/// A Responses stream always reports its usage, and does not know `include_usage`: `Unknown parameter:
/// 'stream_options.include_usage'.` (litellm#28553).
pub(super) const ON_RESPONSES: Rule = Rule {
    ids: &[DROP],
    summary: "In a Responses call include_usage is dropped, and stream_options too if the call does not stream.",
    on: RESPONSES,
    run: on_responses,
};

const DROP: &str = "drop.stream_options";
const NO_STREAM: &str = "stream_options is refused without stream: true";

fn on_responses(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (param, why) = if streams(draft) {
        let why = "every stream of the Responses API tells its usage, so it refuses to be asked";
        ("stream_options.include_usage", why)
    } else {
        ("stream_options", NO_STREAM)
    };
    if draft.has(param) {
        draft.edit(DROP, Effect::Same, why, Change::Remove { at: Pointer::path(param) })?;
    }
    Ok(())
}

/// Whether Azure is asked for a stream, as far as the client decides.
fn streams(draft: &Draft<'_>) -> bool {
    draft.call.stream && !draft.has_edit("synthesize.stream")
}

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let streams = streams(draft);
    let at = Pointer::key("stream_options");
    let wanted = draft.wants_usage();
    if draft.has("data_sources") || !streams {
        if draft.has("stream_options") {
            let effect = if streams && wanted { Effect::Lossy } else { Effect::Same };
            let why = if streams { "Azure refuses stream_options beside data_sources" } else { NO_STREAM };
            draft.edit(DROP, effect, why, Change::Remove { at })?;
        }
        return Ok(());
    }
    if unknown_to_version(draft) {
        return Ok(());
    }
    if wanted {
        draft.reply.usage_chunk = UsageChunk::Wanted;
        return Ok(());
    }
    let change = match draft.get("stream_options") {
        Some(ParamValue::Sent(options)) if options.kind() == Kind::Object => {
            Change::Set { at: at.then("include_usage"), value: Raw::json("true") }
        }
        Some(_) => return Ok(()),
        None => Change::Set { at, value: Raw::json(r#"{"include_usage":true}"#) },
    };
    let why = "Azure tells the tokens of a stream only when asked";
    if draft.edit("add.include_usage", Effect::Same, why, change)? {
        draft.reply.usage_chunk = UsageChunk::Hidden;
        draft.tweak(
            "add.include_usage",
            ReplyTweak::HideUsageChunk,
            "the client did not ask for the usage chunk",
        );
    }
    Ok(())
}

/// Returns whether the api-version refuses `stream_options`, and so cannot report usage in a stream.
pub(super) fn unknown_to_version(draft: &Draft<'_>) -> bool {
    let dialect = draft.call.dialect;
    draft
        .version()
        .is_some_and(|version| version.unknown(dialect).iter().any(|row| row.param == "stream_options"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::rules::testing::{responses, send, target, with};
    use crate::translate::{Action, Policy};

    fn asked(surface: &str, body: &str) -> (String, String, UsageChunk) {
        let sent = send(&target("gpt-4o", surface), body, &Policy::default()).unwrap();
        (sent.body, sent.edits, sent.plan.reply.usage_chunk)
    }

    #[test]
    fn usage_is_asked_for_and_hidden_from_who_did_not_ask() {
        let added = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
        let edits = "add.include_usage;n=2";
        for body in [
            r#"{"stream":true}"#,
            r#"{"stream":true,"stream_options":{}}"#,
            r#"{"stream":true,"stream_options":{"include_usage":false}}"#,
        ] {
            assert_eq!(asked("v1", body), (added.into(), edits.into(), UsageChunk::Hidden), "{body}");
        }
        assert_eq!(asked("v1", added), (added.into(), "none".into(), UsageChunk::Wanted));
        let other = r#"{"stream":true,"stream_options":{"include_obfuscation":false}}"#;
        let expected =
            r#"{"stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}"#;
        assert_eq!(asked("v1", other).0, expected);
    }

    #[test]
    fn options_without_a_stream_go() {
        let body = r#"{"stream":false,"stream_options":{"include_usage":true}}"#;
        let expected = (r#"{"stream":false}"#.into(), "drop.stream_options".into(), UsageChunk::None);
        assert_eq!(asked("v1", body), expected);
    }

    #[test]
    fn nothing_is_asked_where_azure_would_refuse_it() {
        let body = r#"{"stream":true,"data_sources":[{}]}"#;
        assert_eq!(asked("v1", body), (body.into(), "none".into(), UsageChunk::None));
        let options = r#"{"stream":true,"stream_options":{"include_usage":true},"data_sources":[{}]}"#;
        assert_eq!(asked("v1", options), (body.into(), "drop.stream_options;lossy".into(), UsageChunk::None));
        let plain = r#"{"stream":true}"#;
        assert_eq!(asked("2024-06-01", plain), (plain.into(), "none".into(), UsageChunk::None));
        let old = r#"{"stream":true,"stream_options":{"include_usage":true}}"#;
        let expected = (plain.into(), "version.stream_options;lossy".into(), UsageChunk::None);
        assert_eq!(asked("2024-06-01", old), expected);
    }

    #[test]
    fn on_responses_no_stream_is_asked_for_its_usage() {
        let sent = |body| responses("gpt-5-codex", "v1", body);
        let gone = (r#"{"stream":true}"#.to_owned(), "drop.stream_options".to_owned());
        assert_eq!(sent(r#"{"stream":true,"stream_options":{"include_usage":true}}"#), gone);
        let other = r#"{"stream":true,"stream_options":{"include_obfuscation":false}}"#;
        assert_eq!(sent(other), (other.into(), "none".into()));
        let both = r#"{"stream":true,"stream_options":{"include_usage":false,"include_obfuscation":false}}"#;
        assert_eq!(sent(both).0, other);
        let idle = r#"{"stream_options":{"include_obfuscation":false}}"#;
        assert_eq!(sent(idle), ("{}".into(), "drop.stream_options".into()));
    }

    #[test]
    fn a_policy_can_leave_the_usage_unasked() {
        let body = r#"{"stream":true}"#;
        assert_eq!(
            with("add.include_usage", Action::Pass, "gpt-4.1", body).unwrap(),
            (body.into(), "none".into())
        );
    }
}
