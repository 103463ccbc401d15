//! Compares two verdicts of Azure's content filter on one category. The asynchronous filter judges a text piece by
//! piece, but an answer has one verdict for all of it: the worst.

use bytes::Bytes;

use crate::json::{Document, Kind, View};

/// Azure's levels, the mildest first.
const SEVERITIES: [&str; 4] = ["safe", "low", "medium", "high"];

/// Returns whether the verdict `new` is worse than `old`. Of two equally bad ones the longer counts as worse: it may
/// name the licence of protected material, or the blocklists that were checked.
pub fn is_worse(new: &[u8], old: &[u8]) -> bool {
    new != old && rank(new) > rank(old)
}

/// Returns whether the verdict blocks the text.
pub fn is_filtered(verdict: &[u8]) -> bool {
    rank(verdict).0
}

/// Ranks a verdict by: filtered, detected, severity, length.
fn rank(verdict: &[u8]) -> (bool, bool, Option<usize>, usize) {
    let Ok(document) = Document::parse(Bytes::copy_from_slice(verdict), 2) else {
        return (false, false, None, 0);
    };
    // Azure sends `custom_blocklists` as a list of verdicts, though the specification has an object.
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
    fn verdicts_are_ranked_from_the_mildest_to_the_worst() {
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
