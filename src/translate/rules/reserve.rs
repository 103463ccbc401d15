//! Reasoning is paid out of the cap (`max_completion_tokens`, `max_output_tokens`) first, so a small `max_tokens`
//! copied over leaves no room for text. An operator can reserve tokens for reasoning; they also count when Azure
//! admits the call against its token limit.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer, Raw, text},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["reserve.reasoning"],
    summary: "With `reasoning_reserve` set, a cap that was renamed from max_tokens is raised by it, up to the family's \
              limit.",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let reserve = u64::from(draft.target.options.reasoning_reserve);
    // Before the bridge the cap still has its old name.
    let old = draft.bridging && draft.has("max_tokens");
    if reserve == 0 || !(old || draft.has_edit("rename.max_tokens")) {
        return Ok(());
    }
    let param = if old { "max_tokens" } else { draft.parameter_names().cap };
    let Some(scalar @ Scalar::Number(_)) = draft.get(param).and_then(|value| value.scalar()) else {
        return Ok(());
    };
    let Some(cap) = text::whole(&scalar.json()) else { return Ok(()) };
    let limit = draft.profile().context.output.unwrap_or(u64::MAX);
    let raised = cap.saturating_add(reserve).min(limit);
    if raised > cap {
        let why = format!("{reserve} tokens are reserved for reasoning, which is paid out of the same cap");
        let change = Change::Set { at: Pointer::key(param), value: Raw::json(raised.to_string()) };
        draft.edit("reserve.reasoning", Effect::Same, why, change)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{respond, send, target};
    use crate::translate::{Policy, Target, TargetOptions};

    fn reserved(family: &str, reserve: u32, body: &str) -> (String, String) {
        let target = Target {
            options: TargetOptions { reasoning_reserve: reserve, ..TargetOptions::default() },
            ..target(family, "v1")
        };
        let sent = send(&target, body, &Policy::default()).unwrap();
        let again = send(&target, &sent.body, &Policy::default()).unwrap();
        assert_eq!(
            (again.body.as_str(), again.edits.as_str()),
            (sent.body.as_str(), "none"),
            "it is added once"
        );
        (sent.body, sent.edits)
    }

    #[test]
    fn a_call_that_goes_over_to_another_operation_has_its_reserve_too() {
        let target = Target {
            options: TargetOptions { reasoning_reserve: 1000, ..TargetOptions::default() },
            ..target("gpt-5-codex", "v1")
        };
        let sent = |body| send(&target, body, &Policy::default()).unwrap();
        let capped = sent(r#"{"messages":[],"max_tokens":50}"#);
        assert!(capped.body.contains(r#""max_output_tokens":1050"#), "{}", capped.body);
        assert_eq!(capped.edits, "bridge.responses, reserve.reasoning");
        let newer = sent(r#"{"messages":[],"max_completion_tokens":50}"#);
        assert!(newer.body.contains(r#""max_output_tokens":50"#), "{}", newer.body);
    }

    #[test]
    fn a_mapped_cap_is_raised_up_to_the_familys_limit() {
        let edits = "rename.max_tokens, reserve.reasoning";
        let cap = |cap: &str| format!(r#"{{"max_completion_tokens":{cap}}}"#);
        assert_eq!(reserved("o1", 1000, r#"{"max_tokens":256.0}"#), (cap("1256"), edits.into()));
        assert_eq!(reserved("o1", 1000, r#"{"max_tokens":99900}"#), (cap("100000"), edits.into()));
        let clamped = "rename.max_tokens, clamp.max_completion_tokens";
        assert_eq!(reserved("o1", 1000, r#"{"max_tokens":200000}"#), (cap("100000"), clamped.into()));
    }

    #[test]
    fn on_responses_too_where_the_cap_came_in_chats_words() {
        let target = Target {
            options: TargetOptions { reasoning_reserve: 1000, ..TargetOptions::default() },
            ..target("gpt-5-pro", "v1")
        };
        let sent = respond(&target, r#"{"max_tokens":256}"#, &Policy::default()).unwrap();
        assert_eq!(sent.body, r#"{"max_output_tokens":1256}"#);
        assert_eq!(sent.edits, "rename.max_tokens, reserve.reasoning");
    }

    #[test]
    fn a_cap_of_its_own_no_number_and_no_reserve_stay() {
        let own = r#"{"max_completion_tokens":256}"#;
        assert_eq!(reserved("o1", 1000, own), (own.into(), "none".into()));
        assert_eq!(reserved("o1", 1000, r#"{"max_tokens":"5"}"#).0, r#"{"max_completion_tokens":"5"}"#);
        assert_eq!(reserved("o1", 0, r#"{"max_tokens":5}"#).0, r#"{"max_completion_tokens":5}"#);
        assert_eq!(reserved("gpt-4.1", 1000, r#"{"max_tokens":5}"#).1, "none");
    }
}
