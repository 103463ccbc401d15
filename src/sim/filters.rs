//! Azure's content-filter annotations.

/// The results for a prompt that passed.
pub(super) const PROMPT_RESULTS: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":false,"filtered":false},"#,
    r#""self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"#,
    r#""violence":{"filtered":false,"severity":"safe"}}"#,
);

/// The results for an answer that passed.
pub(super) const PASSED: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"#,
    r#""protected_material_code":{"detected":false,"filtered":false},"#,
    r#""protected_material_text":{"detected":false,"filtered":false},"#,
    r#""self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}"#,
);

/// The results for an answer that was blocked.
pub(super) const BLOCKED: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}"#,
);

/// Returns the results for a finish reason.
pub(super) fn for_finish(finish: &str) -> &'static str {
    if finish == "content_filter" { BLOCKED } else { PASSED }
}
