//! On Your Data (`data_sources`) has a stricter schema of its own: "Extra inputs are not permitted"
//! (openai-python#1468, azure-sdk-for-js#30751).

use super::rule::{CHAT, Rule};
use crate::{
    call::{Dialect, Effect, Refusal},
    catalog::Scalar,
    json::{Change, Pointer},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["drop.beside_data_sources", "refuse.schema_with_data_sources", "rename.max_completion_tokens"],
    summary: "Parameters that On Your Data does not take beside data_sources are dropped (logprobs), renamed \
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
        let default =
            value.scalar().is_some_and(|value| draft.profile().default(Dialect::Chat, param) == Some(&value));
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
        super::older_cap::rename(draft, "On Your Data reads the cap as max_tokens")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::{refused, sent};

    const SOURCES: &str = r#""data_sources":[{"type":"azure_search"}]"#;

    #[test]
    fn logprobs_go_and_the_cap_gets_its_old_name() {
        let body = format!(r#"{{{SOURCES},"logprobs":true,"top_logprobs":2,"max_completion_tokens":9}}"#);
        let (body, edits) = sent("gpt-4.1", "v1", &body);
        assert_eq!(body, format!(r#"{{{SOURCES},"max_tokens":9}}"#));
        assert_eq!(edits, "drop.beside_data_sources;lossy;n=2, rename.max_completion_tokens");
        let off = format!(r#"{{{SOURCES},"logprobs":false}}"#);
        assert_eq!(sent("gpt-4.1", "v1", &off).1, "drop.beside_data_sources");
    }

    #[test]
    fn a_schema_is_refused() {
        let body = format!(r#"{{{SOURCES},"response_format":{{"type":"json_schema"}}}}"#);
        assert_eq!(refused("gpt-4.1", "v1", &body).param, "response_format");
        let object = format!(r#"{{{SOURCES},"response_format":{{"type":"json_object"}}}}"#);
        assert_eq!(sent("gpt-4.1", "v1", &object).1, "none");
    }

    #[test]
    fn without_data_sources_everything_stays() {
        let body = r#"{"logprobs":true,"max_completion_tokens":9}"#;
        assert_eq!(sent("gpt-4.1", "v1", body).1, "none");
    }
}
