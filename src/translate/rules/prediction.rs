//! `prediction` beside parameters that exclude it. A prediction only saves time, so this rule drops it. A cap instead
//! gets its other name.

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.prediction", "rename.max_completion_tokens"],
    summary: "A prediction is dropped beside parameters that exclude it: tools, several answers, penalties, logprobs, \
              audio; max_completion_tokens is then called max_tokens.",
    on: CHAT,
    run,
};

/// Refused beside a prediction in any form (Microsoft, predicted-outputs.md).
const PRESENT: &[&str] = &["tools", "functions", "audio"];
/// Refused beside a prediction above this number.
const ABOVE: &[(&str, f64)] = &[("n", 1.0), ("presence_penalty", 0.0), ("frequency_penalty", 0.0)];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.has("prediction") || draft.has_row("prediction") {
        return Ok(());
    }
    if let Some(other) = excluding(draft) {
        let why = format!(
            "Azure refuses a prediction beside {other}; it only saves time, so the answer stays the same"
        );
        draft.edit(
            "drop.prediction",
            Effect::Same,
            why,
            Change::Remove { at: Pointer::key("prediction") },
        )?;
        return Ok(());
    }
    if draft.has("max_completion_tokens") && !draft.has("max_tokens") {
        let why = "Azure refuses max_completion_tokens beside a prediction; max_tokens means the same here";
        super::older_cap::rename(draft, why)?;
    }
    Ok(())
}

fn excluding(draft: &Draft<'_>) -> Option<&'static str> {
    let number = |param: &str| match draft.get(param)?.scalar()? {
        Scalar::Number(number) => Some(number),
        Scalar::Bool(_) | Scalar::Text(_) => None,
    };
    let present = PRESENT.iter().copied().find(|param| draft.has(param));
    let above = || ABOVE.iter().find(|(param, bound)| number(param).is_some_and(|number| number > *bound));
    let logprobs = || (draft.effective("logprobs") == Some(Scalar::Bool(true))).then_some("logprobs");
    present.or_else(|| above().map(|(param, _)| *param)).or_else(logprobs)
}

#[cfg(test)]
mod tests {
    use crate::translate::Action;
    use crate::translate::rules::testing::{sent, with};

    const PREDICTION: &str = r#""prediction":{"type":"content","content":"x"}"#;

    #[test]
    fn it_gives_way_to_what_excludes_it() {
        for other in [
            r#""tools":[{"type":"function"}]"#,
            r#""functions":[{}]"#,
            r#""n":2"#,
            r#""presence_penalty":0.1"#,
            r#""logprobs":true"#,
        ] {
            let (body, edits) = sent("gpt-4.1", "v1", &format!("{{{PREDICTION},{other}}}"));
            assert_eq!((body, edits.as_str()), (format!("{{{other}}}"), "drop.prediction"));
        }
    }

    #[test]
    fn it_stays_beside_what_does_not() {
        for other in [r#""n":1"#, r#""presence_penalty":-1"#, r#""logprobs":false"#, r#""max_tokens":3"#] {
            let body = format!("{{{PREDICTION},{other}}}");
            assert_eq!(sent("gpt-4o", "v1", &body), (body, "none".into()));
        }
    }

    #[test]
    fn a_cap_goes_under_its_older_name() {
        let (body, edits) = sent("gpt-4.1", "v1", &format!(r#"{{{PREDICTION},"max_completion_tokens":3}}"#));
        assert_eq!(body, format!(r#"{{{PREDICTION},"max_tokens":3}}"#));
        assert_eq!(edits, "rename.max_completion_tokens");
        let (body, _) = sent("o1", "v1", &format!(r#"{{{PREDICTION},"max_completion_tokens":3}}"#));
        assert_eq!(body, r#"{"max_completion_tokens":3}"#);
    }

    #[test]
    fn an_older_name_that_stands_there_as_null_is_not_doubled() {
        let body = format!(r#"{{"max_tokens":null,{PREDICTION},"max_completion_tokens":3}}"#);
        let (body, _) = with("drop.null", Action::Pass, "gpt-4.1", &body).unwrap();
        assert_eq!(body, format!(r#"{{{PREDICTION},"max_tokens":3}}"#));
    }
}
