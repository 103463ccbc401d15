//! Wordings about values that a parameter does not take.

use super::{
    reason::{MOST, Reading, RefusalReason},
    text::{names_refuser, quoted_after},
};
use crate::catalog::Scalar;

/// `Unsupported value: 'temperature' does not support 0.1 with this model. Only the default (1) value is supported.`
/// (vscode#253673, litellm#13397), `… Supported values are: 'none', 'low', and 'xhigh'.` (litellm#39983); `Invalid
/// value: 'developer'. Supported values are: …` (`llama_index`#17748, litellm#16704), which names no parameter; nor
/// does `Unsupported value: 'concise' is not supported with the 'gpt-5-2025-08-07' model. Supported values are: …` of
/// the Responses API (codex#2625).
pub(super) fn value(message: &str) -> Reading<'_> {
    if let Some((value, rest)) = quoted_after(message, "Invalid value: ") {
        return Some(vec![refused("", value, rest)]);
    }
    let (first, rest) = quoted_after(message, "Unsupported value: ")?;
    if let Some(tail) = rest.strip_prefix(" is not supported") {
        return Some(if names_refuser(tail) { vec![refused("", first, tail)] } else { Vec::new() });
    }
    let Some(rest) = rest.strip_prefix(" does not support ") else { return Some(Vec::new()) };
    let (value, tail) = match quoted_after(rest, "") {
        Some(quoted) => quoted,
        None => rest.split_at(rest.find(' ').unwrap_or(rest.len())),
    };
    Some(if names_refuser(tail) { vec![refused(first, value, tail)] } else { Vec::new() })
}

fn refused<'m>(param: &'m str, value: &'m str, tail: &'m str) -> RefusalReason<'m> {
    let only = tail.contains("Only the default (");
    RefusalReason::Value { param, value, taken: taken(tail), only }
}

/// `Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.` (captured issues on
/// gpt-4).
pub(super) fn format(message: &str) -> Reading<'_> {
    let (param, rest) = quoted_after(message, "Invalid parameter: ")?;
    let (kind, rest) = quoted_after(rest, " of type ")?;
    let is_format = param == "response_format" || param == "text.format";
    let is_refused = is_format && rest.strip_prefix(" is not supported").is_some_and(names_refuser);
    Some(if is_refused { vec![RefusalReason::Format { kind }] } else { Vec::new() })
}

/// Returns the values that a message lists as supported.
fn taken(tail: &str) -> Vec<Scalar> {
    if let Some((_, rest)) = tail.split_once("Only the default (") {
        return rest.split_once(')').and_then(|(value, _)| scalar(value)).into_iter().collect();
    }
    let Some((_, list)) = tail.split_once("Supported values are: ") else { return Vec::new() };
    if list.contains('\'') {
        let texts = list.split('\'').skip(1).step_by(2).filter(|word| is_word(word));
        return texts.take(MOST).map(|word| Scalar::Text(word.to_owned())).collect();
    }
    let list = list.trim_end_matches('.').replace(" and ", ",");
    list.split(',').filter_map(|word| scalar(word.trim())).take(MOST).collect()
}

fn scalar(word: &str) -> Option<Scalar> {
    let plain = word.parse().ok().filter(|number: &f64| number.is_finite()).map(Scalar::Number);
    match word {
        "true" => Some(Scalar::Bool(true)),
        "false" => Some(Scalar::Bool(false)),
        _ => plain.or_else(|| is_word(word).then(|| Scalar::Text(word.to_owned()))),
    }
}

/// Returns whether the text can be a value of Azure's own vocabulary.
fn is_word(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}
