//! Tools and the choice among them. Chat nests the members of a tool, and the Responses API has them flat.

use super::object::{Object, each, members};
use crate::{
    bridge::{tool_kind::ToolKind, values::type_of},
    json::{Kind, Raw, View},
};

/// The `parameters` of a function that has none. The Responses API wants them, and this form is valid in strict mode
/// too.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{},"required":[],"additionalProperties":false}"#;

pub(super) fn tools(tools: View<'_>) -> Raw {
    each(tools, tool)
}

fn tool(tool: View<'_>) -> Raw {
    match type_of(tool).as_deref() {
        Some("function") => {
            let mut function = Object::flattened(tool, "function");
            function.put("parameters", Raw::json(NO_PARAMETERS));
            // Without `strict`, a function is not strict in a chat call and strict in a Responses call.
            function.put("strict", Raw::json("false"));
            function.finish()
        }
        Some("custom") => {
            let mut custom = Object::typed("custom");
            let nested = tool.get("custom").and_then(|custom| custom.non_null("format"));
            if let Some(format) = nested.filter(|format| format.kind() == Kind::Object) {
                custom.put("format", Object::flattened(format, "grammar").finish());
            }
            custom.flatten(tool, "custom");
            custom.finish()
        }
        _ => Raw::source(tool.span()),
    }
}

/// Translates `tool_choice`: a mode, one tool, or a list of allowed tools.
pub(super) fn choice(choice: View<'_>) -> Raw {
    if type_of(choice).as_deref() != Some("allowed_tools") {
        return named(choice);
    }
    let nested = choice.get("allowed_tools").filter(|nested| nested.kind() == Kind::Object);
    let mut allowed = Object::typed("allowed_tools");
    for member in members(nested.unwrap_or(choice)) {
        match &*member.key {
            "tools" => allowed.put("tools", each(member.value, named)),
            _ => allowed.copy(&member),
        }
    }
    let left_out: &[&str] = if nested.is_some() { &["allowed_tools"] } else { &[] };
    allowed.copy_all(members(choice), left_out);
    allowed.finish()
}

/// Translates a tool that is chosen by its name.
fn named(tool: View<'_>) -> Raw {
    match type_of(tool).and_then(|name| ToolKind::named(&name)) {
        Some(kind) => Object::flattened(tool, kind.name()).finish(),
        None => Raw::source(tool.span()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::bridged;

    /// The value that a member of a call becomes.
    fn becomes(key: &str, value: &str) -> String {
        let (body, losses) = bridged(&format!(r#"{{"store":true,"{key}":{value}}}"#));
        assert_eq!(losses, "");
        let start = format!(r#"{{"store":true,"{key}":"#);
        body.strip_prefix(&start).and_then(|body| body.strip_suffix('}')).unwrap().to_owned()
    }

    #[test]
    fn tools_are_flattened() {
        for (chat, expected) in [
            (
                r#"{"type":"function","function":{"name":"f","description":"d","parameters":{ "type":"object"},"strict":true}}"#,
                r#"{"type":"function","name":"f","description":"d","parameters":{ "type":"object"},"strict":true}"#,
            ),
            (
                r#"{"function":{"name":"f","strict":null,"new":1},"type":"function","defer_loading":true}"#,
                r#"{"type":"function","name":"f","new":1,"defer_loading":true,"parameters":{"type":"object","properties":{},"required":[],"additionalProperties":false},"strict":false}"#,
            ),
            (
                r#"{"type":"function","name":"f","parameters":{}}"#,
                r#"{"type":"function","name":"f","parameters":{},"strict":false}"#,
            ),
            (
                r#"{"type":"custom","custom":{"name":"c","description":"d"}}"#,
                r#"{"type":"custom","name":"c","description":"d"}"#,
            ),
            (
                r#"{"type":"custom","custom":{"name":"c","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"start: A"}}}}"#,
                r#"{"type":"custom","format":{"type":"grammar","syntax":"lark","definition":"start: A"},"name":"c"}"#,
            ),
            (
                r#"{"type":"custom","custom":{"name":"c","format":{"type":"text"}}}"#,
                r#"{"type":"custom","format":{"type":"text"},"name":"c"}"#,
            ),
            (r#"{"type":"mcp", "server_label":null}"#, r#"{"type":"mcp", "server_label":null}"#),
            ("7", "7"),
        ] {
            assert_eq!(becomes("tools", &format!("[{chat}]")), format!("[{expected}]"));
        }
        assert_eq!(becomes("tools", r#""all""#), r#""all""#);
    }

    #[test]
    fn a_choice_is_flattened() {
        for (chat, expected) in [
            (r#""required""#, r#""required""#),
            (r#"{"type":"function","function":{"name":"f"}}"#, r#"{"type":"function","name":"f"}"#),
            (r#"{"type":"function","name":"f"}"#, r#"{"type":"function","name":"f"}"#),
            (r#"{"type":"custom","custom":{"name":"c"}}"#, r#"{"type":"custom","name":"c"}"#),
            (r#"{"type":"file_search"}"#, r#"{"type":"file_search"}"#),
            (
                r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}},{"type":"file_search"}]}}"#,
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"function","name":"f"},{"type":"file_search"}]}"#,
            ),
            (
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"custom","custom":{"name":"c"}}]}"#,
                r#"{"type":"allowed_tools","mode":"auto","tools":[{"type":"custom","name":"c"}]}"#,
            ),
        ] {
            assert_eq!(becomes("tool_choice", chat), expected);
        }
    }
}
