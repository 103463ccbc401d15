//! Settings of the Responses API in a chat call. Chat completions have another name for each value, so none is lost and
//! Azure never has to refuse one. Chat's own word wins where both are there.

use super::{
    flatten::spread_but,
    params,
    rule::{CHAT, Rule},
};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &["rename.max_output_tokens", "rename.reasoning", "rename.text"],
    summary: "Parameters of the Responses API in a chat call get their names in chat: max_output_tokens, \
              reasoning.effort, text.format and text.verbosity become max_completion_tokens, reasoning_effort, \
              response_format and verbosity.",
    on: CHAT,
    run,
};

const CAP: &str = "max_output_tokens";

/// The rule, the place of the parameter, and its name in chat.
const NESTED: &[(&str, &str, &str)] = &[
    ("rename.reasoning", "reasoning.effort", "reasoning_effort"),
    ("rename.text", "text.format", "response_format"),
    ("rename.text", "text.verbosity", "verbosity"),
];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    cap(draft)?;
    own_format(draft)?;
    for &(id, from, to) in NESTED {
        let Some(ParamValue::Sent(value)) = draft.get(from) else { continue };
        let own = draft.get(to);
        let why = format!("chat completions read {from} as {to}");
        let equal = own.as_ref().is_some_and(|own| means(from, value, own));
        let effect = if own.is_none() || equal { Effect::Same } else { Effect::Lossy };
        let made = draft.edit(id, effect, why.clone(), Change::Remove { at: Pointer::path(from) })?;
        if made && own.is_none() && !asks_for_text(from, value) {
            let value = if from == "text.format" { format(value) } else { Raw::source(value.span()) };
            draft.edit(id, Effect::Same, why, Change::Set { at: Pointer::key(to), value })?;
        }
    }
    Ok(())
}

/// Gives the cap its name in chat, unless the call has one of chat's own.
fn cap(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let why = format!("chat completions read {CAP} as max_completion_tokens");
    let old = draft.get("max_tokens").filter(|_| !draft.has("max_completion_tokens"));
    match (draft.get(CAP), old) {
        (Some(cap), Some(old)) => {
            let same = cap.scalar().is_some() && cap.scalar() == old.scalar();
            let effect = if same { Effect::Same } else { Effect::Lossy };
            let change = Change::Remove { at: Pointer::key(CAP) };
            draft.edit("rename.max_output_tokens", effect, why, change).map(|_| ())
        }
        (Some(_), None) => {
            params::rename(draft, "rename.max_output_tokens", CAP, "max_completion_tokens", why).map(|_| ())
        }
        (None, _) => Ok(()),
    }
}

/// Returns whether chat's own value asks for the same.
fn means(from: &str, value: View<'_>, own: &ParamValue<'_>) -> bool {
    let ParamValue::Sent(own) = own else { return false };
    if from == "text.format" {
        let (kind, other) = (value.get("type").and_then(View::text), own.get("type").and_then(View::text));
        return kind.is_some() && kind == other && kind.as_deref() != Some("json_schema");
    }
    value.text().is_some() && value.text() == own.text()
}

/// Returns whether a format is chat's default, which some families refuse to be asked for.
fn asks_for_text(from: &str, format: View<'_>) -> bool {
    from == "text.format" && format.get("type").and_then(View::text).as_deref() == Some("text")
}

/// Gives a `response_format` in the shape of `text.format` that of chat.
fn own_format(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(own)) = draft.get("response_format") else { return Ok(()) };
    let is_schema = own.get("type").and_then(View::text).as_deref() == Some("json_schema");
    if is_schema && own.get("json_schema").is_none() && own.get("schema").is_some() {
        let why = "chat completions have the schema in a member of its own, `json_schema`";
        let change = Change::Set { at: Pointer::key("response_format"), value: format(own) };
        draft.edit("rename.text", Effect::Same, why, change)?;
    }
    Ok(())
}

