//! Models that Azure serves on the Responses API alone cannot be reached by a chat call.

use super::{CHAT, Rule};
use crate::{
    call::{Operation, Refusal},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["refuse.operation"],
    summary: "A chat call to a family that Azure serves on the Responses API alone is refused.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.profile().operations.contains(&Operation::Chat) {
        return Ok(());
    }
    let why = "Azure serves this model on the Responses API alone: call /v1/responses on Azure itself, or choose a \
               model that serves chat completions.";
    draft.refuse_outright("refuse.operation", "model", why)
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{refused, with};

    #[test]
    fn a_chat_call_to_a_responses_model_is_refused_and_can_be_passed_on() {
        let body = r#"{"messages":[{"role":"user","content":"Hi"}]}"#;
        let refusal = refused("gpt-5-codex", "v1", body);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.operation", "model"));
        assert!(refusal.why.contains("/v1/responses"), "{}", refusal.why);
        assert_eq!(with("refuse.operation", Action::Pass, "gpt-5-codex", body).unwrap().0, body);
        assert!(
            with("refuse.operation", Action::Apply, "gpt-5-codex", body).is_err(),
            "there is nothing to apply"
        );
    }
}
