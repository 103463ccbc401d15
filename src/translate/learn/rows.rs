//! The rows that refusals ask for.

use super::{
    members,
    params::{Remedy, is_known_cap, remedy},
};
use crate::{
    call::Dialect,
    catalog::{Row, Scalar, Verb, row_id},
    translate::parameter_names,
};

/// Whether a name can be that of a cap on the answer.
pub(super) fn is_cap(name: &str) -> bool {
    name.len() <= 40
        && name.ends_with("_tokens")
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

/// Returns the row that lowers a cap to the largest that Azure takes. A cap at the limit means the same.
pub(super) fn too_large(dialect: Dialect, param: &str, most: f64) -> Option<Row> {
    if !is_known_cap(dialect, param) || most < 1.0 {
        return None;
    }
    let why = format!("Azure said that an answer of this model holds {most} tokens at most.");
    Some(Row { same: true, ..row(param, Verb::Clamp { min: None, max: Some(most) }, why) })
}

pub(super) fn format(dialect: Dialect, kind: &str) -> Row {
    let param = parameter_names(dialect).format;
    let why = format!("Azure said that this model does not take `{param}` of type `{kind}`.");
    let when = vec![(format!("{param}.type"), vec![Scalar::Text(kind.to_owned())])];
    Row { when, ..row(param, Verb::Refuse, why) }
}

/// Returns the row that removes a parameter while it has a refused value. The values have no order, so the refusal says
/// nothing about the others. `taken` are values that Azure takes. Other callers read a row, so it repeats only a value
/// that can be a word of Azure's own.
pub(super) fn refused_value(dialect: Dialect, param: &str, value: Scalar, taken: &[Scalar]) -> Option<Row> {
    let Scalar::Text(text) = &value else { return None };
    let is_word = (1..=16).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'));
    if taken.contains(&value) || !(is_word || WORDS.contains(&text.as_str())) {
        return None;
    }
    let listed = taken.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let instead = if listed.is_empty() { String::new() } else { format!(" It takes {listed}.") };
    let why = format!("Azure said that it does not take this value of `{param}` here.{instead}");
    let when = vec![(param.to_owned(), vec![value])];
    Some(Row { when, ..removal(dialect, param, why)? })
}

/// Values of Azure's own that are not plain words.
const WORDS: &[&str] = &["24h", "30m"];

/// Returns the row that maps each refused value to the nearest weaker supported one, or else to the weakest.
pub(super) fn ordered(param: &str, order: &[&str], taken: &[Scalar], why: String) -> Option<Row> {
    let text = |word: &str| Scalar::Text(word.to_owned());
    let values: Vec<Scalar> =
        order.iter().map(|word| text(word)).filter(|word| taken.contains(word)).collect();
    let mut nearest = values.first()?;
    let mut map = Vec::new();
    for word in order.iter().map(|word| text(word)) {
        match values.iter().find(|value| **value == word) {
            Some(value) => nearest = value,
            None => map.push((word, nearest.clone())),
        }
    }
    Some(row(param, Verb::Allow { values, map }, why))
}

/// Returns the row that removes a parameter.
pub(super) fn removal(dialect: Dialect, param: &str, why: String) -> Option<Row> {
    Some(match remedy(dialect, param).or_else(|| members::remedy(param))? {
        Remedy::Drop { same } => Row { same, ..row(param, Verb::Drop, why) },
        Remedy::Refuse => row(param, Verb::Refuse, why),
    })
}

pub(super) fn row(param: &str, verb: Verb, why: String) -> Row {
    let word = match verb {
        Verb::Rename(_) => "rename",
        Verb::Drop => "drop",
        Verb::Refuse => "refuse",
        Verb::Allow { .. } => "map",
        Verb::Clamp { .. } => "clamp",
    };
    Row {
        id: row_id(word, param),
        param: param.to_owned(),
        verb,
        unless: Vec::new(),
        when: Vec::new(),
        beside: None,
        same: false,
        why: why.into(),
    }
}
