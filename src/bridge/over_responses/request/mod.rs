//! The request: each member of a chat call, where the Responses API has it.

mod assistant;
mod assistant_items;
mod content;
mod current_message;
pub mod hosted;
mod input_items;
#[cfg(test)]
mod malformed;
mod message_text;
mod messages;
mod object;
mod past_answer;
#[cfg(test)]
mod properties;
mod reasoning;
mod replay;
mod settings;
#[cfg(test)]
mod testing;
mod tool_calls;
mod tools;

use self::object::{Object, members};
use super::BridgeOptions;
use crate::{
    bridge::{Bridged, Unbridgeable, require::refuse},
    json::{Document, Pointer, Raw, View},
};

/// Translates a chat call to the Responses API. Members that have no other name there keep their own, unknown ones too:
/// policy and Azure decide whether they may be sent.
///
/// `chat` is parsed to [`crate::bridge::DEPTH`] at least.
pub fn request(chat: &Document, options: &BridgeOptions<'_>) -> Result<Bridged, Unbridgeable> {
    let root = chat.root();
    let mut losses = Vec::new();
    let mut body = Object::default();
    for member in members(root) {
        let value = member.value;
        match &*member.key {
            "messages" => body.put("input", messages::input(value, options, &mut losses)?),
            "input" if root.non_null("messages").is_some() => {
                let why = "a chat call says it in `messages`, and both cannot be sent";
                return refuse(&Pointer::key("input"), why);
            }
            // A background response has no answer yet, and chat cannot ask for it later.
            "background" if value.boolean() != Some(false) && !options.answers_response => {
                let why = "a chat completion cannot be asked for later: leave it out, or call /v1/responses";
                return refuse(&Pointer::key("background"), why);
            }
            "max_completion_tokens" | "max_tokens" | "max_output_tokens" => {
                put_once(&mut body, "max_output_tokens", || settings::cap(root, &mut losses));
            }
            "reasoning_effort" | "reasoning" => {
                put_once(&mut body, "reasoning", || settings::reasoning(root, options));
            }
            "response_format" | "verbosity" | "text" => put_once(&mut body, "text", || settings::text(root)),
            "include" => put_once(&mut body, "include", || settings::include(root, options)),
            // `include` asks for the log probabilities.
            "logprobs" if value.boolean().is_some() => {}
            "tools" => body.put("tools", tools::tools(value)),
            "tool_choice" => body.put("tool_choice", tools::choice(value)),
            "stream_options" => put_once(&mut body, "stream_options", || settings::stream_options(value)),
            _ => body.copy(&member),
        }
    }
    put_once(&mut body, "reasoning", || settings::reasoning(root, options));
    put_once(&mut body, "include", || settings::include(root, options));
    // Azure stores a response for 30 days unless the call says otherwise. It does not store a chat completion.
    if !options.answers_response {
        body.put("store", Raw::json("false"));
    }
    Ok(Bridged { body: body.finish(), losses })
}

/// Returns whether the vendor field of a message holds reasoning that could go back.
pub fn has_reasoning(azgate: View<'_>) -> bool {
    past_answer::read(azgate).is_some_and(|past| past.has_reasoning())
}

