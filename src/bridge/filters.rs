//! Of two verdicts of Azure's content filter on one category, the worse one. The asynchronous filter judges a text piece
//! by piece, and an answer has one verdict for all of it.

use bytes::Bytes;

use crate::json::{Document, Kind, View};

/// Azure's levels, from the mildest on.
const SEVERITIES: [&str; 4] = ["safe", "low", "medium", "high"];

/// Whether the verdict `new` is worse than `old`. Of two that are equally bad, the one that says more counts as worse:
/// it may name the licence of protected material, or the blocklists that were looked at.
pub fn is_worse(new: &[u8], old: &[u8]) -> bool {
    new != old && rank(new) > rank(old)
}

/// Whether the verdict is that the text must not pass.
pub fn is_filtered(verdict: &[u8]) -> bool {
    rank(verdict).0
}

/// Filtered, detected, severity, length.
fn rank(verdict: &[u8]) -> (bool, bool, Option<usize>, usize) {
    let Ok(document) = Document::parse(Bytes::copy_from_slice(verdict), 2) else {
        return (false, false, None, 0);
    };
    // Live `custom_blocklists` is a list of verdicts, though the specification has an object.
    let root = document.root();
    let all = || root.items().chain((root.kind() == Kind::Object).then_some(root));
    let is = |key: &str| all().any(|one| one.get(key).and_then(View::boolean) == Some(true));
    let severity = |one: View<'_>| {
        let level = one.get("severity").and_then(View::text)?;
        SEVERITIES.iter().position(|severity| *severity == level)
    };
    let length = if root.is_null() { 0 } else { verdict.len() };
    (is("filtered"), is("detected"), all().filter_map(severity).max(), length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_from_the_mildest_to_the_worst() {
        let verdicts = [
            "null",
            "[]",
            r#"{"detected":false,"filtered":false}"#,
            r#"{"filtered":false,"severity":"safe"}"#,
            r#"{"filtered":false,"severity":"low"}"#,
            r#"{"filtered":false,"severity":"high"}"#,
            r#"{"detected":true,"filtered":false}"#,
            r#"{"citation":{"URL":"u","license":"l"},"detected":true,"filtered":false}"#,
            r#"[{"filtered":true,"id":"list"}]"#,
            r#"{"filtered":true,"severity":"low"}"#,
            r#"{"filtered":true,"severity":"medium"}"#,
        ];
        for pair in verdicts.windows(2) {
            assert!(is_worse(pair[1].as_bytes(), pair[0].as_bytes()), "{pair:?}");
            assert!(!is_worse(pair[0].as_bytes(), pair[1].as_bytes()), "{pair:?}");
        }
        assert!(!is_worse(b"null", b"null"));
        let filtered = verdicts.iter().filter(|verdict| is_filtered(verdict.as_bytes()));
        assert!(filtered.eq(&verdicts[8..]));
    }
}
