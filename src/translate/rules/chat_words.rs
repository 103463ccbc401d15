//! Parameters of chat completions that the Responses API has no other word for, in a Responses call. A few can be said
//! in another way. Those that ask for nothing go. Others are refused: an answer without them would look like one with
//! them.

use super::{
    params::holds,
    rule::{RESPONSES, Rule},
};
use crate::{
    call::{Effect, Refusal},
    catalog::Row,
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &["carry.logprobs", "drop.chat_default", "drop.prediction", "refuse.chat_words"],
    summary: "Other parameters of chat in a Responses call: log probabilities are asked for in `include`, \
              defaults and `prediction` go, and the rest is refused. Where the call \
              is bridged to chat completions, they go along.",
    on: RESPONSES,
    run,
};

/// The rule that refuses a word.
const REFUSE: &str = "refuse.chat_words";

/// Words that are refused where they ask for something, each with what to do.
const REFUSED: &[(&str, &str)] = &[
    ("messages", "a Responses call says it in `input`, and both cannot be sent: leave one of them out"),
    ("n", "a response is one answer: send the call several times, or call chat completions"),
    ("stop", "the Responses API has no stop sequences: cut the answer yourself, or call chat completions"),
    ("seed", "the Responses API takes no seed: leave it out, or call chat completions"),
    (
        "logit_bias",
        "the Responses API takes no biases: name in the prompt what to avoid, or call chat completions",
    ),
    ("presence_penalty", "the Responses API takes no penalties: leave it out, or call chat completions"),
    ("frequency_penalty", "the Responses API takes no penalties: leave it out, or call chat completions"),
    ("modalities", "a response is text: leave it out, or call chat completions"),
    ("audio", "a response has no audio: leave it out, or call chat completions"),
    ("logprobs", "it must be true or false; a Responses call has `include` in its place"),
    ("functions", "it must be a list of functions; a Responses call has `tools` in its place"),
    ("function_call", "a Responses call has `tool_choice` in its place"),
    (
        "data_sources",
        "Azure serves On Your Data in chat completions alone: call these, or use a `file_search` tool",
    ),
    ("user_security_context", "the Responses API does not take it: leave it out, or call chat completions"),
    ("web_search_options", "it must be an object; a Responses call has a `web_search` tool in its place"),
    ("tool_resources", "a Responses call has it in the tool itself"),
];

const LOGPROBS: &str = "message.output_text.logprobs";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    logprobs(draft)?;
    for &(word, why) in REFUSED {
        let value = match draft.get(word) {
            Some(ParamValue::Sent(value)) => Some(value),
            // A word that was carried is removed.
            Some(ParamValue::Written(_)) => continue,
            None => None,
        };
        let remove = Change::Remove { at: Pointer::key(word) };
        match value {
            // The operator knows better, or Azure has taught it.
            Some(_) if draft.has_row(word) => {}
            // A list that is none is Azure's to refuse, and a policy passes the body of the other operation on.
            Some(value) if word == "messages" && (value.kind() != Kind::Array || !draft.has("input")) => {}
            // A policy passes them on.
            Some(value) if word == "functions" && value.kind() == Kind::Array => {}
            Some(_) if word == "function_call" => {}
            // The bridge carries the word to chat completions, or says why it cannot.
            Some(value) if asks(word, value) && draft.bridging => {}
            Some(value) if asks(word, value) => _ = draft.refuse(REFUSE, why, remove)?,
            None if !draft.is_null(word) => {}
            Some(_) | None => {
                let why = "the Responses API does so anyway, and Azure does not know the word there";
                draft.edit("drop.chat_default", Effect::Same, why, remove)?;
            }
        }
    }
    if !draft.bridging && (draft.has("prediction") || draft.is_null("prediction")) {
        let why =
            "the Responses API takes no predicted output; it only saves time, so the answer stays the same";
        let change = Change::Remove { at: Pointer::key("prediction") };
        draft.edit("drop.prediction", Effect::Same, why, change)?;
    }
    Ok(())
}

/// Returns whether a word asks for something that the Responses API does not do anyway.
fn asks(word: &str, value: View<'_>) -> bool {
    match (word, value.kind()) {
        ("presence_penalty" | "frequency_penalty", Kind::Number) => value.number() != Some(0.0),
        ("n", Kind::Number) => value.whole() != Some(1),
        ("modalities", Kind::Array) => value.items().any(|item| item.text().as_deref() != Some("text")),
        ("stop", Kind::String) => value.raw().len() > 2,
        (_, Kind::Array | Kind::Object) => !value.is_empty(),
        _ => true,
    }
}

