//! Parameters of chat in a Responses call. Clients that use both APIs send them by mistake, and Azure answers that the
//! parameter "has moved" (chatwise-releases#1023). The Responses API has another place for each value.

use super::{
    params,
    rule::{RESPONSES, Rule},
};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[
        "rename.max_completion_tokens",
        "rename.max_tokens",
        "rename.reasoning_effort",
        "rename.verbosity",
        "rename.response_format",
    ],
    summary: "Chat parameters in a Responses call get the names of the Responses API: max_output_tokens, \
              reasoning.effort, text.verbosity, text.format.",
    on: RESPONSES,
    run,
};

/// The rule, chat's name of the parameter, and its place on the Responses API.
const MOVED: &[(&str, &str, &str)] = &[
    ("rename.max_completion_tokens", "max_completion_tokens", "max_output_tokens"),
    ("rename.max_tokens", "max_tokens", "max_output_tokens"),
    ("rename.reasoning_effort", "reasoning_effort", "reasoning.effort"),
    ("rename.verbosity", "verbosity", "text.verbosity"),
    ("rename.response_format", "response_format", "text.format"),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for &(id, from, to) in MOVED {
        let Some(value) = draft.get(from) else { continue };
        let why = format!("the Responses API reads {from} as {to}");
        match (&value, to.split_once('.')) {
            (ParamValue::Sent(view), Some((object, _))) if !draft.has(to) => {
                // What stands in its way is the client's to explain.
                if draft.get(object).is_some_and(|object| !is_object(&object)) {
                    continue;
                }
                let at = Pointer::key(from);
                if draft.edit(id, Effect::Same, why.clone(), Change::Remove { at })? {
                    let value =
                        if from == "response_format" { format(*view) } else { Raw::source(view.span()) };
                    draft.edit(id, Effect::Same, why, Change::Set { at: Pointer::path(to), value })?;
                }
            }
            _ => _ = params::rename(draft, id, from, to, why)?,
        }
    }
    own_format(draft)
}

/// Gives a `text.format` in the shape of chat's `response_format` that of the Responses API.
fn own_format(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(own)) = draft.get("text.format") else { return Ok(()) };
    let is_nested = own.get("json_schema").is_some_and(|schema| schema.kind() == Kind::Object);
    if is_nested && own.get("type").is_some() {
        let why = "the Responses API has the members of the schema beside the type";
        let change = Change::Set { at: Pointer::path("text.format"), value: format(own) };
        draft.edit("rename.response_format", Effect::Same, why, change)?;
    }
    Ok(())
}

fn is_object(value: &ParamValue<'_>) -> bool {
    match value {
        ParamValue::Sent(view) => view.kind() == Kind::Object,
        ParamValue::Written(_) => true,
    }
}

/// A format with the members of its schema beside its type.
fn format(format: View<'_>) -> Raw {
    let schema = format.get("json_schema").filter(|schema| schema.kind() == Kind::Object);
    match (format.get("type"), schema) {
        (Some(kind), Some(schema)) => {
            let mut flat = Raw::json(r#"{"type":"#);
            flat.push_source(kind.span());
            super::flatten::spread_but(&mut flat, schema, &["type", "json_schema"]);
            flat.push("}");
            flat
        }
        _ => Raw::source(format.span()),
    }
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{responses, responses_with};

    #[test]
    fn its_own_format_may_be_written_as_chat_does() {
        let body = |format: &str| format!(r#"{{"input":"a","text":{{"format":{format}}}}}"#);
        let nested = r#"{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}"#;
        let flat = r#"{"type":"json_schema","name":"n","schema":{"type":"object"}}"#;
        for family in ["gpt-4.1", "gpt-5", "unknown"] {
            let sent = responses(family, "v1", &body(nested));
            assert_eq!(sent, (body(flat), "rename.response_format".into()), "{family}");
            assert_eq!(responses(family, "v1", &body(flat)), (body(flat), "none".into()), "{family}");
        }
    }

    #[test]
    fn each_word_finds_its_place() {
        let (body, edits) = responses(
            "gpt-5",
            "v1",
            r#"{"max_tokens" : 2.56e2,"reasoning_effort":"low","verbosity":"high","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"a":1.0}}}}"#,
        );
        assert_eq!(
            body,
            r#"{"max_output_tokens" : 2.56e2,"reasoning":{"effort":"low"},"text":{"verbosity":"high","format":{"type":"json_schema","name":"n","strict":true,"schema":{"a":1.0}}}}"#
        );
        assert_eq!(
            edits,
            "rename.max_tokens, rename.reasoning_effort;n=2, rename.verbosity;n=2, rename.response_format;n=2"
        );
    }

    #[test]
    fn it_goes_into_the_object_that_is_there() {
        let (body, _) = responses(
            "gpt-5",
            "v1",
            r#"{"reasoning":{"summary":"auto"},"text":null,"reasoning_effort":"low","response_format":{"type":"text"}}"#,
        );
        assert_eq!(
            body,
            r#"{"reasoning":{"summary":"auto","effort":"low"},"text":{"format":{"type":"text"}}}"#
        );
    }

    #[test]
    fn the_operations_own_word_stands_and_a_difference_is_a_loss() {
        let both = |old: &str| {
            let body = format!(
                r#"{{"max_output_tokens":99,"max_completion_tokens":{old},"reasoning":{{"effort":"low"}},"reasoning_effort":"high"}}"#
            );
            responses("gpt-5", "v1", &body)
        };
        let kept = r#"{"max_output_tokens":99,"reasoning":{"effort":"low"}}"#;
        assert_eq!(
            both("99"),
            (kept.into(), "rename.max_completion_tokens, rename.reasoning_effort;lossy".into())
        );
        assert_eq!(both("98").1, "rename.max_completion_tokens;lossy, rename.reasoning_effort;lossy");
        let caps = r#"{"max_tokens":50,"max_completion_tokens":60}"#;
        let expected = (
            r#"{"max_output_tokens":60}"#.into(),
            "rename.max_completion_tokens, rename.max_tokens;lossy".into(),
        );
        assert_eq!(responses("gpt-5", "v1", caps), expected);
    }

    #[test]
    fn what_moved_meets_the_rules_of_its_place() {
        let (body, edits) = responses("gpt-4.1", "v1", r#"{"reasoning_effort":"none","verbosity":"low"}"#);
        assert_eq!(body, "{}");
        assert_eq!(
            edits,
            "rename.reasoning_effort;n=2, rename.verbosity;n=2, drop.reasoning_effort, map.verbosity;lossy"
        );
        let (body, _) = responses("gpt-5.1", "v1", r#"{"reasoning_effort":"minimal","temperature":0}"#);
        assert_eq!(body, r#"{"temperature":0,"reasoning":{"effort":"none"}}"#);
    }

    #[test]
    fn a_policy_and_a_value_in_the_way_leave_them() {
        let body = r#"{"reasoning_effort":"low","reasoning":"x"}"#;
        assert_eq!(responses("gpt-5", "v1", body), (body.into(), "none".into()));
        let body = r#"{"max_tokens":50}"#;
        assert_eq!(responses_with("rename.max_tokens", Action::Pass, "gpt-5", body).unwrap().0, body);
        // An unknown family is called on the same operation.
        assert_eq!(responses("unknown", "v1", body).0, r#"{"max_output_tokens":50}"#);
    }
}
