//! Wordings that are about more than one parameter.

use super::{
    reason::{Reading, RefusalReason},
    text::quoted_after,
};

/// `logprobs are not supported with reasoning models.` about `include`, where they are one of several, or
/// `top_logprobs` (vllm#23319).
pub(super) fn logprobs<'m>(message: &str, param: Option<&'m str>) -> Reading<'m> {
    if !message.starts_with("logprobs are not supported with reasoning models") {
        return None;
    }
    let param = match param {
        Some("include") => "include[message.output_text.logprobs]",
        other => other.unwrap_or("top_logprobs"),
    };
    Some(vec![RefusalReason::Unsupported { param, instead: None }])
}

/// `Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. …`
/// (chatwise-releases#1023).
pub(super) fn moved(message: &str) -> Reading<'_> {
    let (param, rest) = quoted_after(message, "Unsupported parameter: ")?;
    let (to, _) = quoted_after(rest, ". In the Responses API, this parameter has moved to ")?;
    Some(vec![RefusalReason::Unsupported { param, instead: Some(to) }])
}

/// `The 'metadata' parameter is only allowed when 'store' is enabled.`; `max_tokens is too large: 32000. This model
/// supports at most 16384 completion tokens…`; `Setting 'max_tokens' and 'max_completion_tokens' at the same time is
/// not supported.` (all: captured issues; the last one is UNVERIFIED on Azure).
pub(super) fn combination(message: &str) -> Reading<'_> {
    if let Some((param, rest)) = quoted_after(message, "The ")
        && let Some((beside, rest)) = quoted_after(rest, " parameter is only allowed when ")
    {
        let reason = rest.starts_with(" is enabled").then_some(RefusalReason::OnlyBeside { param, beside });
        return Some(reason.into_iter().collect());
    }
    if let Some((param, rest)) = message.split_once(" is too large: ") {
        let most =
            rest.split_once(" at most ").and_then(|(_, rest)| rest.split_once(' ')?.0.parse::<u32>().ok());
        let reason = most.map(|most| RefusalReason::TooLarge { param, most: most.into() });
        return Some(reason.into_iter().collect());
    }
    let (old, rest) = quoted_after(message, "Setting ")?;
    let (new, rest) = quoted_after(rest, " and ")?;
    let both = rest.starts_with(" at the same time is not supported");
    Some(both.then_some(RefusalReason::Unsupported { param: old, instead: Some(new) }).into_iter().collect())
}

/// `Model {modelName} is enabled only for api versions 2024-12-01-preview and later` (semantic-kernel#12268), with the
/// braces as they are.
pub(super) fn version(message: &str) -> Reading<'_> {
    let (_, rest) = message.split_once(" is enabled only for api versions ")?;
    Some(rest.split_whitespace().next().map(RefusalReason::Version).into_iter().collect())
}

/// `Function tools with reasoning_effort are not supported for gpt-5.6-sol in /v1/chat/completions. …` (vane#1173).
pub(super) fn tools(message: &str) -> Reading<'_> {
    let is = message.starts_with("Function tools with reasoning_effort are not supported");
    is.then(|| vec![RefusalReason::ToolsWithEffort])
}

/// `Encrypted content is not supported with this model.` about `include` (pydantic-ai#2865 on Azure).
pub(super) fn encrypted(message: &str) -> Reading<'_> {
    let is = message.starts_with("Encrypted content is not supported with this model");
    let param = "include[reasoning.encrypted_content]";
    is.then(|| vec![RefusalReason::Unsupported { param, instead: None }])
}

/// `Conflicting authenticated continuation identities.` about `input` (hermes-agent#101243, hermes-agent#106718,
/// dyad#4549).
pub(super) fn conflicting_reasoning(message: &str) -> Reading<'_> {
    let is = message.starts_with("Conflicting authenticated continuation identities");
    is.then(|| vec![RefusalReason::ConflictingReasoning])
}

/// `The chatCompletion operation does not work with the specified model, gpt-5-codex. …` (vanna#967,
/// langchain-azure#228, chatwise-releases#942).
pub(super) fn dialect(message: &str) -> Reading<'_> {
    let (dialect, _) =
        message.strip_prefix("The ")?.split_once(" operation does not work with the specified model")?;
    Some(vec![RefusalReason::Unserved { dialect: Some(dialect) }])
}
