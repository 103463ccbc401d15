//! `max_tokens` and `max_completion_tokens` in one call: Azure takes one of them, and the newer one wins.

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.max_tokens"],
    summary: "If a call has both max_tokens and max_completion_tokens, max_tokens is dropped.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let (Some(old), Some(new)) = (draft.get("max_tokens"), draft.get("max_completion_tokens")) else {
        return Ok(());
    };
    let effect = if old.scalar() == new.scalar() { Effect::Same } else { Effect::Lossy };
    let why = "max_tokens and max_completion_tokens cannot be set together; max_completion_tokens is kept";
    draft.edit("drop.max_tokens", effect, why, Change::Remove { at: Pointer::key("max_tokens") })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{sent, strictly};

    #[test]
    fn the_newer_name_wins_and_a_difference_is_a_loss() {
        let both = |old, new| format!(r#"{{"max_tokens":{old},"max_completion_tokens":{new}}}"#);
        let kept = |edits: &str| (r#"{"max_completion_tokens":9}"#.to_owned(), edits.to_owned());
        assert_eq!(sent("o1", "v1", &both(5, 9)), kept("drop.max_tokens;lossy"));
        assert_eq!(sent("gpt-4.1", "v1", &both(9, 9)), kept("drop.max_tokens"));
        let early = (
            r#"{"max_tokens":9}"#.to_owned(),
            "drop.max_tokens;lossy, rename.max_completion_tokens".to_owned(),
        );
        assert_eq!(sent("gpt-4", "v1", &both(5, 9)), early);
        assert_eq!(strictly("o1", "v1", &both(5, 9)).unwrap_err().param, "max_tokens");
    }

    #[test]
    fn a_null_is_no_cap() {
        let body = r#"{"max_tokens":7,"max_completion_tokens":null}"#;
        let expected =
            (r#"{"max_completion_tokens":7}"#.to_owned(), "drop.null, rename.max_tokens".to_owned());
        assert_eq!(sent("o1", "v1", body), expected);
    }
}
