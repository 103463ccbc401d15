//! On Your Data (`data_sources`) has a stricter schema of its own: "Extra inputs are not permitted" (openai-python#1468,
//! azure-sdk-for-js#30751).

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.beside_data_sources", "refuse.schema_with_data_sources", "rename.max_completion_tokens"],
    summary: "What On Your Data does not take beside data_sources is dropped (logprobs), renamed \
              (max_completion_tokens) or refused (json_schema).",
    on: CHAT,
    run,
};

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.has("data_sources") || draft.has_row("data_sources") {
        return Ok(());
    }
    for param in ["logprobs", "top_logprobs"] {
        let Some(value) = draft.get(param) else { continue };
        let default = value.scalar().is_some_and(|value| draft.profile().defaults.get(param) == Some(&value));
        let effect = if default { Effect::Same } else { Effect::Lossy };
        let why = format!("On Your Data gives no log probabilities and refuses {param} beside data_sources");
        draft.edit("drop.beside_data_sources", effect, why, Change::Remove { at: Pointer::key(param) })?;
    }
    if draft.effective("response_format.type") == Some(Scalar::Text("json_schema".to_owned())) {
        let why = "On Your Data takes no json_schema beside data_sources: use json_object, or leave data_sources out";
        let change = Change::Remove { at: Pointer::key("response_format") };
        draft.refuse("refuse.schema_with_data_sources", why, change)?;
    }
    if draft.has("max_completion_tokens") && !draft.has("max_tokens") {
        super::old_cap(draft, "On Your Data reads the cap as max_tokens")?;
    }
    Ok(())
}
