//! Azure's content-filter annotations.

/// What stands beside a prompt that passed.
pub(super) const PROMPT: &str = concat!(
    r#"[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"},"#,
    r#""jailbreak":{"detected":false,"filtered":false},"self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}}]"#,
);

/// What the filter says of a prompt that passed.
pub(super) const PROMPT_RESULTS: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"jailbreak":{"detected":false,"filtered":false},"#,
    r#""self_harm":{"filtered":false,"severity":"safe"},"sexual":{"filtered":false,"severity":"safe"},"#,
    r#""violence":{"filtered":false,"severity":"safe"}}"#,
);

/// What stands beside an answer that passed.
pub(super) const PASSED: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"#,
    r#""protected_material_code":{"detected":false,"filtered":false},"#,
    r#""protected_material_text":{"detected":false,"filtered":false},"#,
    r#""self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":false,"severity":"safe"}}"#,
);

/// What stands beside an answer that was filtered.
pub(super) const BLOCKED: &str = concat!(
    r#"{"hate":{"filtered":false,"severity":"safe"},"self_harm":{"filtered":false,"severity":"safe"},"#,
    r#""sexual":{"filtered":false,"severity":"safe"},"violence":{"filtered":true,"severity":"medium"}}"#,
);

/// The annotation for a way to finish.
pub(super) fn for_finish(finish: &str) -> &'static str {
    if finish == "content_filter" { BLOCKED } else { PASSED }
}
