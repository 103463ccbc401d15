//! Names the rules of the bridge. `translate/bridging/` makes their edits before all other rules run, so this rule
//! itself does nothing.

use super::rule::Rule;
use crate::call::Dialect;

pub(super) const RULE: Rule = Rule {
    ids: &[
        "read.body",
        "bridge.responses",
        "bridge.chat",
        "correct.hosted_tools",
        "clamp.max_num_results",
        "clamp.max_output_tokens",
        "drop.annotations",
        "drop.data_sources",
        "drop.detail",
        "drop.hosted_tools",
        "drop.include",
        "drop.max_tool_calls",
        "drop.metadata",
        "drop.name",
        "drop.phase",
        "drop.reasoning",
        "drop.reasoning_summary",
        "drop.replayed",
        "drop.store",
        "drop.text",
        "drop.top_logprobs",
    ],
    summary: "A body of the other operation (`input` in a chat call, `messages` in a Responses call) is read as such, \
              and answered as the client's operation does. A call that Azure serves in the other dialect is bridged, and its answer is bridged back: chat calls to \
              models of the Responses API, with its hosted tools, or with function tools beside an effort from gpt-5.4 \
              on; and Responses calls to chat models. Each loss is reported. A Responses call that chat cannot carry \
              is refused; a policy of `apply` for `bridge.chat` drops what chat lacks.",
    on: &Dialect::ALL,
    run: |_| Ok(()),
};

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::bridge::over_chat;

    #[test]
    fn everything_that_the_way_to_chat_leaves_out_is_named() {
        for loss in over_chat::LOSS_RULES {
            assert!(RULE.ids.contains(loss), "{loss}");
        }
    }
}
