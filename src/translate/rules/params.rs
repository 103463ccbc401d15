//! The family's parameter table: the catalog's rows, renames first, else in their order. Each row is a rule with an id
//! of its own.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
    catalog::{Row, Scalar, Verb},
    json::{Change, Kind, Pointer, Raw, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[],
    summary: "The rows of the family's parameter table (docs/families.md) are applied in their order, renames first.",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    // Renames go first, so that the other rows also act on renamed values, whatever the order in a configuration.
    let is_rename = |row: &&Row| matches!(row.verb, Verb::Rename(_));
    let rows = draft.rows();
    for row in rows.iter().filter(is_rename).chain(rows.iter().filter(|row| !is_rename(row))) {
        apply(draft, row)?;
    }
    Ok(())
}

/// Applies one row to the parameter that it names.
pub(super) fn apply(draft: &mut Draft<'_>, row: &Row) -> Result<(), Refusal> {
    if let Some((list, text)) = row.item() {
        return item(draft, row, list, text);
    }
    let Some(value) = draft.get(&row.param) else { return Ok(()) };
    let scalar = value.scalar();
    if scalar.as_ref().is_some_and(|scalar| row.unless.contains(scalar)) || !holds(draft, row) {
        return Ok(());
    }
    let at = Pointer::path(&row.param);
    let why = row.why.to_string();
    // A value that equals Azure's default can be dropped without a loss.
    let assumed = draft.profile().default(draft.call.dialect, &row.param);
    let default = scalar.is_some() && scalar.as_ref() == assumed;
    let idle = row.same || default || (row.verb == Verb::Drop && is_empty(&value));
    let effect = if idle { Effect::Same } else { Effect::Lossy };
    match &row.verb {
        Verb::Drop => draft.edit(&row.id, effect, why, Change::Remove { at })?,
        Verb::Rename(to) => rename(draft, &row.id, &row.param, to, why)?,
        Verb::Refuse if idle => draft.edit(&row.id, effect, why, Change::Remove { at })?,
        Verb::Refuse => draft.refuse(&row.id, why, Change::Remove { at: whole(draft, &row.param) })?,
        Verb::Allow { values, map } => {
            let Some(change) = allowed(&at, scalar.as_ref(), values, map) else { return Ok(()) };
            draft.edit(&row.id, effect, why, change)?
        }
        Verb::Clamp { min, max } => {
            let Some(bound) = outside(&value, *min, *max) else { return Ok(()) };
            let effect = if is_far_below(bound, &value) { Effect::Lossy } else { effect };
            let value = Raw::json(Scalar::Number(bound).json());
            draft.edit(&row.id, effect, why, Change::Set { at, value })?
        }
    };
    Ok(())
}

/// Returns the change that a policy of `apply` makes in place of a refusal. Members of objects in a Responses call are
/// parameters too.
fn whole(draft: &Draft<'_>, param: &str) -> Pointer {
    let steps = match draft.call.dialect {
        Dialect::Chat => 1,
        Dialect::Responses => 2,
    };
    Pointer::path(&param.split('.').take(steps).collect::<Vec<_>>().join("."))
}

/// Takes a text out of a list of texts, and the list with the last of them.
fn item(draft: &mut Draft<'_>, row: &Row, list: &str, text: &str) -> Result<(), Refusal> {
    let Some(ParamValue::Sent(view)) = draft.get(list) else { return Ok(()) };
    let key = Pointer::key(list.to_owned());
    let items = draft.items(view, &key);
    let is_it = |item: View<'_>| item.text().as_deref() == Some(text);
    let found: Vec<usize> = items.iter().filter(|(_, item)| is_it(*item)).map(|(index, _)| *index).collect();
    if found.is_empty() || !holds(draft, row) {
        return Ok(());
    }
    let all = found.len() == items.len();
    let places =
        if all { vec![key] } else { found.into_iter().map(|index| key.clone().item(index)).collect() };
    for at in places {
        let (why, change) = (row.why.to_string(), Change::Remove { at });
        match row.verb {
            Verb::Drop => {
                draft.edit(&row.id, if row.same { Effect::Same } else { Effect::Lossy }, why, change)?
            }
            Verb::Refuse => draft.refuse(&row.id, why, change)?,
            Verb::Rename(_) | Verb::Allow { .. } | Verb::Clamp { .. } => return Ok(()),
        };
    }
    Ok(())
}

