//! The wordings of Azure's refusals. Each is quoted from an issue where somebody was refused.

use crate::catalog::Scalar;

/// The most values that are read from a list.
const VALUES: usize = 16;

/// What a refusal says, freed of its wording.
#[derive(Debug, PartialEq)]
pub(super) enum Said<'m> {
    /// The model, or the surface, has no such parameter.
    Unsupported {
        param: &'m str,
        /// What to send in its place.
        instead: Option<&'m str>,
    },
    /// A parameter does not take this value. `taken`: the values that it takes, where the message lists them.
    Value { param: &'m str, value: &'m str, taken: Vec<Scalar> },
    /// A parameter is taken only while another one is on.
    OnlyBeside { param: &'m str, beside: &'m str },
    /// A cap is above what an answer may hold.
    TooLarge { param: &'m str, most: f64 },
    /// A type of `response_format` is not taken.
    Format { kind: &'m str },
    /// A newer api-version is needed.
    Version(&'m str),
    /// Function tools do not go with a reasoning effort.
    ToolsWithEffort,
    /// The reasoning of several answers does not go together.
    SeveralReasons,
    /// An operation does not serve the model. The name is the operation's, where the message has it.
    Unserved { dialect: Option<&'m str> },
}

/// Reads a message. `None`: the wording is not known. An empty list: it is, and nothing can be learned from it.
pub(super) fn read<'m>(message: &'m str, param: Option<&'m str>) -> Option<Vec<Said<'m>>> {
    unrecognized(message).or_else(|| logprobs(message, param)).or_else(|| {
        let readers = [parameter, value, ability, combination, version, tools, encrypted, reasons, dialect];
        let said = readers.into_iter().find_map(|reader| reader(message))?;
        // Some wordings name the value alone.
        let named = said.map(|said| match said {
            Said::Value { param: "", value, taken } => {
                Said::Value { param: param.unwrap_or_default(), value, taken }
            }
            other => other,
        });
        Some(named.into_iter().collect())
    })
}

/// A reader's outcome: not its wording, nothing to learn, or what is said.
type Read<'m> = Option<Option<Said<'m>>>;

/// `Unrecognized request argument supplied: a, b. Please contact us …` (azure-rest-api-specs#29545,
/// openai-python#1080).
fn unrecognized(message: &str) -> Option<Vec<Said<'_>>> {
    let rest = message.strip_prefix("Unrecognized request argument")?;
    let (_, names) = rest.split_once("supplied: ")?;
    let names = names.split_once(". ").map_or(names, |(names, _)| names).trim_end_matches('.');
    let said = names.split(',').map(str::trim).map(|param| Said::Unsupported { param, instead: None });
    Some(said.take(VALUES).collect())
}

/// `logprobs are not supported with reasoning models.` about `include`, where they are one of several, or
/// `top_logprobs` (vllm#23319).
fn logprobs<'m>(message: &str, param: Option<&'m str>) -> Option<Vec<Said<'m>>> {
    if !message.starts_with("logprobs are not supported with reasoning models") {
        return None;
    }
    let param = match param {
        Some("include") => "include[message.output_text.logprobs]",
        other => other.unwrap_or("top_logprobs"),
    };
    Some(vec![Said::Unsupported { param, instead: None }])
}

/// `Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.`
/// (lobehub#4315, dify#9746); `Unknown parameter: 'reasoning_effort'.` (`llama_index`#17731, promptfoo#3781);
/// `Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. …`
/// (chatwise-releases#1023).
fn parameter(message: &str) -> Read<'_> {
    if let Some((param, _)) = quoted_after(message, "Unknown parameter: ") {
        return Some(Some(Said::Unsupported { param, instead: None }));
    }
    let (param, rest) = quoted_after(message, "Unsupported parameter: ")?;
    if let Some((to, _)) = quoted_after(rest, ". In the Responses API, this parameter has moved to ") {
        return Some(Some(Said::Unsupported { param, instead: Some(to) }));
    }
    // `… is not supported with 'prediction'` is about two parameters, of which either could go.
    let Some(rest) = rest.strip_prefix(" is not supported with this model") else { return Some(None) };
    let instead = rest.split_once("Use ").and_then(|(_, rest)| quoted_after(rest, "")).map(|(name, _)| name);
    Some(Some(Said::Unsupported { param, instead }))
}

/// `Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.`
/// (vscode#253673, litellm#13397), `… Supported values are: 'none', 'low', and 'xhigh'.` (litellm#39983); `Invalid
/// value: 'developer'. Supported values are: …` (`llama_index`#17748, litellm#16704), which names no parameter; nor
/// does `Unsupported value: 'minimal' is not supported with the 'gpt-5.1' model. Supported values are: …` of the
/// Responses API.
fn value(message: &str) -> Read<'_> {
    if let Some((value, rest)) = quoted_after(message, "Invalid value: ") {
        return Some(Some(Said::Value { param: "", value, taken: taken(rest) }));
    }
    let (param, rest) = quoted_after(message, "Unsupported value: ")?;
    if let Some((_, rest)) = quoted_after(rest, " is not supported with the ") {
        let taken = rest.strip_prefix(" model").map(taken);
        return Some(taken.map(|taken| Said::Value { param: "", value: param, taken }));
    }
    let Some(rest) = rest.strip_prefix(" does not support ") else { return Some(None) };
    let Some((value, rest)) = rest.split_once(" with this model") else { return Some(None) };
    Some(Some(Said::Value { param, value: value.trim_matches('\''), taken: taken(rest) }))
}

