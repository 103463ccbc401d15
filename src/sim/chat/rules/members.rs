//! JSON types and ranges of the body's members, as in Azure's specification.

use crate::sim::{
    errors::{CheckResult, missing},
    request::ApiRequest,
    value_type::{ANY, ValueType},
};

/// The types of the members. The limit on messages is from Microsoft's quotas page.
const TYPES: &[(&str, ValueType)] = &[
    ("messages", ValueType::List { min: 1, max: 2048 }),
    ("temperature", ValueType::Decimal { min: 0.0, max: 2.0 }),
    ("top_p", ValueType::Decimal { min: 0.0, max: 1.0 }),
    ("presence_penalty", ValueType::Decimal { min: -2.0, max: 2.0 }),
    ("frequency_penalty", ValueType::Decimal { min: -2.0, max: 2.0 }),
    ("n", ValueType::Whole { min: 1, max: 128 }),
    ("max_tokens", ValueType::Whole { min: 1, max: ANY }),
    ("max_completion_tokens", ValueType::Whole { min: 1, max: ANY }),
    ("top_logprobs", ValueType::Whole { min: 0, max: 20 }),
    ("logprobs", ValueType::Flag),
    ("stream", ValueType::Flag),
    ("store", ValueType::Flag),
    ("parallel_tool_calls", ValueType::Flag),
    ("user", ValueType::Text),
    ("reasoning_effort", ValueType::Text),
    ("verbosity", ValueType::Text),
    ("stop", ValueType::Stops(4)),
    ("tools", ValueType::List { min: 0, max: 128 }),
    ("functions", ValueType::List { min: 1, max: 128 }),
    ("modalities", ValueType::List { min: 1, max: 2 }),
    ("tool_choice", ValueType::Choice),
    ("function_call", ValueType::Choice),
    ("response_format", ValueType::Object),
    ("stream_options", ValueType::Object),
    ("metadata", ValueType::Object),
    ("logit_bias", ValueType::Object),
    ("prediction", ValueType::Object),
];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    if !request.body.contains_key("messages") {
        return Err(missing("messages"));
    }
    for (name, kind) in TYPES {
        // A null counts as absent, except for `messages`, which must be there.
        let value = if *name == "messages" { request.body.get(*name) } else { request.get(name) };
        if let Some(value) = value {
            kind.check(name, value)?;
        }
    }
    Ok(())
}