/// Asks for log probabilities in `include`.
fn logprobs(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    const ID: &str = "carry.logprobs";
    const WHY: &str = "the Responses API gives log probabilities where `include` asks for them";
    let Some(ParamValue::Sent(wanted)) = draft.get("logprobs") else { return Ok(()) };
    let Some(wanted) = wanted.boolean() else { return Ok(()) };
    // The rows read what the call has, and not what this rule adds to it.
    let refused = |row: &&Row| row.item() == Some(("include", LOGPROBS)) && holds(draft, row);
    if let Some(row) = draft.rows().iter().find(refused).filter(|_| wanted) {
        let change = Change::Remove { at: Pointer::key("logprobs") };
        draft.edit(&row.id, Effect::Lossy, row.why.to_string(), change)?;
        return Ok(());
    }
    if !draft.edit(ID, Effect::Same, WHY, Change::Remove { at: Pointer::key("logprobs") })? || !wanted {
        return Ok(());
    }
    let at = Pointer::key("include");
    let change = match draft.get("include") {
        Some(ParamValue::Sent(include)) if include.kind() == Kind::Array => {
            if include.items().any(|item| item.text().as_deref() == Some(LOGPROBS)) {
                return Ok(());
            }
            Change::Insert { at: at.item(include.items().count()), value: Raw::string(LOGPROBS) }
        }
        _ => Change::Set { at, value: Raw::json(format!("[\"{LOGPROBS}\"]")) },
    };
    draft.edit(ID, Effect::Same, WHY, change)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action, Policy,
        rules::testing::{respond, responses, responses_with, target},
    };

    fn call(words: &str) -> String {
        format!(r#"{{"input":"hello",{words}}}"#)
    }

    #[test]
    fn log_probabilities_go_where_the_model_gives_none() {
        for include in ["", r#","include":["web_search_call.action.sources"]"#] {
            let body = |logprobs: &str| format!(r#"{{"input":"a"{include}{logprobs}}}"#);
            let sent = responses("o4-mini", "v1", &body(r#","logprobs":true"#));
            let edits = "drop.include[message.output_text.logprobs];lossy";
            assert_eq!(sent, (body(""), edits.to_owned()));
        }
    }

    #[test]
    fn what_the_responses_api_has_no_word_for_is_refused_by_its_name() {
        for (word, value) in [
            ("n", "2"),
            ("stop", r#""x""#),
            ("stop", r#"["x"]"#),
            ("seed", "7"),
            ("logit_bias", r#"{"1":1}"#),
            ("presence_penalty", "0.5"),
            ("frequency_penalty", "-1"),
            ("modalities", r#"["text","audio"]"#),
            ("audio", r#"{"voice":"v"}"#),
            ("logprobs", r#""yes""#),
            ("functions", "7"),
            ("messages", r#"[{"role":"user","content":"a"}]"#),
            ("data_sources", r#"[{"type":"azure_search"}]"#),
        ] {
            let body = call(&format!(r#""{word}":{value}"#));
            for family in ["gpt-5", "gpt-4.1", "gpt-5-codex", "unknown"] {
                let refusal = respond(&target(family, "v1"), &body, &Policy::default()).unwrap_err();
                assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.chat_words", word));
            }
            let rule = "refuse.chat_words";
            let dropped = responses_with(rule, Action::Apply, "gpt-5", &body).unwrap();
            assert_eq!(dropped, (r#"{"input":"hello"}"#.to_owned(), format!("{rule};lossy")));
            assert_eq!(responses_with(rule, Action::Pass, "gpt-5", &body).unwrap().0, body);
        }
    }

    #[test]
    fn what_asks_for_nothing_goes_without_a_loss() {
        for word in [
            r#""n":1"#,
            r#""stop":null"#,
            r#""stop":[]"#,
            r#""seed":null"#,
            r#""logit_bias":{}"#,
            r#""presence_penalty":0,"frequency_penalty":0.0"#,
            r#""modalities":["text"]"#,
            r#""logprobs":false"#,
            r#""prediction":{"type":"content","content":"x"}"#,
            r#""audio":null"#,
            r#""function_call":"auto""#,
        ] {
            let (body, edits) = responses("gpt-5", "v1", &call(word));
            assert!(!body.contains("null") && body.starts_with(r#"{"input":"hello""#), "{body}");
            assert!(!edits.contains("lossy") && edits != "none", "{word}: {edits}");
        }
    }

    #[test]
    fn log_probabilities_are_asked_for_in_their_place() {
        let (body, edits) = responses("gpt-4.1", "v1", &call(r#""logprobs":true,"top_logprobs":2"#));
        assert_eq!(body, call(r#""top_logprobs":2,"include":["message.output_text.logprobs"]"#));
        assert_eq!(edits, "carry.logprobs;n=2");
        let (body, _) = responses("gpt-4.1", "v1", &call(r#""logprobs":true,"include":["a"]"#));
        assert_eq!(body, call(r#""include":["a","message.output_text.logprobs"]"#));
    }

    #[test]
    fn a_model_of_chat_completions_gets_them_as_they_are() {
        let (body, edits) = responses("gpt-4", "v1", &call(r#""stop":["x"],"seed":7,"presence_penalty":1"#));
        for word in [r#""stop":["x"]"#, r#""seed":7"#, r#""presence_penalty":1"#] {
            assert!(body.contains(word), "{body}");
        }
        assert_eq!(edits, "bridge.chat");
        let (body, _) = responses("gpt-4", "v1", &call(r#""logprobs":true"#));
        assert!(body.contains(r#""logprobs":true"#), "{body}");
    }
}
