//! Dated surfaces: keys and values that the version sent does not know are rewritten or dropped (`surfaces.toml`).

use super::{
    params,
    rule::{BOTH, Rule},
};
use crate::{call::Refusal, translate::Draft};

pub(super) const RULE: Rule = Rule {
    ids: &[],
    summary: "On a dated surface, keys and values that the api-version does not know are rewritten, dropped or refused \
              (`version.KEY`).",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(version) = draft.version() else { return Ok(()) };
    for row in version.unknown(draft.call.dialect) {
        params::apply(draft, row)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{refused, sent};

    #[test]
    fn the_version_takes_what_it_knows_and_the_rest_is_rewritten_or_dropped() {
        let body =
            r#"{"max_completion_tokens":5,"parallel_tool_calls":false,"tools":[{}],"store":true,"x":1}"#;
        let (body, edits) = sent("gpt-4o", "2024-02-01", body);
        assert_eq!(body, r#"{"max_tokens":5,"tools":[{}],"x":1}"#);
        assert_eq!(
            edits,
            "version.max_completion_tokens, version.parallel_tool_calls;lossy, version.store;lossy"
        );
    }

    #[test]
    fn what_azure_assumes_anyway_goes_without_a_loss() {
        let body = r#"{"verbosity":"medium","service_tier":"auto","store":false}"#;
        let (body, edits) = sent("gpt-4.1", "2024-10-21", body);
        assert_eq!(body, "{}");
        assert_eq!(edits, "version.store, version.service_tier, version.verbosity");
    }

    #[test]
    fn an_effort_that_the_version_does_not_know_becomes_the_nearest_it_knows() {
        let (body, edits) = sent("gpt-5", "2024-12-01-preview", r#"{"reasoning_effort":"minimal"}"#);
        assert_eq!(body, r#"{"reasoning_effort":"low"}"#);
        assert_eq!(edits, "version.reasoning_effort;lossy");
        let medium = r#"{"reasoning_effort":"medium"}"#;
        assert_eq!(sent("gpt-5", "2024-12-01-preview", medium).1, "none");
        assert_eq!(sent("gpt-oss", "2024-10-21", medium).1, "version.reasoning_effort");
    }

    #[test]
    fn a_value_can_be_too_new_for_the_version() {
        let body = r#"{"response_format":{"type":"json_schema"}}"#;
        let refusal = refused("gpt-4o", "2024-06-01", body);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("version.response_format", "response_format"));
        assert_eq!(sent("gpt-4o", "2024-08-01-preview", body).0, body);
    }
}
