//! Wordings about parameters that something does not support: the model, the deployment, the api-version.

use super::{
    reason::{Reading, RefusalReason},
    text::{after_any, names, names_refuser, without},
};

/// What may stand before the names, the longest first.
const OPENINGS: &[&str] = &[
    "Unsupported parameter(s): ",
    "Unsupported argument(s): ",
    "Unsupported arguments: ",
    "Unsupported parameters: ",
    "Unsupported parameter: ",
    "Unsupported parameters ",
    "Unsupported parameter ",
    "Unsupported argument: ",
    "Invalid parameter: ",
    "The parameters ",
    "The parameter ",
    "Parameters ",
    "Parameter ",
    "The property ",
    "The argument ",
    "The field ",
    "Property ",
    "Argument ",
    "Field ",
    "The ",
    "This ",
];

/// What may stand behind the names.
const NOUNS: &[&str] =
    &[" parameters", " parameter", " arguments", " argument", " fields", " field", " option"];

const VERBS: &[&str] = &[
    " is not supported",
    " are not supported",
    " is not currently supported",
    " is not allowed",
    " are not allowed",
    " is not permitted",
    " are not permitted",
    " is not available",
    " are not available",
    " is unsupported",
    " are unsupported",
    " isn't supported",
    " aren't supported",
    " isn’t supported",
    " aren’t supported",
];

/// What a list behind the sentence is a list of.
const LISTED: &[&str] = &[
    "parameters",
    "parameter(s)",
    "arguments",
    "argument(s)",
    "fields",
    "field(s)",
    "properties",
    "request parameters",
    "request arguments",
];

/// `The following parameters are not supported with this model: a, b`; `Some arguments are not supported in API version
/// V: a`. Neither is captured on Azure.
pub(super) fn listed_behind(message: &str) -> Reading<'_> {
    let rest = without(message, &["The following ", "These ", "Some ", "The "]);
    let tail = after_any(after_any(rest, LISTED)?, VERBS)?;
    let (refuser, list) = tail.split_once(": ")?;
    let (params, rest) = names(list);
    let is_whole = !params.is_empty() && names_refuser(refuser) && (rest.is_empty() || rest.starts_with('.'));
    Some(if is_whole {
        params.into_iter().map(|param| unsupported(param, None)).collect()
    } else {
        Vec::new()
    })
}

/// `Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.`
/// (lobehub#4315, dify#9746); `… is not supported with the 'gpt-5.3-codex-spark' model.` (superset#1898);
/// `prompt_cache_retention is not supported on this model` (OpenHands/software-agent-sdk#2295); `tools is not supported
/// in this model. …` (`inspect_ai`#1290). A message that goes on with another parameter is about two, of which either
/// could go.
pub(super) fn is_not_supported(message: &str) -> Reading<'_> {
    let opened = after_any(message, OPENINGS);
    let (mut params, rest) = names(opened.unwrap_or(message));
    // "This parameter is not supported …" has no name of its own.
    if params == ["parameter"] || params == ["argument"] || params == ["field"] {
        params = vec![""];
    }
    let rest = without(rest, NOUNS);
    let Some(tail) = after_any(rest, VERBS) else {
        let is_end =
            opened.is_some_and(|_| message.starts_with("Unsupported ")) && matches!(rest.trim(), "" | ".");
        return is_end.then(|| params.into_iter().map(|param| unsupported(param, None)).collect());
    };
    if params.is_empty() || !names_refuser(tail) {
        return Some(Vec::new());
    }
    let instead = tail.split_once("Use ").and_then(|(_, rest)| names(rest).0.first().copied());
    Some(params.into_iter().map(|param| unsupported(param, instead)).collect())
}

/// `This model does not support the 'logprobs' parameter.` (a captured issue on gpt-4).
pub(super) fn does_not_support(message: &str) -> Reading<'_> {
    let verbs = [" does not support ", " doesn't support ", " doesn’t support "];
    let (subject, rest) = verbs.iter().find_map(|verb| message.split_once(verb))?;
    let subject = subject.to_ascii_lowercase();
    if !["model", "deployment", "api", "endpoint"].iter().any(|refuser| subject.contains(refuser)) {
        return None;
    }
    let rest = without(rest, &["the following ", "these ", "the "]);
    let (params, rest) = names(without(rest, &["parameters: ", "parameter: ", "parameters ", "parameter "]));
    let rest = without(rest, NOUNS);
    let is_whole = !params.is_empty() && names_refuser(rest);
    is_whole.then(|| params.into_iter().map(|param| unsupported(param, None)).collect())
}

fn unsupported<'m>(param: &'m str, instead: Option<&'m str>) -> RefusalReason<'m> {
    RefusalReason::Unsupported { param, instead }
}
