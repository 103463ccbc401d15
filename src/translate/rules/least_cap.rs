//! The least cap that the Responses API takes: `integer below minimum value. Expected a value >= 16, but got 10
//! instead.` (hindsight#58 on Azure, `inspect_evals`#694).

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["clamp.max_output_tokens"],
    summary: "max_output_tokens below 16, the least that the Responses API takes, is set to 16.",
    on: RESPONSES,
    run,
};

const LEAST: f64 = 16.0;

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let cap = draft.parameter_names().cap;
    // A value below 1 is a mistake, so it goes to Azure unchanged.
    if let Some(Scalar::Number(asked)) = draft.get(cap).and_then(|value| value.scalar())
        && (1.0..LEAST).contains(&asked)
    {
        let why = "the Responses API takes no cap below 16 tokens, so the answer may be longer than asked";
        let value = Raw::json(Scalar::Number(LEAST).json());
        draft.edit(
            "clamp.max_output_tokens",
            Effect::Lossy,
            why,
            Change::Set { at: Pointer::key(cap), value },
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::responses;

    #[test]
    fn a_cap_below_the_least_is_raised_and_that_is_told_as_a_loss() {
        let cap = |cap: &str| format!(r#"{{"max_output_tokens":{cap}}}"#);
        assert_eq!(
            responses("gpt-4.1", "v1", &cap("5")),
            (cap("16"), "clamp.max_output_tokens;lossy".into())
        );
        assert_eq!(responses("gpt-4.1", "v1", &cap("16")).1, "none");
        assert_eq!(responses("gpt-4.1", "v1", &cap("-1")).1, "none", "Azure will say what it thinks of it");
        let (body, edits) = responses("gpt-5", "v1", r#"{"max_tokens":5}"#);
        assert_eq!((body, edits.as_str()), (cap("16"), "rename.max_tokens, clamp.max_output_tokens;lossy"));
    }

    #[test]
    fn one_above_the_longest_answer_is_set_to_it_without_a_loss() {
        let body = r#"{"max_output_tokens":200000}"#;
        let expected = (r#"{"max_output_tokens":128000}"#.into(), "clamp.max_output_tokens".into());
        assert_eq!(responses("gpt-5-pro", "v1", body), expected);
    }
}