/// Returns a format with the members of its schema in an object of their own.
fn format(format: View<'_>) -> Raw {
    let is_schema = format.get("type").and_then(View::text).as_deref() == Some("json_schema");
    let is_nested = format.get("json_schema").is_some_and(|schema| schema.kind() == Kind::Object);
    if !is_schema || is_nested {
        return Raw::source(format.span());
    }
    let mut inner = Raw::empty();
    spread_but(&mut inner, format, &["type", "json_schema"]);
    let mut nested = Raw::json(r#"{"type":"json_schema","json_schema":{"#);
    nested.extend(without_comma(inner));
    nested.push("}}");
    nested
}

/// Returns members without the comma in front of the first.
pub(super) fn without_comma(members: Raw) -> Raw {
    members.after(1)
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{sent, strictly, with},
    };

    #[test]
    fn chats_own_format_may_be_written_as_the_responses_api_does() {
        let body = |format: &str| {
            format!(r#"{{"messages":[{{"role":"user","content":"a"}}],"response_format":{format}}}"#)
        };
        let flat = r#"{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}"#;
        let nested =
            r#"{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}}"#;
        for family in ["gpt-4.1", "gpt-5", "unknown"] {
            assert_eq!(sent(family, "v1", &body(flat)), (body(nested), "rename.text".into()), "{family}");
            assert_eq!(sent(family, "v1", &body(nested)), (body(nested), "none".into()), "{family}");
        }
    }

    #[test]
    fn each_word_finds_its_place_in_chat() {
        for (written, own, edits) in [
            (
                r#""max_output_tokens" : 2.56e2"#,
                r#""max_completion_tokens" : 2.56e2"#,
                "rename.max_output_tokens",
            ),
            (r#""reasoning":{"effort":"low"}"#, r#""reasoning_effort":"low""#, "rename.reasoning;n=2"),
            (r#""text":{"verbosity":"low"}"#, r#""verbosity":"low""#, "rename.text;n=2"),
            (
                r#""text":{"format":{"type":"json_object"}}"#,
                r#""response_format":{"type":"json_object"}"#,
                "rename.text;n=2",
            ),
            (
                r#""text":{"format":{"type":"json_schema", "name":"n","schema":{"a":1.0},"strict":true},"verbosity":"high"}"#,
                r#""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"a":1.0},"strict":true}},"verbosity":"high""#,
                "rename.text;n=4",
            ),
            (
                r#""text":{"format":{"type":"json_schema","json_schema":{"name":"n"}}}"#,
                r#""response_format":{"type":"json_schema","json_schema":{"name":"n"}}"#,
                "rename.text;n=2",
            ),
        ] {
            let body = |words: &str| format!("{{{words}}}");
            assert_eq!(sent("gpt-5", "v1", &body(written)), (body(own), edits.to_owned()));
            assert_eq!(sent("unknown", "v1", &body(written)), (body(own), edits.to_owned()));
        }
        assert_eq!(sent("gpt-5", "v1", r#"{"text":{"format":{"type":"text"}}}"#).0, "{}");
    }

    #[test]
    fn chats_own_word_wins_and_a_difference_is_a_loss() {
        for (own, other, edits) in [
            (r#""max_completion_tokens":9"#, r#""max_output_tokens":9"#, "rename.max_output_tokens"),
            (r#""max_completion_tokens":9"#, r#""max_output_tokens":8"#, "rename.max_output_tokens;lossy"),
            (r#""reasoning_effort":"low""#, r#""reasoning":{"effort":"low"}"#, "rename.reasoning"),
            (r#""reasoning_effort":"low""#, r#""reasoning":{"effort":"high"}"#, "rename.reasoning;lossy"),
            (r#""verbosity":"low""#, r#""text":{"verbosity":"high"}"#, "rename.text;lossy"),
            (
                r#""response_format":{"type":"json_object"}"#,
                r#""text":{"format":{"type":"json_object"}}"#,
                "rename.text",
            ),
            (
                r#""response_format":{"type":"json_object"}"#,
                r#""text":{"format":{"type":"json_schema","name":"n"}}"#,
                "rename.text;lossy",
            ),
        ] {
            let body = format!("{{{own},{other}}}");
            assert_eq!(sent("gpt-5", "v1", &body), (format!("{{{own}}}"), edits.to_owned()), "{other}");
            assert_eq!(strictly("gpt-5", "v1", &body).is_err(), edits.contains("lossy"), "{other}");
        }
        let caps = r#"{"max_tokens":9,"max_output_tokens":8}"#;
        let expected = (
            r#"{"max_completion_tokens":9}"#.to_owned(),
            "rename.max_output_tokens;lossy, rename.max_tokens".to_owned(),
        );
        assert_eq!(sent("gpt-5", "v1", caps), expected);
    }

    #[test]
    fn what_moved_meets_the_rules_of_its_place() {
        let (body, edits) = sent("gpt-4", "v1", r#"{"max_output_tokens":9,"reasoning":{"effort":"none"}}"#);
        assert_eq!(body, r#"{"max_tokens":9}"#);
        assert!(edits.ends_with("drop.reasoning_effort, rename.max_completion_tokens"), "{edits}");
        let tools = r#""tools":[{"type":"function","function":{"name":"f","parameters":{}}}]"#;
        let body = format!(r#"{{"messages":[],{tools},"reasoning":{{"effort":"low"}}}}"#);
        assert!(sent("gpt-5.4", "v1", &body).1.contains("bridge.responses"), "tools beside an effort");
    }

    #[test]
    fn a_policy_passes_them_on() {
        let body = r#"{"max_output_tokens":9}"#;
        let passed = with("rename.max_output_tokens", Action::Pass, "gpt-5", body);
        assert_eq!(passed.unwrap().0, body);
    }
}
