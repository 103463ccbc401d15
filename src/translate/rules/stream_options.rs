//! `stream_options`: taken out where Azure refuses it; and asked for where azgate needs it, since Azure tells the
//! tokens of a stream only on request. The extra chunk is then hidden from a client that did not ask.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal, ReplyTweak, UsageChunk},
    json::{Change, Kind, Pointer, Raw},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.stream_options", "add.include_usage"],
    summary: "Usage is asked for in every stream and hidden from clients that did not ask; stream_options is dropped \
              where Azure refuses it.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let streams = draft.call.stream && !draft.has_edit("synthesize.stream");
    let at = Pointer::key("stream_options");
    let wanted = draft.wants_usage();
    if draft.has("data_sources") || !streams {
        if draft.has("stream_options") {
            let effect = if streams && wanted { Effect::Lossy } else { Effect::Same };
            let why = if streams {
                "Azure refuses stream_options beside data_sources"
            } else {
                "stream_options is refused without stream: true"
            };
            draft.edit("drop.stream_options", effect, why, Change::Remove { at })?;
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
        Some(Value::Sent(options)) if options.kind() == Kind::Object => {
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

fn unknown_to_version(draft: &Draft<'_>) -> bool {
    draft.version().is_some_and(|version| version.unknown.iter().any(|row| row.param == "stream_options"))
}