/// `tools is not supported in this model. For a list of supported models, …` (`inspect_ai`#1290); `This model does not
/// support the 'logprobs' parameter.`; `Invalid parameter: 'response_format' of type 'json_object' is not supported
/// with this model.` (both: captured issues on gpt-4).
fn ability(message: &str) -> Read<'_> {
    if let Some((param, _)) = message.split_once(" is not supported in this model.") {
        return Some(Some(Said::Unsupported { param, instead: None }));
    }
    if let Some((param, _)) = quoted_after(message, "This model does not support the ") {
        return Some(Some(Said::Unsupported { param, instead: None }));
    }
    let (param, rest) = quoted_after(message, "Invalid parameter: ")?;
    let kind =
        quoted_after(rest, " of type ").filter(|_| param == "response_format" || param == "text.format");
    Some(
        kind.filter(|(_, rest)| rest.contains("not supported with this model"))
            .map(|(kind, _)| Said::Format { kind }),
    )
}

/// `The 'metadata' parameter is only allowed when 'store' is enabled.`; `max_tokens is too large: 32000. This model
/// supports at most 16384 completion tokens…`; `Setting 'max_tokens' and 'max_completion_tokens' at the same time is
/// not supported.` (all: captured issues; the last one is UNVERIFIED on Azure).
fn combination(message: &str) -> Read<'_> {
    if let Some((param, rest)) = quoted_after(message, "The ")
        && let Some((beside, rest)) = quoted_after(rest, " parameter is only allowed when ")
    {
        return Some(rest.starts_with(" is enabled").then_some(Said::OnlyBeside { param, beside }));
    }
    if let Some((param, rest)) = message.split_once(" is too large: ") {
        let most =
            rest.split_once(" at most ").and_then(|(_, rest)| rest.split_once(' ')?.0.parse::<u32>().ok());
        return Some(most.map(|most| Said::TooLarge { param, most: most.into() }));
    }
    let (old, rest) = quoted_after(message, "Setting ")?;
    let (new, rest) = quoted_after(rest, " and ")?;
    let both = rest.starts_with(" at the same time is not supported");
    Some(both.then_some(Said::Unsupported { param: old, instead: Some(new) }))
}

/// `Model {modelName} is enabled only for api versions 2024-12-01-preview and later` (semantic-kernel#12268), with the
/// braces as they are.
fn version(message: &str) -> Read<'_> {
    let (_, rest) = message.split_once(" is enabled only for api versions ")?;
    Some(rest.split_whitespace().next().map(Said::Version))
}

/// `Function tools with reasoning_effort are not supported for gpt-5.6-sol in /v1/chat/completions. …` (vane#1173).
fn tools(message: &str) -> Read<'_> {
    let is = message.starts_with("Function tools with reasoning_effort are not supported");
    is.then_some(Some(Said::ToolsWithEffort))
}

/// `Encrypted content is not supported with this model.` about `include` (pydantic-ai#2865 on Azure).
fn encrypted(message: &str) -> Read<'_> {
    let is = message.starts_with("Encrypted content is not supported with this model");
    let param = "include[reasoning.encrypted_content]";
    is.then_some(Some(Said::Unsupported { param, instead: None }))
}

/// `Conflicting authenticated continuation identities.` about `input` (hermes-agent#101243, hermes-agent#106718,
/// dyad#4549).
fn reasons(message: &str) -> Read<'_> {
    let is = message.starts_with("Conflicting authenticated continuation identities");
    is.then_some(Some(Said::SeveralReasons))
}

/// `The chatCompletion operation does not work with the specified model, gpt-5-codex. …` (vanna#967,
/// langchain-azure#228, chatwise-releases#942).
fn dialect(message: &str) -> Read<'_> {
    let (dialect, _) =
        message.strip_prefix("The ")?.split_once(" operation does not work with the specified model")?;
    Some(Some(Said::Unserved { dialect: Some(dialect) }))
}

/// What stands in single quotes right behind `prefix`, and what follows.
fn quoted_after<'m>(text: &'m str, prefix: &str) -> Option<(&'m str, &'m str)> {
    text.strip_prefix(prefix)?.strip_prefix('\'')?.split_once('\'')
}

/// The values that a message lists as taken.
fn taken(tail: &str) -> Vec<Scalar> {
    if let Some((_, rest)) = tail.split_once("Only the default (") {
        return rest.split_once(')').and_then(|(value, _)| scalar(value)).into_iter().collect();
    }
    let Some((_, list)) = tail.split_once("Supported values are: ") else { return Vec::new() };
    if list.contains('\'') {
        let texts = list.split('\'').skip(1).step_by(2).filter(|word| is_word(word));
        return texts.take(VALUES).map(|word| Scalar::Text(word.to_owned())).collect();
    }
    let list = list.trim_end_matches('.').replace(" and ", ",");
    list.split(',').filter_map(|word| scalar(word.trim())).take(VALUES).collect()
}

fn scalar(word: &str) -> Option<Scalar> {
    let plain = word.parse().ok().filter(|number: &f64| number.is_finite()).map(Scalar::Number);
    match word {
        "true" => Some(Scalar::Bool(true)),
        "false" => Some(Scalar::Bool(false)),
        _ => plain.or_else(|| is_word(word).then(|| Scalar::Text(word.to_owned()))),
    }
}

/// Whether this can be a value of Azure's own vocabulary.
fn is_word(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