/// Moves a value to another key; where that has a value of its own, it stands.
pub(super) fn rename(
    draft: &mut Draft<'_>,
    id: &str,
    from: &str,
    to: &str,
    why: String,
) -> Result<bool, Refusal> {
    let Some(value) = draft.get(from) else { return Ok(false) };
    let from = Pointer::path(from);
    if let Some(other) = draft.get(to) {
        let equal = value.scalar().is_some() && value.scalar() == other.scalar();
        let effect = if equal { Effect::Same } else { Effect::Lossy };
        return draft.edit(id, effect, why, Change::Remove { at: from });
    }
    if draft.is_null(to) {
        let at = Pointer::key(to.to_owned());
        draft.edit(id, Effect::Same, why.clone(), Change::Remove { at })?;
    }
    draft.edit(id, Effect::Same, why, Change::Rename { from, to: to.to_owned() })
}

/// Whether the value is a container with nothing in it: of the parameters that are dropped, none asks for anything
/// then.
fn is_empty(value: &ParamValue<'_>) -> bool {
    match value {
        ParamValue::Sent(view) => match view.kind() {
            Kind::Array => view.items().next().is_none(),
            Kind::Object => view.members().next().is_none(),
            _ => false,
        },
        ParamValue::Written(_) => false,
    }
}

