//! Results of tools that are lists of texts, on the Responses API. Azure documents a text alone as the `output` of a
//! call (its v1 and 2025-03-01-preview descriptions, `FunctionToolCallOutput`), OpenAI a list of parts too. So a list
//! of texts goes up as one text, with a line for each. A list with an image or a file goes up as it is.

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, Span, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "The result of a tool that is a list of texts becomes one text.",
    on: RESPONSES,
    run,
};

const ID: &str = "join.tool_output";
const WHY: &str = "Azure documents the output of a tool as one text";

/// The items with the result of a tool.
const RESULTS: [&str; 2] = ["function_call_output", "custom_tool_call_output"];
/// The types of parts that hold text, in both dialects.
const TEXTS: [&str; 3] = ["input_text", "text", "output_text"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        let kind = item.get("type").and_then(View::text).unwrap_or_default();
        let output = item.get("output").filter(|output| output.kind() == Kind::Array);
        let Some(output) = output.filter(|_| RESULTS.contains(&&*kind)) else { continue };
        if let Some(value) = joined(output) {
            let at = Pointer::key("input").item(index).then("output");
            draft.edit(ID, Effect::Same, WHY, Change::Set { at, value })?;
        }
    }
    Ok(())
}

/// Returns the texts of a list as one string; `None` if it holds anything else.
fn joined(output: View<'_>) -> Option<Raw> {
    let mut joined = Raw::json("\"");
    for (index, part) in output.items().enumerate() {
        if index > 0 {
            joined.push("\\n");
        }
        let Span { start, end } = text(part)?.span();
        joined.push_source(Span { start: start + 1, end: end - 1 });
    }
    joined.push("\"");
    Some(joined)
}

/// Returns the text of a part that has nothing beside it but what an answer tells its reader.
fn text(part: View<'_>) -> Option<View<'_>> {
    let kind = part.get("type")?.text()?;
    let known = |key: &str| ["type", "text", "annotations", "logprobs", "cache_control"].contains(&key);
    let alone = part.members().all(|(key, value)| known(&key) || value.is_null());
    let text = part.get("text").filter(|text| text.kind() == Kind::String)?;
    (alone && TEXTS.contains(&&*kind)).then_some(text)
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{responses, responses_with, sent},
    };

    fn input(output: &str) -> String {
        format!(r#"{{"input":[{{"type":"function_call_output","call_id":"c","output":{output}}}]}}"#)
    }

    #[test]
    fn texts_become_one_in_their_order_as_they_are_spelt() {
        for (output, becomes) in [
            (r#"[{"type":"input_text","text":"a\u00e9\""}]"#, r#""a\u00e9\"""#),
            (r#"[{"type":"input_text","text":"a"},{"text":"b","type":"text"}]"#, r#""a\nb""#),
            (r#"[{"type":"output_text","text":"a","annotations":[],"logprobs":null}]"#, r#""a""#),
            ("[]", r#""""#),
        ] {
            for family in ["gpt-5.4", "gpt-4.1", "unknown"] {
                let (body, edits) = responses(family, "v1", &input(output));
                assert_eq!(body, input(becomes), "{family}");
                assert!(edits.ends_with("join.tool_output"), "{family}: {edits}");
            }
        }
    }

    #[test]
    fn what_one_text_cannot_hold_stays() {
        for output in [
            r#"[{"type":"input_text","text":"a"},{"type":"input_image","image_url":"u"}]"#,
            r#"[{"type":"input_text","text":"a","prompt_cache_breakpoint":{"mode":"explicit"}}]"#,
            r#"[{"type":"input_text","text":7}]"#,
            "[7]",
            r#""a""#,
        ] {
            assert_eq!(responses("gpt-5.4", "v1", &input(output)).0, input(output));
        }
        let list = input(r#"[{"type":"input_text","text":"a"}]"#);
        assert_eq!(responses_with("join.tool_output", Action::Pass, "gpt-5.4", &list).unwrap().0, list);
    }

    #[test]
    fn a_bridged_result_is_one_text_too() {
        let body = r#"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}},{"type":"text","text":"b"}]}]}"#;
        let (body, edits) = sent("gpt-5-codex", "v1", body);
        assert!(body.contains(r#"{"type":"function_call_output","call_id":"c","output":"a\nb"}"#), "{body}");
        assert!(edits.contains("join.tool_output"), "{edits}");
    }
}
