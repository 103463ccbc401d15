//! The operation that serves a call. A call that another one serves goes over before all other rules: see
//! [`crate::translate`]'s crossing, whose rules are named here.

use super::Rule;
use crate::call::Operation;

pub(super) const RULE: Rule = Rule {
    ids: &[
        "bridge.responses",
        "bridge.chat",
        "correct.hosted_tools",
        "drop.name",
        "drop.replayed",
        "drop.reasoning",
        "clamp.max_output_tokens",
    ],
    summary: "A call that Azure serves by another operation is put into that operation's words, and its answer back into the \
              client's: chat calls to models of the Responses API, with its hosted tools, or with function tools beside an \
              effort from gpt-5.4 on; and calls of the Responses API to chat models. What has no place there is said.",
    on: &Operation::ALL,
    run: |_| Ok(()),
};
