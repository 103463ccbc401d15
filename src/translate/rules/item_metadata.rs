//! Members of input items that only OpenAI's own backend reads. Codex sends them to every server that it takes for
//! OpenAI's, and Azure refuses them as unknown parameters: `input[0].internal_chat_message_metadata_passthrough`
//! (openai/codex#30161) and `input[270].metadata` (openai/codex#29469).

use super::rule::{RESPONSES, Rule};
use crate::{
    call::{Effect, Refusal},
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "Metadata that Codex adds to the items of the input is removed.",
    on: RESPONSES,
    run,
};

const ID: &str = "drop.item_metadata";
const WHY: &str = "Azure refuses the metadata of an item, and no model reads it";
const MEMBERS: &[&str] = &["internal_chat_message_metadata_passthrough", "metadata"];

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let Some(input) = draft.call.body.root().get("input") else { return Ok(()) };
    for (index, item) in draft.items(input, &Pointer::key("input")) {
        for key in MEMBERS.iter().filter(|key| item.get(key).is_some()) {
            let at = Pointer::key("input").item(index).then(*key);
            draft.edit(ID, Effect::Same, WHY, Change::Remove { at })?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::responses;

    #[test]
    fn it_is_removed_from_items_of_every_type_and_the_calls_own_metadata_stays() {
        let body = |more: &str| {
            format!(
                r#"{{"metadata":{{"a":"b"}},"input":[{{"role":"user","content":"Hi"{more}}},{{"type":"function_call","call_id":"c","name":"f","arguments":"{{}}"{more}}},{{"type":"function_call_output","call_id":"c","output":"1"{more}}}]}}"#
            )
        };
        let more = r#","internal_chat_message_metadata_passthrough":{"x":[1]},"metadata":{}"#;
        for family in ["gpt-5-codex", "unknown"] {
            let (sent, edits) = responses(family, "v1", &body(more));
            assert_eq!((sent, &*edits), (body(""), "drop.item_metadata;n=6"), "{family}");
        }
        let (sent, _) = responses("gpt-35-turbo", "v1", &body(more));
        assert!(!sent.contains("metadata"), "{sent}");
    }
}
