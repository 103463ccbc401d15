//! Dated surfaces: the api-version is raised to the oldest one that serves the family on the operation, never lowered.
//! It is settled first, since what the version knows decides on roles and keys.

use super::rule::{BOTH, Rule};
use crate::{call::Refusal, translate::Draft};

pub(super) const RULE: Rule = Rule {
    ids: &["raise.api_version"],
    summary: "On a dated surface the api-version is raised to the oldest one that serves the family on the operation.",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(oldest) = draft.target.raised(draft.call.dialect) else { return Ok(()) };
    let why = format!("Azure serves this model from api-version {} on", oldest.name);
    draft.raise_version("raise.api_version", oldest, why)
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{respond, send, target};
    use crate::translate::{Action, Policy, PolicyLayer, Target};

    const BODY: &str = r#"{"messages":[{"role":"developer","content":"x"}],"reasoning_effort":"low"}"#;

    fn version(target: &Target, policy: &Policy<'_>) -> (Option<String>, String, String) {
        let sent = send(target, BODY, policy).unwrap();
        (sent.plan.api_version.map(|version| version.to_string()), sent.body, sent.edits)
    }

    #[test]
    fn it_is_raised_to_the_familys_oldest_never_lowered_and_never_sent_on_v1() {
        let at = |surface| version(&target("o1", surface), &Policy::default());
        assert_eq!(at("v1"), (None, BODY.into(), "none".into()));
        assert_eq!(at("2025-01-01-preview"), (Some("2025-01-01-preview".into()), BODY.into(), "none".into()));
        let raised = (Some("2024-12-01-preview".into()), BODY.into(), "raise.api_version".into());
        assert_eq!(at("2024-10-21"), raised);
    }

    #[test]
    fn the_responses_api_needs_a_version_of_its_own() {
        let at = |family, surface: &str| {
            let sent = respond(&target(family, surface), r#"{"input":"x"}"#, &Policy::default()).unwrap();
            (sent.plan.api_version.map(|version| version.to_string()), sent.edits)
        };
        let to = |version: &str, edits: &str| (Some(version.to_owned()), edits.to_owned());
        assert_eq!(at("gpt-4.1", "2024-10-21"), to("2025-03-01-preview", "raise.api_version"));
        assert_eq!(at("unknown", "2024-10-21"), to("2025-03-01-preview", "raise.api_version"));
        assert_eq!(at("gpt-5.1", "2024-10-21"), to("2025-04-01-preview", "raise.api_version"));
        assert_eq!(at("gpt-4.1", "2025-04-01-preview"), to("2025-04-01-preview", "none"));
        assert_eq!(at("gpt-4.1", "v1"), (None, "none".into()));
    }

    #[test]
    fn a_version_that_a_policy_keeps_decides_what_is_sent() {
        let rules = PolicyLayer { lossy: None, rules: [("raise.api_version".into(), Action::Pass)].into() };
        let policy = Policy { call: None, layers: [None, None, Some(&rules)] };
        let (sent, body, edits) = version(&target("o1", "2024-10-21"), &policy);
        assert_eq!(sent.unwrap(), "2024-10-21");
        assert_eq!(body, r#"{"messages":[{"role":"system","content":"x"}]}"#);
        assert_eq!(edits, "rename.role, version.reasoning_effort;lossy");
    }
}