/// Adds a member that several members of the call make up, once.
fn put_once(body: &mut Object<'_>, key: &'static str, value: impl FnOnce() -> Option<Raw>) {
    if !body.has(key)
        && let Some(value) = value()
    {
        body.put(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        BridgeOptions,
        testing::{bridged, refusal, translated},
    };

    /// `chat` without braces; what becomes of it, without braces and what every call ends with; the losses.
    fn check(chat: &str, body: &str, losses: &str) {
        let comma = if body.is_empty() { "" } else { "," };
        let expected = format!(r#"{{{body}{comma}"store":false}}"#);
        assert_eq!(bridged(&format!("{{{chat}}}")), (expected, losses.to_owned()), "{chat}");
    }

    #[test]
    fn members_without_another_name_stay_unchanged() {
        for chat in [
            r#""model":"m","stream":true,"temperature":1.0,"top_p":1e0,"metadata":{"a": "b"}"#,
            r#""user":"u","safety_identifier":"s","prompt_cache_key":"k","prompt_cache_retention":"24h""#,
            r#""prompt_cache_options":{},"service_tier":"auto","moderation":{},"parallel_tool_calls":false"#,
            r#""top_logprobs":3,"invented": [1.10, "\u0061"],"k\u0065y":"v""#,
            r#""instructions":"i","previous_response_id":"r","truncation":"auto","max_output_tokens":5"#,
            r#""stop":"x","seed":1,"n":2,"logit_bias":{},"presence_penalty":1,"prediction":{},"data_sources":[{}]"#,
        ] {
            check(chat, chat, "");
        }
        check(
            r#""model":"m","user":null,"tools":null,"messages":null,"reasoning_effort":null"#,
            r#""model":"m""#,
            "",
        );
    }

    #[test]
    fn the_last_member_with_a_repeated_key_counts() {
        check(r#""model":"a","x":1,"model":"b""#, r#""x":1,"model":"b""#, "");
    }

    #[test]
    fn settings_move_to_their_responses_members() {
        for (chat, body, losses) in [
            (r#""messages":[],"model":"m""#, r#""input":[],"model":"m""#, ""),
            (r#""messages":"text""#, r#""input":"text""#, ""),
            (r#""max_completion_tokens":1.6e1"#, r#""max_output_tokens":1.6e1"#, ""),
            (r#""max_tokens":100,"max_completion_tokens":200"#, r#""max_output_tokens":200"#, ""),
            (r#""max_output_tokens":50,"max_tokens":100"#, r#""max_output_tokens":100"#, ""),
            (r#""max_tokens":15"#, r#""max_output_tokens":16"#, "clamp.max_output_tokens@max_tokens"),
            (r#""max_tokens":-1"#, r#""max_output_tokens":-1"#, ""),
            (r#""reasoning_effort":"low""#, r#""reasoning":{"effort":"low"}"#, ""),
            (
                r#""reasoning":{"effort":"high","context":"auto"},"x":1,"reasoning_effort":"low""#,
                r#""reasoning":{"effort":"low","context":"auto"},"x":1"#,
                "",
            ),
            (r#""reasoning":"high","reasoning_effort":"low""#, r#""reasoning":"high""#, ""),
            (r#""verbosity":"low""#, r#""text":{"verbosity":"low"}"#, ""),
            (r#""response_format":{"type":"text"}"#, r#""text":{"format":{"type":"text"}}"#, ""),
            (
                r#""verbosity":"low","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":null,"description":"d"}},"text":{"verbosity":"high","more":1}"#,
                r#""text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"description":"d"},"verbosity":"low","more":1}"#,
                "",
            ),
            (r#""stream_options":{"include_usage":true}"#, "", ""),
            (
                r#""stream_options":{"include_usage":true,"include_obfuscation":false,"new":1}"#,
                r#""stream_options":{"include_obfuscation":false,"new":1}"#,
                "",
            ),
        ] {
            check(chat, body, losses);
        }
    }

    #[test]
    fn nothing_is_stored_unless_the_client_asks_for_it() {
        assert_eq!(bridged("{}").0, r#"{"store":false}"#);
        assert_eq!(bridged(r#"{"store":null}"#).0, r#"{"store":false}"#);
        assert_eq!(bridged(r#"{"store":false,"x":1}"#).0, r#"{"store":false,"x":1}"#);
        assert_eq!(bridged(r#"{"store":true}"#).0, r#"{"store":true}"#);
    }

    #[test]
    fn the_details_of_used_tools_and_settings_are_asked_for() {
        for (chat, body) in [
            (
                r#""logprobs":true,"top_logprobs":2"#,
                r#""top_logprobs":2,"include":["message.output_text.logprobs"]"#,
            ),
            (r#""logprobs":false"#, ""),
            (r#""logprobs":5"#, r#""logprobs":5"#),
            (r#""include":[]"#, ""),
            (r#""include":"all""#, r#""include":"all""#),
            (
                r#""include":["x","message.output_text.logprobs","x"],"logprobs":true"#,
                r#""include":["x","message.output_text.logprobs"]"#,
            ),
            (
                r#""tools":[{"type":"web_search"},{"type":"file_search"},{"type":"code_interpreter"},{"type":"mcp"}]"#,
                r#""tools":[{"type":"web_search"},{"type":"file_search"},{"type":"code_interpreter"},{"type":"mcp"}],"include":["file_search_call.results","code_interpreter_call.outputs"]"#,
            ),
        ] {
            check(chat, body, "");
        }
    }

    #[test]
    fn a_deployments_options_apply_where_the_client_sets_nothing() {
        let options = BridgeOptions {
            resource: "here",
            encrypted: true,
            summary: Some("auto"),
            ..BridgeOptions::default()
        };
        for (chat, body) in [
            (
                "{}",
                r#"{"reasoning":{"summary":"auto"},"include":["reasoning.encrypted_content"],"store":false}"#,
            ),
            (
                r#"{"reasoning":{"summary":"detailed"},"store":true}"#,
                r#"{"reasoning":{"summary":"detailed"},"store":true}"#,
            ),
            (
                r#"{"reasoning_effort":"low","include":["reasoning.encrypted_content"]}"#,
                r#"{"reasoning":{"effort":"low","summary":"auto"},"include":["reasoning.encrypted_content"],"store":false}"#,
            ),
        ] {
            assert_eq!(translated(chat, &options).unwrap().0, body, "{chat}");
        }
    }

    #[test]
    fn a_background_chat_call_is_refused() {
        let (param, why) = refusal(r#"{"messages":[],"store":true,"background":true}"#);
        assert_eq!(param, "background");
        assert!(why.contains("/v1/responses"), "{why}");
        check(r#""background":false"#, r#""background":false"#, "");
    }

    #[test]
    fn a_call_with_both_input_and_messages_is_refused() {
        assert_eq!(refusal(r#"{"input":"a","messages":[]}"#).0, "input");
        check(r#""input":"a""#, r#""input":"a""#, "");
    }
}