/// Whether the guards of the row hold.
pub(in crate::translate) fn holds(draft: &Draft<'_>, row: &Row) -> bool {
    row.beside.as_ref().is_none_or(|param| draft.has(param))
        && row
            .when
            .iter()
            .all(|(param, values)| draft.effective(param).is_some_and(|value| values.contains(&value)))
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
fn outside(value: &ParamValue<'_>, min: Option<f64>, max: Option<f64>) -> Option<f64> {
    let Some(Scalar::Number(number)) = value.scalar() else { return None };
    max.filter(|max| number > *max).or(min.filter(|min| number < *min))
}

/// Returns whether a bound is less than half of what was asked. A caller who asked for an answer of 100,000 tokens can
/// rely on more than 16,384, so that clamp is a loss, although the model could never give the rest.
fn is_far_below(bound: f64, asked: &ParamValue<'_>) -> bool {
    matches!(asked.scalar(), Some(Scalar::Number(asked)) if bound * 2.0 < asked)
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{refused, responses, responses_with, sent, strictly, with};

    #[test]
    fn a_cap_is_renamed_and_kept_as_it_is_written() {
        let expected = (r#"{ "max_completion_tokens" : 2.56e2 }"#.into(), "rename.max_tokens".into());
        assert_eq!(sent("o1", "v1", r#"{ "max_tokens" : 2.56e2 }"#), expected);
        assert_eq!(sent("gpt-4", "v1", r#"{"max_completion_tokens":1}"#).0, r#"{"max_tokens":1}"#);
    }

    #[test]
    fn what_is_the_default_goes_without_a_loss_and_anything_else_with_one() {
        let edits = |body| sent("o1", "v1", body).1;
        assert_eq!(edits(r#"{"temperature":1.0}"#), "drop.temperature");
        assert_eq!(edits(r#"{"temperature":0.9}"#), "drop.temperature;lossy");
        assert_eq!(edits(r#"{"logit_bias":{}}"#), "drop.logit_bias");
        assert_eq!(edits(r#"{"logit_bias":{"1":1}}"#), "drop.logit_bias;lossy");
        assert_eq!(edits(r#"{"parallel_tool_calls":false}"#), "drop.parallel_tool_calls");
    }

    #[test]
    fn an_own_value_and_the_effective_effort_guard_a_row() {
        let kept = |family, body: &str| sent(family, "v1", body).0 == body;
        assert!(kept("gpt-5", r#"{"temperature":1}"#));
        assert!(!kept("gpt-5", r#"{"temperature":0}"#));
        assert!(kept("gpt-5.1", r#"{"temperature":0,"top_p":0.5}"#), "its default effort is none");
        assert!(!kept("gpt-5.1", r#"{"temperature":0,"reasoning_effort":"low"}"#));
        assert!(!kept("gpt-5.5", r#"{"temperature":0}"#), "its default effort is medium");
        assert!(kept("gpt-5.5", r#"{"temperature":0,"reasoning_effort":"none"}"#));
        assert!(!kept("gpt-5.5", r#"{"stop":"x","reasoning_effort":"none"}"#));
    }

    #[test]
    fn the_effort_that_a_rule_wrote_guards_too() {
        let body = r#"{"reasoning_effort":"minimal","temperature":0}"#;
        let (body, edits) = sent("gpt-5.1", "v1", body);
        assert_eq!(body, r#"{"reasoning_effort":"none","temperature":0}"#);
        assert_eq!(edits, "map.reasoning_effort;lossy");
    }

    #[test]
    fn a_responses_call_has_rows_of_its_own() {
        let body = r#"{"temperature":0.5,"top_p":0.5,"parallel_tool_calls":true,"text":{"verbosity":"low"},"stop":"x"}"#;
        let (body, edits) = responses_with("refuse.chat_words", Action::Pass, "o3", body).unwrap();
        assert_eq!(body, r#"{"stop":"x"}"#, "chat's rows are not looked at");
        let expected =
            "drop.temperature;lossy, drop.top_p;lossy, drop.parallel_tool_calls, map.verbosity;lossy";
        assert_eq!(edits, expected);
        let kept = |family, body: &str| responses(family, "v1", body).0 == body;
        assert!(kept("gpt-5.5", r#"{"temperature":0,"reasoning":{"effort":"none"}}"#));
        assert!(
            !kept("gpt-5.5", r#"{"temperature":0,"reasoning":{"summary":"auto"}}"#),
            "the default is medium"
        );
        assert!(kept("gpt-5.1", r#"{"temperature":0}"#));
        assert!(!kept("gpt-5.1", r#"{"temperature":0,"reasoning":{"effort":"low"}}"#));
        assert!(
            kept("gpt-4.1", r#"{"metadata":{"a":"b"}}"#),
            "answers are stored unless the call says otherwise"
        );
    }

    #[test]
    fn one_text_of_a_list_goes_and_the_list_with_the_last() {
        let (body, edits) = responses(
            "o3",
            "v1",
            r#"{"include":["a","message.output_text.logprobs","reasoning.encrypted_content"]}"#,
        );
        assert_eq!(body, r#"{"include":["a","reasoning.encrypted_content"]}"#);
        assert_eq!(edits, "drop.include[message.output_text.logprobs];lossy");
        let encrypted = r#"{"include":["reasoning.encrypted_content"]}"#;
        let expected = ("{}".to_owned(), "drop.include[reasoning.encrypted_content]".to_owned());
        assert_eq!(responses("gpt-4.1", "v1", encrypted), expected);
        assert_eq!(responses("gpt-5", "v1", encrypted).0, encrypted);
        let id = "drop.include[reasoning.encrypted_content]";
        assert_eq!(responses_with(id, Action::Pass, "gpt-4.1", encrypted).unwrap().0, encrypted);
        let logprobs = r#"{"include":["message.output_text.logprobs"],"reasoning":{"effort":"none"}}"#;
        assert_eq!(responses("gpt-5.2", "v1", logprobs).0, logprobs);
    }

    #[test]
    fn a_refused_format_leaves_what_stands_beside_it() {
        let body = r#"{"text":{"verbosity":"medium","format":{"type":"json_schema","name":"n"}}}"#;
        let refusal = responses_with("x", Action::Pass, "gpt-5.4-pro", body).unwrap_err();
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.response_format", "text.format"));
        let (body, _) = responses_with("refuse.response_format", Action::Apply, "gpt-5.4-pro", body).unwrap();
        assert_eq!(body, r#"{"text":{"verbosity":"medium"}}"#);
    }

    #[test]
    fn metadata_needs_store() {
        let body = r#"{"metadata":{"a":"b"}}"#;
        assert_eq!(sent("gpt-4.1", "v1", body), ("{}".into(), "drop.metadata;lossy".into()));
        let stored = r#"{"metadata":{"a":"b"},"store":true}"#;
        assert_eq!(sent("gpt-4.1", "v1", stored).0, stored);
    }

    #[test]
    fn a_refused_format_can_be_dropped_or_passed_by_policy() {
        let body = r#"{"response_format":{"type":"json_schema","json_schema":{}}}"#;
        let refusal = refused("gpt-4-turbo", "v1", body);
        assert_eq!((&*refusal.rule, refusal.param.as_str()), ("refuse.response_format", "response_format"));
        let id = "refuse.response_format";
        let dropped = ("{}".to_owned(), "refuse.response_format;lossy".to_owned());
        assert_eq!(with(id, Action::Apply, "gpt-4-turbo", body).unwrap(), dropped);
        assert_eq!(with(id, Action::Pass, "gpt-4-turbo", body).unwrap().0, body);
    }

    #[test]
    fn an_empty_object_that_asks_for_something_is_refused_all_the_same() {
        assert_eq!(refused("gpt-4-turbo", "v1", r#"{"web_search_options":{}}"#).param, "web_search_options");
    }

    #[test]
    fn tools_that_a_policy_drops_take_their_choice_along() {
        let body = r#"{"tools":[{"type":"function"}],"tool_choice":"required","parallel_tool_calls":false}"#;
        let (body, edits) = with("refuse.tools", Action::Apply, "o1-preview", body).unwrap();
        assert_eq!(body, "{}");
        assert_eq!(edits, "refuse.tools;lossy, drop.tool_choice, drop.parallel_tool_calls");
    }

    #[test]
    fn a_cap_above_the_longest_answer_is_set_to_it() {
        let expected = (
            r#"{"max_completion_tokens":100000}"#.into(),
            "rename.max_tokens, clamp.max_completion_tokens".into(),
        );
        assert_eq!(sent("o1", "v1", r#"{"max_tokens":200000}"#), expected);
        assert_eq!(sent("o1", "v1", r#"{"max_completion_tokens":100000}"#).1, "none");
    }

    #[test]
    fn a_cap_that_is_clamped_to_less_than_half_is_a_loss() {
        let edits = |body| sent("gpt-4o", "v1", body).1;
        assert_eq!(edits(r#"{"max_tokens":32768}"#), "clamp.max_tokens");
        assert_eq!(edits(r#"{"max_tokens":32769}"#), "clamp.max_tokens;lossy");
        assert_eq!(edits(r#"{"max_tokens":1000000000000000000000000}"#), "clamp.max_tokens;lossy");
        assert_eq!(strictly("gpt-4o", "v1", r#"{"max_tokens":100000}"#).unwrap_err().param, "max_tokens");
        assert!(strictly("gpt-4o", "v1", r#"{"max_tokens":20000}"#).is_ok());
        let body = r#"{"max_output_tokens":9000000}"#;
        assert_eq!(responses("gpt-5-pro", "v1", body).1, "clamp.max_output_tokens;lossy");
    }

    #[test]
    fn who_accepts_no_loss_is_told_the_parameter_and_a_policy_can_pass_it() {
        let body = r#"{"temperature":0.5}"#;
        let refusal = strictly("o1", "v1", body).unwrap_err();
        assert_eq!(
            (&*refusal.rule, refusal.param.as_str(), &*refusal.family),
            ("drop.temperature", "temperature", "o1")
        );
        assert!(strictly("o1", "v1", r#"{"temperature":1,"max_tokens":5}"#).is_ok());
        assert_eq!(with("drop.temperature", Action::Pass, "o1", body).unwrap(), (body.into(), "none".into()));
        assert!(with("drop.temperature", Action::Refuse, "o1", body).is_err());
    }
}
