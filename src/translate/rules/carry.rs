//! Words of the Responses API in a chat call that Azure serves as a chat completion. `instructions` become a message.
//! Words that ask for what a chat completion does anyway go. Others are refused: an answer without them would look like
//! one with them.

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer, Raw, RawBuilder, View},
    translate::{Draft, ParamValue, other_words::asks},
};

pub(super) const RULE: Rule = Rule {
    ids: &[
        "carry.instructions",
        "carry.include",
        "drop.responses_default",
        "drop.reasoning_summary",
        "drop.reasoning",
        "drop.text",
        "refuse.responses_words",
    ],
    summary: "Other parameters of the Responses API in a chat call that Azure serves as one: `instructions` become a \
              message in front, log probabilities are asked for as chat does, defaults go, and the rest is refused. \
              Before that, calls with `previous_response_id`, `conversation`, `prompt`, `context_management`, \
              `truncation` or a reasoning summary are bridged where the model has the Responses API.",
    on: CHAT,
    run,
};

/// The rule that refuses a word.
const REFUSE: &str = "refuse.responses_words";

/// Words that are refused where they ask for something, each with what to do.
const REFUSED: &[(&str, &str)] = &[
    ("input", "a chat call says it in `messages`, and both cannot be sent: leave one of them out"),
    (
        "previous_response_id",
        "this call is a chat completion, where no response is stored: send the whole conversation in `messages`",
    ),
    (
        "conversation",
        "this call is a chat completion, which has no conversations: send the whole conversation in `messages`",
    ),
    ("prompt", "this call is a chat completion, which has no stored prompts: send its text in `messages`"),
    (
        "context_management",
        "this call is a chat completion, where nothing shortens a conversation: shorten `messages`",
    ),
    (
        "truncation",
        "this call is a chat completion, where nothing is truncated: leave it out, and shorten `messages`",
    ),
    ("background", "a chat completion cannot be asked for later: leave it out, or call /v1/responses"),
];

/// The cap that [`super::spelling`] renames. A null asks for nothing.
const CAP: &str = "max_output_tokens";

const LOGPROBS: &str = "message.output_text.logprobs";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let root = draft.call.body.root();
    for &(word, why) in REFUSED {
        // A policy passes the body of the other operation on.
        if word == "input" && draft.messages.is_empty() {
            continue;
        }
        if asks(root, word) {
            draft.refuse(REFUSE, why, Change::Remove { at: Pointer::key(word) })?;
        } else if root.get(word).is_some() {
            default(draft, word)?;
        }
    }
    if let Some(limit) = root.get("max_tool_calls") {
        let why = "it limits the calls of hosted tools, and this call has none";
        let id = if limit.is_null() { "drop.responses_default" } else { "drop.max_tool_calls" };
        draft.edit(id, Effect::Same, why, Change::Remove { at: Pointer::key("max_tool_calls") })?;
    }
    if draft.is_null(CAP) {
        default(draft, CAP)?;
    }
    instructions(draft)?;
    include(draft)?;
    settings(draft, "reasoning")?;
    settings(draft, "text")
}

/// Takes out a word that asks for nothing. Azure refuses even its default.
fn default(draft: &mut Draft<'_>, word: &'static str) -> Result<(), Refusal> {
    let why = "a chat completion does so anyway, and Azure does not know the word in a chat call";
    draft.edit("drop.responses_default", Effect::Same, why, Change::Remove { at: Pointer::key(word) })?;
    Ok(())
}

