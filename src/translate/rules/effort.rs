//! `reasoning_effort`, or `reasoning.effort` on the Responses API, is set to the nearest level that the family has.
//! Of two equally near levels the weaker one is used. Both parameters share one rule id, so one policy entry governs
//! both.

use super::rule::{BOTH, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::{Effort, Scalar, SystemRole},
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["map.reasoning_effort", "drop.reasoning_effort"],
    summary: "reasoning_effort, or reasoning.effort, is mapped to the nearest level that the family has, or dropped \
              where it has none.",
    on: BOTH,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(efforts) = draft.profile().efforts(draft.call.dialect) else { return Ok(()) };
    let param = draft.parameter_names().effort;
    let Some(value) = draft.get(param) else { return Ok(()) };
    let at = Pointer::path(param);
    let Some(Scalar::Text(name)) = value.scalar() else { return Ok(()) };
    if efforts.is_empty() {
        // A chat model does what `none` asks for; a reasoning model whose effort is fixed does not.
        let chats = draft.profile().system_role == SystemRole::System;
        let effect = if chats && name == Effort::None.name() { Effect::Same } else { Effect::Lossy };
        let what = if chats { "this model does not reason" } else { "the effort of this model is fixed" };
        let why = format!("{what}, and Azure refuses {param} for it");
        draft.edit("drop.reasoning_effort", effect, why, Change::Remove { at })?;
        return Ok(());
    }
    let Some(asked) = Effort::named(&name) else { return Ok(()) };
    if let (false, Some(level)) = (efforts.contains(&asked), nearest(asked, efforts)) {
        let why = format!("this model has no effort `{name}`; `{}` is the nearest it has", level.name());
        let change = Change::Set { at, value: Raw::string(level.name()) };
        draft.edit("map.reasoning_effort", Effect::Lossy, why, change)?;
    }
    Ok(())
}

fn nearest(asked: Effort, efforts: &[Effort]) -> Option<Effort> {
    let rank = |effort: Effort| effort as i32;
    efforts.iter().copied().min_by_key(|effort| ((rank(*effort) - rank(asked)).abs(), rank(*effort)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::translate::rules::testing::{responses, sent, strictly};
    use Effort::{High, Low, Max, Medium, Minimal, Xhigh};

    #[test]
    fn the_nearest_level_is_taken_and_the_weaker_of_two() {
        assert_eq!(nearest(Minimal, &[Low, Medium, High]), Some(Low));
        assert_eq!(nearest(Effort::None, &[Minimal, Low, Medium, High]), Some(Minimal));
        assert_eq!(nearest(Max, &[Effort::None, Low, Medium, High, Xhigh]), Some(Xhigh));
        assert_eq!(nearest(Xhigh, &[Low, Medium, High]), Some(High));
        assert_eq!(nearest(Minimal, &[Effort::None, Low]), Some(Effort::None));
        assert_eq!(nearest(High, &[Medium]), Some(Medium));
    }

    #[test]
    fn an_effort_that_the_family_lacks_becomes_the_nearest_and_that_is_a_loss() {
        let effort = |level: &str| format!(r#"{{"reasoning_effort":"{level}"}}"#);
        let becomes = |family, from, to| {
            let (body, edits) = sent(family, "v1", &effort(from));
            assert_eq!((body, edits.as_str()), (effort(to), "map.reasoning_effort;lossy"), "{family}");
        };
        becomes("gpt-5", "none", "minimal");
        becomes("gpt-5.1", "minimal", "none");
        becomes("gpt-5.1", "xhigh", "high");
        becomes("gpt-5.6", "max", "xhigh");
        becomes("o3", "minimal", "low");
        assert_eq!(sent("gpt-5.6", "v1", &effort("xhigh")).1, "none");
        assert_eq!(sent("gpt-5.6", "v1", &effort("ultra")).1, "none", "Azure will say what it knows");
    }

    #[test]
    fn on_responses_it_is_nested_and_the_newest_families_have_one_more() {
        let effort = |level: &str| format!(r#"{{"reasoning":{{"summary":"auto","effort":"{level}"}}}}"#);
        let expected = |to: &str| (effort(to), "map.reasoning_effort;lossy".to_owned());
        assert_eq!(responses("gpt-5", "v1", &effort("none")), expected("minimal"));
        assert_eq!(responses("gpt-5-pro", "v1", &effort("low")), expected("high"));
        assert_eq!(responses("gpt-5.5", "v1", &effort("max")), expected("xhigh"));
        assert_eq!(responses("gpt-5.6", "v1", &effort("max")).1, "none");
        assert_eq!(responses("gpt-6.1", "v1", &effort("none")), expected("low"));
        let only = r#"{"reasoning":{"effort":"none"}}"#;
        assert_eq!(responses("gpt-4.1", "v1", only), ("{}".into(), "drop.reasoning_effort".into()));
    }

    #[test]
    fn without_efforts_it_goes_and_only_a_chat_model_does_what_none_asks() {
        let edits = |family, level| {
            let (body, edits) = sent(family, "v1", &format!(r#"{{"reasoning_effort":"{level}"}}"#));
            assert_eq!(body, "{}");
            edits
        };
        assert_eq!(edits("gpt-4.1", "none"), "drop.reasoning_effort");
        assert_eq!(edits("gpt-4.1", "low"), "drop.reasoning_effort;lossy");
        assert_eq!(edits("gpt-chat-latest", "none"), "drop.reasoning_effort;lossy");
        assert_eq!(edits("o1-preview", "none"), "drop.reasoning_effort;lossy");
        let refusal = strictly("gpt-chat-latest", "v1", r#"{"reasoning_effort":"high"}"#).unwrap_err();
        assert!(refusal.why.contains("fixed"), "{}", refusal.why);
    }
}
