//! `azgate` on messages, in calls that stay chat completions. There azgate keeps parts of an answer that came over the
//! Responses API. Only that API can use them, and chat completions refuse unknown members of messages: "Additional
//! properties are not allowed ('parsed' was unexpected) - 'messages.1'" (auto-playwright#50, azurechat#503).

use super::rule::{CHAT, Rule};
use crate::{
    bridge::over_responses,
    call::{Effect, Refusal},
    json::{Change, Document, Pointer, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[REASONING, REPLAYED],
    summary: "The `azgate` member that an earlier answer of the Responses API left is removed from messages that go to \
              chat completions; the reasoning in it is lost.",
    on: CHAT,
    run,
};

const REASONING: &str = "drop.reasoning";
const REPLAYED: &str = "drop.replayed";

/// How deep the field is looked into: to the members of the items of its `output`.
const DEPTH: u32 = 3;

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let kept: Vec<(usize, View<'_>)> = draft
        .messages
        .iter()
        .filter(|message| !message.removed)
        .filter_map(|message| Some((message.index, message.view.get("azgate")?)))
        .collect();
    for (index, azgate) in kept {
        let own = draft.call.body.source().slice(azgate.span().range());
        let reasons = Document::parse(own, DEPTH).is_ok_and(|own| over_responses::has_reasoning(own.root()));
        let (rule, effect, why) = if reasons {
            (REASONING, Effect::Lossy, "chat completions take no reasoning back")
        } else {
            (REPLAYED, Effect::Same, "what an answer tells its reader is no part of the conversation")
        };
        let at = Pointer::key("messages").item(index).then("azgate");
        draft.edit(rule, effect, why, Change::Remove { at })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{sent, strictly, with},
    };

    fn body(azgate: &str) -> String {
        format!(
            r#"{{"messages":[{{"role":"user","content":"a"}},{{"role":"assistant","content":"b"{azgate}}},{{"role":"user","content":"c"}}]}}"#
        )
    }

    const THOUGHT: &str = r#","azgate":{"resource":"main","output":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"e"},{"type":"message"}]}"#;

    #[test]
    fn it_is_taken_out_whatever_the_family_and_lost_reasoning_is_said() {
        for family in ["gpt-4.1", "gpt-5", "gpt-5.6", "unknown"] {
            for (azgate, edits) in [
                (THOUGHT, "drop.reasoning;lossy"),
                (
                    r#","azgate":{"resource":"main","output":[{"type":"code_interpreter_call"}]}"#,
                    "drop.replayed",
                ),
                (
                    r#","azgate":{"resource":"main","output":[{"type":"reasoning","id":"rs_1"}]}"#,
                    "drop.replayed",
                ),
                (r#","azgate":null"#, "drop.replayed"),
                (r#","azgate":[],"azgate":7"#, "drop.replayed"),
            ] {
                assert_eq!(sent(family, "v1", &body(azgate)), (body(""), edits.into()), "{family} {azgate}");
            }
        }
        assert_eq!(sent("gpt-4.1", "v1", &body("")).1, "none");
    }

    #[test]
    fn a_caller_may_refuse_the_loss_or_send_it_as_it_is() {
        assert_eq!(strictly("gpt-4.1", "v1", &body(THOUGHT)).unwrap_err().param, "messages[1].azgate");
        let passed = with("drop.reasoning", Action::Pass, "gpt-4.1", &body(THOUGHT)).unwrap();
        assert_eq!(passed, (body(THOUGHT), "none".into()));
    }
}