/// Puts the instructions in front of the messages. The rules about roles find the one that the family takes.
fn instructions(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(text) = draft.call.body.root().get("instructions") else { return Ok(()) };
    let remove = Change::Remove { at: Pointer::key("instructions") };
    match text.kind() {
        Kind::Null => return default(draft, "instructions"),
        Kind::String if text.raw().len() <= 2 => return default(draft, "instructions"),
        Kind::String => {}
        other => {
            let why =
                format!("it is {}, not a string: send it as a message of the system", other.described());
            draft.refuse(REFUSE, why, remove)?;
            return Ok(());
        }
    }
    let why = "chat completions read instructions from a message in front of the others";
    if draft.edit("carry.instructions", Effect::Same, why, remove)? {
        // One role carries all instructions of a call.
        let is_developer = draft.messages.iter().any(|message| message.role == "developer");
        let mut message = RawBuilder::object();
        message.member("role", Raw::string(if is_developer { "developer" } else { "system" }));
        message.copy("content", text);
        let at = Pointer::key("messages").item(0);
        draft.edit(
            "carry.instructions",
            Effect::Same,
            why,
            Change::Insert { at, value: message.finish() },
        )?;
    }
    Ok(())
}

/// Asks for log probabilities as chat does. The other parts that `include` names do not exist in a chat completion.
fn include(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(include) = draft.call.body.root().get("include") else { return Ok(()) };
    let remove = Change::Remove { at: Pointer::key("include") };
    if !include.is_null() && include.kind() != Kind::Array {
        let why = format!("it is {}, not a list of strings: leave it out", include.kind().described());
        draft.refuse(REFUSE, why, remove)?;
        return Ok(());
    }
    let why =
        "a chat completion has log probabilities alone of what `include` asks for, and asks for them itself";
    if draft.edit("carry.include", Effect::Same, why, remove)?
        && include.items().any(|item| item.text().as_deref() == Some(LOGPROBS))
        && !draft.has("logprobs")
    {
        let change = Change::Set { at: Pointer::key("logprobs"), value: Raw::json("true") };
        draft.edit("carry.include", Effect::Same, why, change)?;
    }
    Ok(())
}

