//! JSON types and ranges of the body's members, as in Azure's specification.

use crate::sim::{
    errors::{Verdict, missing},
    request::Ask,
    value_type::{ANY, Kind},
};

/// The message limit is the one on Microsoft's quotas page.
const TYPES: &[(&str, Kind)] = &[
    ("messages", Kind::List { min: 1, max: 2048 }),
    ("temperature", Kind::Decimal { min: 0.0, max: 2.0 }),
    ("top_p", Kind::Decimal { min: 0.0, max: 1.0 }),
    ("presence_penalty", Kind::Decimal { min: -2.0, max: 2.0 }),
    ("frequency_penalty", Kind::Decimal { min: -2.0, max: 2.0 }),
    ("n", Kind::Whole { min: 1, max: 128 }),
    ("max_tokens", Kind::Whole { min: 1, max: ANY }),
    ("max_completion_tokens", Kind::Whole { min: 1, max: ANY }),
    ("top_logprobs", Kind::Whole { min: 0, max: 20 }),
    ("logprobs", Kind::Flag),
    ("stream", Kind::Flag),
    ("store", Kind::Flag),
    ("parallel_tool_calls", Kind::Flag),
    ("user", Kind::Text),
    ("reasoning_effort", Kind::Text),
    ("verbosity", Kind::Text),
    ("stop", Kind::Stops(4)),
    ("tools", Kind::List { min: 0, max: 128 }),
    ("functions", Kind::List { min: 1, max: 128 }),
    ("modalities", Kind::List { min: 1, max: 2 }),
    ("tool_choice", Kind::Choice),
    ("function_call", Kind::Choice),
    ("response_format", Kind::Object),
    ("stream_options", Kind::Object),
    ("metadata", Kind::Object),
    ("logit_bias", Kind::Object),
    ("prediction", Kind::Object),
];

pub(super) fn check(ask: &Ask<'_>) -> Verdict {
    if !ask.body.contains_key("messages") {
        return Err(missing("messages"));
    }
    for (name, kind) in TYPES {
        // A null stands for an absent value, except for `messages`, which must be there.
        let value = if *name == "messages" { ask.body.get(*name) } else { ask.get(name) };
        if let Some(value) = value {
            kind.check(name, value)?;
        }
    }
    Ok(())
}
