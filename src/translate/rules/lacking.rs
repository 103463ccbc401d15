//! What the Responses API has no place for of a chat call's parameters: dropped or refused before the call goes there.

use super::{CHAT, Rule, params};
use crate::{
    call::{Copies, Effect, Framing, Refusal, ReplyTweak},
    catalog::lacking_on_responses,
    json::{Change, Kind, Pointer, View},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["cut.stop", "fan_out.n"],
    summary: "On the way to the Responses API the parameters that it lacks are dropped or refused (docs/families.md). With \
              `cut_at_stop` set, azgate itself honours `stop`; with `fan_out`, it makes the call once for each of `n` choices.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.crosses {
        return Ok(());
    }
    cut_at_stop(draft)?;
    fan_out(draft)?;
    for row in lacking_on_responses() {
        params::apply(draft, row)?;
    }
    Ok(())
}

/// Takes over the stop sequences where the model is configured so.
fn cut_at_stop(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(Value::Sent(stop)) = draft.get("stop").filter(|_| draft.target.cut_at_stop) else {
        return Ok(());
    };
    let Some(sequences) = sequences(stop) else { return Ok(()) };
    let why = "the model is configured with `cut_at_stop`: azgate cuts the answer at the sequence";
    if draft.edit("cut.stop", Effect::Same, why, Change::Remove { at: Pointer::key("stop") })? {
        draft.cut_at = sequences;
    }
    Ok(())
}

/// Makes the call `n` times where the model is configured so. The answers are put together when all are there, so Azure
/// is not asked for a stream.
fn fan_out(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(Value::Sent(n)) = draft.get("n") else { return Ok(()) };
    let copies = n.whole().filter(|n| (2..=draft.target.fan_out.into()).contains(n)).and_then(Copies::of);
    let Some(copies) = copies else { return Ok(()) };
    let why = "the model is configured with `fan_out`: azgate makes the call once for each choice";
    if draft.edit("fan_out.n", Effect::Same, why, Change::Remove { at: Pointer::key("n") })? {
        draft.copies = copies;
        if draft.call.stream {
            let why = "several answers are put together when all are there; they go back as a stream";
            draft.edit("fan_out.n", Effect::Same, why, Change::Remove { at: Pointer::key("stream") })?;
            draft.reply.framing = Framing::JsonToSse;
            draft.tweak("fan_out.n", ReplyTweak::Synthesize, why);
        }
    }
    Ok(())
}

/// The stop sequences; `None` if something else stands there, which is for Azure to refuse.
fn sequences(stop: View<'_>) -> Option<Vec<String>> {
    let one = |view: View<'_>| view.text().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty());
    match stop.kind() {
        Kind::String => Some(vec![one(stop)?]),
        Kind::Array => stop.items().map(one).collect(),
        _ => None,
    }
}