/// Takes out the settings that chat has no word for. Those that it has were renamed before.
fn settings(draft: &mut Draft<'_>, word: &'static str) -> Result<(), Refusal> {
    let at = Pointer::key(word);
    let object = match draft.get(word) {
        None if draft.is_null(word) => return default(draft, word),
        None => return Ok(()),
        Some(ParamValue::Sent(object)) if object.kind() == Kind::Object => object,
        Some(_) => {
            let own = if word == "text" { "`response_format` and `verbosity`" } else { "`reasoning_effort`" };
            let why = format!("it is not an object, and a chat call has {own} in its place");
            draft.refuse(REFUSE, why, Change::Remove { at })?;
            return Ok(());
        }
    };
    let reasons = !matches!(draft.profile().efforts.as_deref(), Some([])) || !draft.profile().is_known();
    let mut left: Vec<(String, View<'_>)> =
        object.members().map(|(key, value)| (key.into_owned(), value)).collect();
    left.retain(|(_, value)| !value.is_null());
    for (key, _) in &left {
        // A budget is what the call is about to cost, so it is not dropped.
        if word == "reasoning" && reasons && (key.ends_with("_tokens") || key.contains("budget")) {
            let why =
                "a chat completion has no budget of reasoning: leave it out, and set `reasoning_effort`";
            draft.refuse(REFUSE, why, Change::Remove { at: at.clone().then(key.clone()) })?;
            continue;
        }
        let (id, why) = match (word, key.as_str()) {
            // A policy keeps them.
            ("reasoning", "effort") | ("text", "format" | "verbosity") => return Ok(()),
            ("reasoning", "summary" | "generate_summary") => {
                ("drop.reasoning_summary", "a chat completion has no summary of its reasoning")
            }
            ("reasoning", _) => ("drop.reasoning", "a chat completion has no such setting"),
            _ => ("drop.text", "a chat completion has no such setting"),
        };
        let same = word == "reasoning" && !reasons;
        let effect = if same { Effect::Same } else { Effect::Lossy };
        draft.edit(id, effect, why, Change::Remove { at: at.clone().then(key.clone()) })?;
    }
    if left.is_empty() { default(draft, word) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{refused, sent, strictly, with},
    };

    const HI: &str = r#""messages":[{"role":"user","content":"hello"}]"#;

    fn call(words: &str) -> String {
        format!("{{{HI},{words}}}")
    }

    #[test]
    fn instructions_become_a_message_in_front_in_the_role_that_the_family_takes() {
        let body = call(r#""instructions":"Never say \u0061.""#);
        let said = |role: &str| {
            format!(
                r#"{{"messages":[{{"role":"{role}","content":"Never say \u0061."}},{{"role":"user","content":"hello"}}]}}"#
            )
        };
        for family in ["gpt-4.1", "gpt-4", "gpt-5", "o3", "unknown"] {
            assert_eq!(sent(family, "v1", &body).0, said("system"), "{family}");
        }
        assert_eq!(
            sent("o1-preview", "v1", &body).0,
            r#"{"messages":[{"role":"user","content":"Never say \u0061.\n\nhello"}]}"#
        );
        assert_eq!(sent("gpt-4.1", "v1", &body).1, "carry.instructions;n=2");
        let with_developer = r#"{"messages":[{"role":"developer","content":"a"}],"instructions":"b"}"#;
        let both = |role: &str| {
            format!(r#"{{"messages":[{{"role":"{role}","content":"b"}},{{"role":"{role}","content":"a"}}]}}"#)
        };
        assert_eq!(sent("gpt-5", "v1", with_developer).0, both("developer"));
        assert_eq!(sent("gpt-4", "v1", with_developer).0, both("system"));
        assert_eq!(sent("unknown", "v1", with_developer).0, both("developer"));
        assert_eq!(sent("gpt-4.1", "v1", &call(r#""instructions":"""#)).0, format!("{{{HI}}}"));
        assert_eq!(with("carry.instructions", Action::Pass, "gpt-4.1", &body).unwrap().0, body);
        assert_eq!(refused("gpt-4.1", "v1", &call(r#""instructions":["a"]"#)).param, "instructions");
    }

    #[test]
    fn words_without_a_value_go_and_a_budget_is_refused() {
        for family in ["gpt-4.1", "gpt-5", "unknown"] {
            for word in [r#""max_output_tokens":null"#, r#""input":"""#, r#""input":[]"#, r#""prompt":"""#] {
                assert_eq!(sent(family, "v1", &call(word)).0, format!("{{{HI}}}"), "{family} {word}");
            }
        }
        for budget in ["max_tokens", "budget_tokens", "thinking_budget"] {
            let body = call(&format!(r#""reasoning":{{"{budget}":500}}"#));
            let refusal = refused("gpt-5", "v1", &body);
            assert_eq!(
                (&*refusal.rule, refusal.param),
                ("refuse.responses_words", format!("reasoning.{budget}"))
            );
        }
    }

    #[test]
    fn what_only_the_responses_api_has_goes_there_or_is_refused() {
        for (word, value) in [
            ("previous_response_id", r#""resp_1""#),
            ("conversation", r#""conv_1""#),
            ("conversation", r#"{"id":"conv_1"}"#),
            ("prompt", r#"{"id":"pmpt_1"}"#),
            ("truncation", r#""auto""#),
            ("context_management", r#"[{"type":"compaction"}]"#),
        ] {
            let body = call(&format!(r#""{word}":{value}"#));
            for family in ["gpt-4.1", "gpt-5", "unknown"] {
                let (sent, edits) = sent(family, "v1", &body);
                assert!(
                    sent.contains(&format!(r#""{word}":{value}"#)) || edits.contains(word),
                    "{sent} {edits}"
                );
                assert!(edits.starts_with("bridge.responses"), "{family} {word}: {edits}");
            }
            let refusal = refused("gpt-4", "v1", &body);
            assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.responses_words", word));
            let kept = with("bridge.responses", Action::Pass, "gpt-4.1", &body).unwrap_err();
            assert_eq!(kept.param, word);
            let applied = with("refuse.responses_words", Action::Apply, "gpt-4", &body);
            assert_eq!(applied.unwrap().0, format!("{{{HI}}}"));
        }
        let refusal = refused("gpt-4.1", "v1", &call(r#""background":true"#));
        assert_eq!(refusal.param, "background");
        let refusal = refused("gpt-4.1", "v1", &call(r#""input":"a""#));
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.responses_words", "input"));
    }

    #[test]
    fn defaults_and_nulls_go_without_a_loss() {
        for word in [
            r#""truncation":"disabled""#,
            r#""background":false"#,
            r#""context_management":[]"#,
            r#""previous_response_id":null"#,
            r#""instructions":null"#,
            r#""include":null"#,
            r#""include":["reasoning.encrypted_content"]"#,
            r#""text":{}"#,
            r#""text":null"#,
            r#""reasoning":{"summary":null}"#,
            r#""reasoning":{"effort":null}"#,
            r#""max_tool_calls":3"#,
            r#""input":null"#,
        ] {
            let (body, edits) = sent("gpt-4.1", "v1", &call(word));
            assert_eq!(body, format!("{{{HI}}}"), "{word}");
            assert!(!edits.contains("lossy"), "{word}: {edits}");
        }
    }

    #[test]
    fn log_probabilities_are_asked_for_as_chat_does() {
        let body = call(r#""include":["message.output_text.logprobs"],"top_logprobs":2"#);
        let expected = call(r#""top_logprobs":2,"logprobs":true"#);
        assert_eq!(sent("gpt-4.1", "v1", &body), (expected, "carry.include;n=2".to_owned()));
    }

    #[test]
    fn a_summary_of_the_reasoning_is_had_over_the_bridge_or_said_to_be_lost() {
        let body = call(r#""reasoning":{"effort":"high","summary":"auto"}"#);
        let (bridged, edits) = sent("gpt-5", "v1", &body);
        assert!(bridged.contains(r#""reasoning":{"effort":"high","summary":"auto"}"#), "{bridged}");
        assert_eq!(edits, "rename.reasoning;n=2, bridge.responses");
        let (kept, edits) = with("bridge.responses", Action::Pass, "gpt-5", &body).unwrap();
        assert_eq!(kept, call(r#""reasoning_effort":"high""#));
        assert_eq!(edits, "rename.reasoning;n=2, drop.reasoning_summary;lossy");
        let unknown = sent("unknown", "v1", &body);
        assert_eq!(unknown.1, "rename.reasoning;n=2, drop.reasoning_summary;lossy");
        // The bridge would lose the seed.
        let seeded = call(r#""reasoning":{"effort":"high","summary":"auto"},"seed":1"#);
        let (body, edits) = sent("gpt-5", "v1", &seeded);
        assert!(
            !edits.contains("bridge") && body.contains("high") && body.contains("seed"),
            "{body} {edits}"
        );
        assert_eq!(strictly("gpt-5", "v1", &seeded).unwrap_err().param, "reasoning.summary");
        assert_eq!(
            sent("gpt-4.1", "v1", &call(r#""reasoning":{"summary":"auto"}"#)).1,
            "drop.reasoning_summary"
        );
    }

    #[test]
    fn what_is_no_object_is_refused_by_its_name() {
        for word in ["reasoning", "text"] {
            let refusal = refused("gpt-5", "v1", &call(&format!(r#""{word}":"high""#)));
            assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.responses_words", word));
        }
        let (_, edits) = sent("gpt-5", "v1", &call(r#""text":{"new":1}"#));
        assert_eq!(edits, "drop.text;lossy");
    }

    #[test]
    fn a_call_that_is_bridged_for_another_reason_keeps_its_words() {
        let (body, edits) = sent("gpt-5-codex", "v1", &call(r#""instructions":"a","truncation":"auto""#));
        assert!(body.contains(r#""instructions":"a""#) && body.contains(r#""truncation":"auto""#), "{body}");
        assert_eq!(edits, "bridge.responses");
    }
}
