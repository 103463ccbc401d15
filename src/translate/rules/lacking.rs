//! Parameters of a chat call that the Responses API lacks. They are dropped or refused before the call is bridged.

use super::{
    params,
    rule::{CHAT, Rule},
};
use crate::{
    call::{Copies, Dialect, Effect, Framing, Refusal, ReplyTweak},
    catalog::lacking_on_responses,
    json::{Change, Kind, Pointer, View, text},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &["cut.stop", "fan_out.n"],
    summary: "Parameters that the Responses API lacks are dropped or refused in a bridged chat call \
              (docs/families.md). With `cut_at_stop` set, azgate itself honours `stop`; with `fan_out`, it makes the \
              call once for each of `n` choices.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.bridging {
        return Ok(());
    }
    cut_at_stop(draft)?;
    // A body that is a Responses call already is sent once.
    if draft.call.dialect == Dialect::Chat {
        fan_out(draft)?;
    }
    for row in lacking_on_responses() {
        params::apply(draft, row)?;
    }
    Ok(())
}

/// Takes over the stop sequences where the model is configured so.
fn cut_at_stop(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(stop)) = draft.get("stop").filter(|_| draft.target.options.cut_at_stop) else {
        return Ok(());
    };
    let Some(sequences) = sequences(stop) else { return Ok(()) };
    let why = "the model is configured with `cut_at_stop`: azgate cuts the answer at the sequence";
    if draft.edit("cut.stop", Effect::Same, why, Change::Remove { at: Pointer::key("stop") })? {
        draft.cut_at = sequences;
    }
    Ok(())
}

/// Makes the call `n` times where the model is configured so. azgate joins the answers when all have arrived, so it
/// asks Azure for JSON.
fn fan_out(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(n)) = draft.get("n") else { return Ok(()) };
    let most = draft.target.options.fan_out.unwrap_or(1);
    let copies = match n.whole() {
        // One choice is the default.
        Some(1) => return Ok(()),
        Some(count) if count > 1 => {
            Copies::of(count).filter(|copies| copies.count() <= most).ok_or_else(|| too_many(most))
        }
        _ => Err(no_number(n)),
    };
    let copies = match copies {
        Ok(copies) => copies,
        Err(why) => {
            draft.refuse("refuse.n", why, Change::Remove { at: Pointer::key("n") })?;
            return Ok(());
        }
    };
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

fn no_number(n: View<'_>) -> String {
    let written = String::from_utf8_lossy(n.raw());
    let written = text::shortened(&written);
    format!("`n` must be a whole number of at least 1, not {written}. Leave it out for one answer.")
}

fn too_many(most: u8) -> String {
    let top = Copies::MOST;
    let alone = "The Responses API, which serves this call, gives one answer a call";
    if most <= 1 {
        format!(
            "{alone}. Send the call several times, or let azgate do so: set `fan_out` of the model ({top} at most)."
        )
    } else if most < top {
        format!(
            "{alone}, and the model is configured with `fan_out = {most}`. Ask for no more, or set it higher ({top} at most)."
        )
    } else {
        format!(
            "{alone}, and the model is configured with `fan_out = {most}`, which is the most. Ask for no more."
        )
    }
}

/// Returns the stop sequences, or `None` for any other value. Azure refuses other values itself.
fn sequences(stop: View<'_>) -> Option<Vec<String>> {
    let one = |view: View<'_>| view.text().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty());
    match stop.kind() {
        Kind::String => Some(vec![one(stop)?]),
        Kind::Array => stop.items().map(one).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        call::Refusal,
        translate::{
            Action, Policy, Target, TargetOptions,
            rules::testing::{send, sent, target, with},
        },
    };

    fn refused(n: &str, fan_out: u8) -> Refusal {
        let target = Target {
            options: TargetOptions { fan_out: Some(fan_out), ..TargetOptions::default() },
            ..target("gpt-5-codex", "v1")
        };
        send(&target, &body(n), &Policy::default()).unwrap_err()
    }

    fn body(n: &str) -> String {
        format!(r#"{{"messages":[{{"role":"user","content":"Hi"}}],"n":{n}}}"#)
    }

    #[test]
    fn a_number_of_answers_that_is_none_is_said_to_be_so() {
        for n in ["0", "\"2\"", "-1", "1.5", "[]", "true"] {
            for fan_out in [1, 4] {
                let refusal = refused(n, fan_out);
                assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.n", "n"));
                let why = format!(
                    "`n` must be a whole number of at least 1, not {n}. Leave it out for one answer."
                );
                assert_eq!(refusal.why, why);
            }
        }
        assert_eq!(sent("gpt-5-codex", "v1", &body("null")).1, "bridge.responses, drop.null");
        assert_eq!(sent("gpt-5-codex", "v1", &body("1.0")).1, "bridge.responses, refuse.n");
    }

    #[test]
    fn more_answers_than_azgate_may_make_are_refused_with_what_to_do() {
        for (n, fan_out, words) in [
            (
                "2",
                1,
                "Send the call several times, or let azgate do so: set `fan_out` of the model (8 at most).",
            ),
            (
                "9",
                1,
                "Send the call several times, or let azgate do so: set `fan_out` of the model (8 at most).",
            ),
            (
                "5",
                4,
                "the model is configured with `fan_out = 4`. Ask for no more, or set it higher (8 at most).",
            ),
            ("9", 8, "the model is configured with `fan_out = 8`, which is the most. Ask for no more."),
        ] {
            let refusal = refused(n, fan_out);
            assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.n", "n"));
            assert!(refusal.why.ends_with(words), "{}", refusal.why);
        }
    }

    #[test]
    fn a_policy_takes_out_a_number_that_cannot_be() {
        for n in ["0", "\"2\"", "5"] {
            let edits = with("refuse.n", Action::Apply, "gpt-5-codex", &body(n)).unwrap().1;
            assert_eq!(edits, "bridge.responses, refuse.n;lossy");
        }
    }
}
