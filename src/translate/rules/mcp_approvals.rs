//! Approvals that an MCP server's tools ask for, in a chat call that goes to the Responses API. Azure ends its answer
//! with an `mcp_approval_request`, and waits for an `mcp_approval_response` as the next input. A chat completion has
//! neither, so the client would read an empty answer. Without `require_approval` Azure asks always (Azure's v1
//! description, `MCPTool`).

use super::rule::{CHAT, Rule};
use crate::{
    call::Refusal,
    json::{Kind, Pointer, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "An `mcp` tool in a chat call is refused unless none of its tools asks for an approval \
              (`require_approval`), which no chat completion can give.",
    on: CHAT,
    run,
};

const ID: &str = "refuse.mcp_approval";
const WHY: &str = "this server's tools ask for an approval, which a chat completion can neither show nor give: set \
                   `\"require_approval\": \"never\"` if you trust the server, or call /v1/responses and answer each \
                   `mcp_approval_request`";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    // Chat completions themselves have no such tool.
    if !draft.bridging {
        return Ok(());
    }
    let Some(ParamValue::Sent(tools)) = draft.get("tools") else { return Ok(()) };
    let asks = |tool: &View<'_>| {
        tool.get("type").and_then(View::text).is_some_and(|kind| kind == "mcp") && !never(*tool)
    };
    match tools.items().position(|tool| asks(&tool)) {
        Some(index) => {
            let at = Pointer::key("tools").item(index).then("require_approval");
            draft.refuse_outright(ID, &at.to_string(), WHY)
        }
        None => Ok(()),
    }
}

/// Returns whether no tool of a server asks for an approval: none at all, or none of those that the model may call.
fn never(tool: View<'_>) -> bool {
    let Some(approval) = tool.non_null("require_approval") else { return false };
    match approval.kind() {
        Kind::String => approval.text().as_deref() == Some("never"),
        Kind::Object => {
            let unasked = approval.get("never").map(names).unwrap_or_default();
            let asked = approval.get("always").map(names).unwrap_or_default();
            let callable = tool.get("allowed_tools").map(names).unwrap_or_default();
            let is_free = |name: &String| unasked.contains(name) && !asked.contains(name);
            !callable.is_empty() && callable.iter().all(is_free)
        }
        _ => false,
    }
}

/// Returns the names of a list of tools, or of an object with such a list. Its values may lie below the outline.
fn names(tools: View<'_>) -> Vec<String> {
    let outlined = tools.reparse(2);
    let listed = outlined.as_ref().map(|tools| {
        let root = tools.root();
        root.get("tool_names").unwrap_or(root).items().filter_map(View::text).map(Into::into).collect()
    });
    listed.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::translate::{
        Action,
        rules::testing::{refused, responses, sent, with},
    };

    fn body(more: &str) -> String {
        let mcp = format!(
            r#"{{"type":"mcp","server_label":"gh","server_url":"https://mcp.example.com/sse"{more}}}"#
        );
        format!(r#"{{"messages":[{{"role":"user","content":"a"}}],"tools":[{{"type":"web_search"}},{mcp}]}}"#)
    }

    #[test]
    fn a_server_that_may_ask_for_an_approval_is_refused_and_the_refusal_says_what_to_set() {
        for more in [
            "",
            r#","require_approval":null"#,
            r#","require_approval":"always""#,
            r#","require_approval":"sometimes""#,
            r#","require_approval":{"never":{"tool_names":["a"]}}"#,
            r#","require_approval":{"always":{"tool_names":["a"]}},"allowed_tools":["a"]"#,
            r#","require_approval":{"never":{"tool_names":["a"]}},"allowed_tools":["a","b"]"#,
            r#","require_approval":{"never":{"tool_names":["a"]},"always":{"tool_names":["a"]}},"allowed_tools":["a"]"#,
            r#","require_approval":{},"allowed_tools":{}"#,
            r#","require_approval":7"#,
        ] {
            for family in ["gpt-5", "gpt-4.1", "gpt-5-codex"] {
                let refusal = refused(family, "v1", &body(more));
                let found = (&*refusal.rule, refusal.param.as_str());
                assert_eq!(found, ("refuse.mcp_approval", "tools[1].require_approval"), "{more}");
                assert!(refusal.why.contains(r#""require_approval": "never""#), "{}", refusal.why);
            }
        }
    }

    #[test]
    fn a_chat_client_that_sends_a_body_of_the_responses_api_is_refused_too() {
        let body = |more: &str| {
            format!(r#"{{"input":"a","store":false,"tools":[{{"type":"mcp","server_label":"gh"{more}}}]}}"#)
        };
        for family in ["gpt-5", "gpt-4.1", "gpt-5-codex", "unknown"] {
            let refusal = refused(family, "v1", &body(""));
            let found = (&*refusal.rule, refusal.param.as_str());
            assert_eq!(found, ("refuse.mcp_approval", "tools[0].require_approval"), "{family}");
            let free = body(r#","require_approval":"never""#);
            assert_eq!(sent(family, "v1", &free), (free, "read.body".to_owned()), "{family}");
        }
    }

    #[test]
    fn a_server_that_asks_for_none_goes_up_as_it_is() {
        for more in [
            r#","require_approval":"never""#,
            r#","require_approval":{"never":{"tool_names":["a","b"]}},"allowed_tools":["b"]"#,
            r#","allowed_tools":{"tool_names":["b"]},"require_approval":{"never":{"tool_names":["b"]}}"#,
        ] {
            let (sent, edits) = sent("gpt-5", "v1", &body(more));
            assert!(sent.contains(more), "{sent}");
            assert_eq!(edits, "bridge.responses");
        }
        let nested = r#"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"mcp","mcp":{"server_label":"gh","require_approval":"never"}}]}"#;
        assert!(sent("gpt-5", "v1", nested).0.contains(r#""require_approval":"never""#));
    }

    #[test]
    fn a_policy_lets_it_through_and_the_responses_api_has_its_own_way() {
        assert!(with("refuse.mcp_approval", Action::Pass, "gpt-5", &body("")).is_ok());
        let native = r#"{"input":"a","tools":[{"type":"mcp","server_label":"gh"}]}"#;
        assert_eq!(responses("gpt-5", "v1", native).0, native);
        assert_eq!(&*refused("gpt-oss", "v1", &body("")).rule, "refuse.hosted_tools");
    }
}
