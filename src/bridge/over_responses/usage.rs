//! The token counts of a response as a chat completion has them. Only the names of the members differ.

use crate::json::{Document, Kind, View, write::ObjectWriter};

/// The name of each count in a response, and in a completion.
const COUNTS: [(&str, &str); 2] = [("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")];

/// The sum of the counts, which has one name.
const TOTAL: &str = "total_tokens";

/// The name of each breakdown in a response, and in a completion.
const DETAILS: [(&str, &str); 2] = [
    ("input_tokens_details", "prompt_tokens_details"),
    ("output_tokens_details", "completion_tokens_details"),
];

/// Parses the `usage` of a response; `None` if it has none yet.
pub(super) fn of(response: &Document) -> Option<Document> {
    response.root().get("usage").filter(|usage| usage.kind() == Kind::Object)?.reparse(2)
}

/// Returns the `usage` of a completion.
pub(super) fn write(usage: View<'_>) -> Vec<u8> {
    let mut out = ObjectWriter::default();
    let sum = COUNTS.iter().filter_map(|(theirs, _)| usage.get(theirs)?.whole()).fold(0, u64::saturating_add);
    for (theirs, ours) in COUNTS {
        out.member(ours, usage.non_null(theirs).map_or(b"0", View::raw));
    }
    let sum = sum.to_string();
    out.member(TOTAL, usage.non_null(TOTAL).map_or(sum.as_bytes(), View::raw));
    for (key, value) in usage.members() {
        let detail = DETAILS.iter().find(|(theirs, _)| *theirs == key);
        if key != TOTAL && !COUNTS.iter().any(|(theirs, _)| *theirs == key) {
            out.member(detail.map_or(&key, |(_, ours)| ours), value.raw());
        }
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_get_their_other_names_and_details_stay_as_they_are() {
        let response = r#"{"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":4,"cache_write_tokens":1,"x":{"y":2.0}},
            "output_tokens":7,"output_tokens_details":{"reasoning_tokens":6},"total_tokens":12,"more":null}}"#;
        let response = Document::parse(response.into(), 2).unwrap();
        let usage = of(&response).unwrap();
        assert_eq!(
            String::from_utf8(write(usage.root())).unwrap(),
            r#"{"prompt_tokens":5,"completion_tokens":7,"total_tokens":12,"prompt_tokens_details":{"cached_tokens":4,"cache_write_tokens":1,"x":{"y":2.0}},"completion_tokens_details":{"reasoning_tokens":6},"more":null}"#
        );
    }

    #[test]
    fn a_missing_sum_is_added_up() {
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
    fn a_response_without_usage_gives_none() {
        for response in [r#"{"usage":null}"#, "{}"] {
            assert!(of(&Document::parse(response.into(), 2).unwrap()).is_none());
        }
    }
}
