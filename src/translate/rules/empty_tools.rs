//! Empty lists of tools, which Azure refuses. They go before any rule could take them for tools.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Kind, Pointer},
    translate::{Draft, Value},
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.empty_tools"],
    summary: "An empty list of tools or functions is dropped.",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    for list in ["tools", "functions"] {
        if let Some(Value::Sent(tools)) = draft.get(list)
            && tools.kind() == Kind::Array
            && tools.items().next().is_none()
        {
            let why = format!("Azure refuses an empty list of {list}");
            draft.edit("drop.empty_tools", Effect::Same, why, Change::Remove { at: Pointer::key(list) })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::sent;

    #[test]
    fn empty_lists_go_with_what_chooses_among_them() {
        let body = r#"{"tools":[],"functions":[],"tool_choice":"none"}"#;
        for family in ["gpt-4.1", "o1", "o1-preview", "gpt-6.1"] {
            let (body, edits) = sent(family, "v1", body);
            assert_eq!(body, "{}", "{family}");
            assert!(edits.starts_with("drop.empty_tools;n=2, drop.tool_choice"), "{family}: {edits}");
        }
    }
}
