//! The family's parameter table: the catalog's rows, in their order. Each row is a rule with an id of its own.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::{Row, Scalar, Verb},
    json::{Change, Kind, Pointer, Raw},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &[],
    summary: "The rows of the family's parameter table (docs/families.md) are applied in their order.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for row in &draft.profile().chat {
        apply(draft, row)?;
    }
    Ok(())
}

/// Applies one row to the parameter that it names.
pub(super) fn apply(draft: &mut Draft<'_>, row: &Row) -> Result<(), Refusal> {
    let Some(value) = draft.get(&row.param) else { return Ok(()) };
    let scalar = value.scalar();
    if scalar.as_ref().is_some_and(|scalar| row.unless.contains(scalar)) || !holds(draft, row) {
        return Ok(());
    }
    let at = Pointer::path(&row.param);
    let why = row.why.to_string();
    // What Azure assumes anyway can go without a loss.
    let default = scalar.is_some() && scalar.as_ref() == draft.profile().defaults.get(&row.param);
    let idle = row.same || default || (row.verb == Verb::Drop && is_empty(&value));
    let effect = if idle { Effect::Same } else { Effect::Lossy };
    match &row.verb {
        Verb::Drop => draft.edit(&row.id, effect, why, Change::Remove { at })?,
        Verb::Rename(to) => rename(draft, row, &value, to)?,
        Verb::Refuse if idle => draft.edit(&row.id, effect, why, Change::Remove { at })?,
        Verb::Refuse => {
            let top = row.param.split('.').next().unwrap_or(&row.param).to_owned();
            draft.refuse(&row.id, why, Change::Remove { at: Pointer::key(top) })?
        }
        Verb::Allow { values, map } => {
            let Some(change) = allowed(&at, scalar.as_ref(), values, map) else { return Ok(()) };
            draft.edit(&row.id, effect, why, change)?
        }
        Verb::Clamp { min, max } => {
            let Some(bound) = outside(&value, *min, *max) else { return Ok(()) };
            let value = Raw::json(Scalar::Number(bound).json());
            draft.edit(&row.id, effect, why, Change::Set { at, value })?
        }
    };
    Ok(())
}

/// Moves a value to another key; where that has a value of its own, it stands.
fn rename(draft: &mut Draft<'_>, row: &Row, value: &Value<'_>, to: &str) -> Result<bool, Refusal> {
    let (from, why) = (Pointer::path(&row.param), row.why.to_string());
    if let Some(other) = draft.get(to) {
        let equal = value.scalar().is_some() && value.scalar() == other.scalar();
        let effect = if equal { Effect::Same } else { Effect::Lossy };
        return draft.edit(&row.id, effect, why, Change::Remove { at: from });
    }
    if draft.is_null(to) {
        let at = Pointer::key(to.to_owned());
        draft.edit(&row.id, Effect::Same, why.clone(), Change::Remove { at })?;
    }
    draft.edit(&row.id, Effect::Same, why, Change::Rename { from, to: to.to_owned() })
}

/// Whether the value is a container with nothing in it: of the parameters that are dropped, none asks for anything then.
fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Sent(view) => match view.kind() {
            Kind::Array => view.items().next().is_none(),
            Kind::Object => view.members().next().is_none(),
            _ => false,
        },
        Value::Written(_) => false,
    }
}

/// Whether the guards of the row hold.
fn holds(draft: &Draft<'_>, row: &Row) -> bool {
    row.when.iter().all(|(param, values)| draft.effective(param).is_some_and(|value| values.contains(&value)))
}

/// The change that brings a value among those taken, if it is not one of them.
fn allowed(
    at: &Pointer,
    value: Option<&Scalar>,
    values: &[Scalar],
    map: &[(Scalar, Scalar)],
) -> Option<Change> {
    let value = value?;
    if values.contains(value) {
        return None;
    }
    let mapped = map.iter().find(|(from, _)| from == value);
    Some(match mapped {
        Some((_, to)) => Change::Set { at: at.clone(), value: Raw::json(to.json()) },
        None => Change::Remove { at: at.clone() },
    })
}

/// The nearest bound of a number outside the bounds.
fn outside(value: &Value<'_>, min: Option<f64>, max: Option<f64>) -> Option<f64> {
    let Some(Scalar::Number(number)) = value.scalar() else { return None };
    max.filter(|max| number > *max).or(min.filter(|min| number < *min))
}
