//! The token counts of a response in the words of a chat completion. The counts are the same, and so are the details.

use crate::{
    call::Usage,
    json::{Document, Kind, View, write::member},
};

/// Each count's name in a response, and in a completion.
const COUNTS: [(&str, &str); 2] = [("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")];

/// Their sum, which both tell.
const TOTAL: &str = "total_tokens";

const DETAILS: [(&str, &str); 2] = [
    ("input_tokens_details", "prompt_tokens_details"),
    ("output_tokens_details", "completion_tokens_details"),
];

/// The `usage` of a response, opened; `None` where it has none yet.
pub(super) fn opened(response: &Document) -> Option<Document> {
    let usage = response.root().get("usage").filter(|usage| usage.kind() == Kind::Object)?;
    super::spelt::opened(response, usage, 2)
}

/// The `usage` of a completion.
pub(super) fn write(usage: View<'_>) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    let sum = COUNTS.iter().filter_map(|(theirs, _)| usage.get(theirs)?.whole()).fold(0, u64::saturating_add);
    let said = |key| usage.get(key).filter(|count| !count.is_null());
    for (theirs, ours) in COUNTS {
        member(&mut out, ours, said(theirs).map_or(b"0", View::raw));
    }
    let sum = sum.to_string();
    member(&mut out, TOTAL, said(TOTAL).map_or(sum.as_bytes(), View::raw));
    for (key, value) in usage.members() {
        let detail = DETAILS.iter().find(|(theirs, _)| *theirs == key);
        if key != TOTAL && !COUNTS.iter().any(|(theirs, _)| *theirs == key) {
            member(&mut out, detail.map_or(&key, |(_, ours)| ours), value.raw());
        }
    }
    out.push(b'}');
    out
}

/// What the log tells of it.
pub(super) fn read(usage: View<'_>) -> Usage {
    let count = |view: Option<View<'_>>| view.and_then(View::whole).unwrap_or_default();
    let detail = |group: &str, key: &str| count(usage.get(group).and_then(|group| group.get(key)));
    Usage {
        prompt: count(usage.get("input_tokens")),
        cached: detail("input_tokens_details", "cached_tokens"),
        completion: count(usage.get("output_tokens")),
        reasoning: detail("output_tokens_details", "reasoning_tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_get_their_other_names_and_details_stay_as_they_are() {
        let response = r#"{"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":1,"x":{"y":2.0}},
            "output_tokens":7,"output_tokens_details":{"reasoning_tokens":6},"total_tokens":12,"more":null}}"#;
        let response = Document::parse(response.into(), 2).unwrap();
        let usage = opened(&response).unwrap();
        assert_eq!(
            String::from_utf8(write(usage.root())).unwrap(),
            r#"{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":1,"x":{"y":2.0}},"completion_tokens_details":{"reasoning_tokens":6},"more":null}"#
        );
        assert_eq!(read(usage.root()), Usage { prompt: 5, cached: 4, completion: 7, reasoning: 6 });
    }

    #[test]
    fn a_sum_that_is_not_told_is_added_up() {
        for (usage, expected) in [
            (r#"{"input_tokens":3,"output_tokens":4}"#, (3, 4, 7)),
            (r#"{"input_tokens":3,"output_tokens":4,"total_tokens":null}"#, (3, 4, 7)),
            (r#"{"input_tokens":null,"output_tokens":4}"#, (0, 4, 4)),
            (r#"{"input_tokens":3,"output_tokens":4,"total_tokens":9}"#, (3, 4, 9)),
            ("{}", (0, 0, 0)),
        ] {
            let usage = Document::parse(usage.into(), 2).unwrap();
            let (prompt, completion, total) = expected;
            let expected = format!(
                r#"{{"prompt_tokens":{prompt},"completion_tokens":{completion},"total_tokens":{total}}}"#
            );
            assert_eq!(String::from_utf8(write(usage.root())).unwrap(), expected);
        }
    }

    #[test]
    fn no_usage_is_none() {
        for response in [r#"{"usage":null}"#, "{}"] {
            assert!(opened(&Document::parse(response.into(), 2).unwrap()).is_none());
        }
    }
}
