//! The verdicts of Azure's content filter. A response has one list, `content_filters`, whose entries name their side
//! (`source_type`: `prompt` or `completion`). A completion has `prompt_filter_results`, and `content_filter_results`
//! in its choice (Microsoft, how-to/responses.md, "Handle guardrails and content filtering"). A completion cannot say
//! which characters an entry is about.
//!
//! If the filter blocks a prompt, the error has the verdict in a list of the same kind. Clients of chat completions
//! read it in the error's `innererror`.

use crate::{
    bridge::values::{list, text_of},
    json::{
        Document, Kind, View,
        write::{item, next_member},
    },
};

/// The verdicts as a completion has them.
#[derive(Debug, Default)]
pub(super) struct Filters {
    /// Members of the choice, each behind a comma.
    pub(super) choice: Vec<u8>,
    /// Members of the completion, each behind a comma.
    pub(super) top: Vec<u8>,
}

impl Filters {
    /// Reads the verdicts of a response.
    pub(super) fn read(response: &Document) -> Filters {
        let entries = list(response.root(), "content_filters").and_then(|list| list.reparse(2));
        let mut filters = Filters::default();
        let (mut prompt, mut other) = (Vec::new(), Vec::new());
        for entry in entries.as_ref().into_iter().flat_map(|entries| entries.root().items()) {
            let source = text_of(entry, "source_type").unwrap_or_default();
            match (&*source, entry.get("content_filter_results")) {
                ("prompt", Some(results)) => item(&mut prompt, &prompt_entry(results)),
                ("completion", Some(results)) if filters.choice.is_empty() => {
                    next_member(&mut filters.choice, "content_filter_results", results.raw());
                }
                _ => item(&mut other, entry.raw()),
            }
        }
        for (key, entries) in [("prompt_filter_results", prompt), ("content_filters", other)] {
            if !entries.is_empty() {
                next_member(&mut filters.top, key, &[b"[", &*entries, b"]"].concat());
            }
        }
        filters
    }
}

/// Returns the `innererror` that an error of the Responses API would have in chat completions: the verdict on what was
/// blocked. `None` if the error has one already, or has no verdict.
pub fn innererror(error: View<'_>) -> Option<Vec<u8>> {
    let filters = error.get("content_filters").filter(|filters| filters.kind() == Kind::Array)?;
    if error.get("innererror").is_some() {
        return None;
    }
    let filters = filters.reparse(2)?;
    let verdicts = || {
        let entries = filters.root().items();
        entries.filter_map(|entry| Some((entry, entry.get("content_filter_results")?)))
    };
    let blocked = verdicts().find(|(entry, _)| entry.get("blocked").and_then(View::boolean) == Some(true));
    let (_, results) = blocked.or_else(|| verdicts().next())?;
    Some(
        [br#"{"code":"ResponsibleAIPolicyViolation","content_filter_result":"#, results.raw(), b"}"].concat(),
    )
}

/// Returns an entry of `prompt_filter_results`. A completion has one prompt.
fn prompt_entry(results: View<'_>) -> Vec<u8> {
    [b"{\"prompt_index\":0,\"content_filter_results\":", results.raw(), b"}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(filters: &str) -> (String, String) {
        let response = format!(r#"{{"content_filters":{filters}}}"#);
        let filters = Filters::read(&Document::parse(response.into(), 2).unwrap());
        (String::from_utf8(filters.choice).unwrap(), String::from_utf8(filters.top).unwrap())
    }

    #[test]
    fn prompt_and_completion_verdicts_go_to_their_members() {
        // The answer of gpt-5 on Azure (April 2026), shortened.
        let (choice, top) = read(
            r#"[{"blocked":false,"source_type":"prompt","content_filter_raw":[],"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}},"content_filter_offsets":{"start_offset":1130,"end_offset":1151,"check_offset":0}},{"blocked":false,"source_type":"completion","content_filter_raw":[],"content_filter_results":{"violence":{"filtered":false,"severity":"low"}},"content_filter_offsets":{}}]"#,
        );
        assert_eq!(choice, r#","content_filter_results":{"violence":{"filtered":false,"severity":"low"}}"#);
        assert_eq!(
            top,
            r#","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]"#
        );
    }

    #[test]
    fn entries_without_an_equivalent_stay_as_they_are() {
        let tool = r#"{"source_type":"tool","content_filter_results":{}}"#;
        let twice = r#"{"source_type":"completion","content_filter_results":{"b":{}}}"#;
        let first = r#"{"source_type":"completion","content_filter_results":{"a":{}}}"#;
        let (choice, top) = read(&format!("[{tool},{first},{twice}]"));
        assert_eq!(choice, r#","content_filter_results":{"a":{}}"#);
        assert_eq!(top, format!(r#","content_filters":[{tool},{twice}]"#));
    }

    fn innererror_of(error: &str) -> Option<String> {
        let error = Document::parse(error.to_owned().into(), 1).unwrap();
        innererror(error.root()).map(|inner| String::from_utf8(inner).unwrap())
    }

    #[test]
    fn the_verdict_on_a_blocked_prompt_becomes_the_innererror() {
        let passed = r#"{"blocked":false,"source_type":"prompt","content_filter_results":{"a":{}}}"#;
        let bare = r#"{"blocked":true,"source_type":"prompt"}"#;
        let blocked =
            r#"{"blocked":true,"source_type":"prompt","content_filter_results":{"b": {"filtered":true}}}"#;
        let expected = |results: &str| {
            Some(format!(r#"{{"code":"ResponsibleAIPolicyViolation","content_filter_result":{results}}}"#))
        };
        let of = |filters: &str| {
            innererror_of(&format!(r#"{{"code":"content_filter","content_filters":[{filters}]}}"#))
        };
        assert_eq!(of(&format!("{passed},{bare},{blocked}")), expected(r#"{"b": {"filtered":true}}"#));
        assert_eq!(of(passed), expected(r#"{"a":{}}"#));
        for nothing in ["", bare, "7,null,[]"] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
        for error in [
            format!(r#"{{"innererror":{{}},"content_filters":[{blocked}]}}"#),
            r#"{"content_filters":null}"#.into(),
            format!(r#"{{"content_filters":{blocked}}}"#),
            "{}".into(),
            "[]".into(),
        ] {
            assert_eq!(innererror_of(&error), None, "{error}");
        }
    }

    #[test]
    fn an_absent_list_gives_no_members() {
        for none in ["null", "[]", "{}"] {
            assert_eq!(read(none), (String::new(), String::new()));
        }
    }
}
