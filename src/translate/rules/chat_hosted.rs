//! Hosted tools in a Responses call as they are asked for in chat: `web_search_options`, `tool_resources` of the
//! Assistants API, a file search among `data_sources`. The Responses API has all of it in the tools. What the
//! bridge does for a chat call is done here too.

use super::rule::{RESPONSES, Rule};
use crate::{
    bridge::{
        self,
        over_responses::hosted::{self, Corrections},
    },
    call::{Effect, Refusal},
    json::{Document, Kind, View},
    translate::{Draft, ParamValue},
};

pub(super) const RULE: Rule = Rule {
    ids: &[ID],
    summary: "In a Responses call, `web_search_options`, `tool_resources` and a file search among `data_sources` \
              become tools.",
    on: RESPONSES,
    run,
};

const ID: &str = "carry.web_search_options";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let is_object =
        |word| matches!(draft.get(word), Some(ParamValue::Sent(value)) if value.kind() == Kind::Object);
    if !["web_search_options", "tool_resources"].into_iter().any(is_object) && !searches_files(draft) {
        return Ok(());
    }
    let Ok(call) = Document::parse(draft.call.body.source().clone(), bridge::DEPTH) else { return Ok(()) };
    match hosted::corrections(&call) {
        Err(unbridgeable) => draft.refuse_outright(ID, &unbridgeable.param, &unbridgeable.why),
        Ok(Corrections { changes, losses }) => {
            let mut made = false;
            for (change, why) in changes {
                made |= draft.edit(ID, Effect::Same, why, change)?;
            }
            losses.into_iter().filter(|_| made).try_for_each(|loss| draft.report_loss(loss))
        }
    }
}

/// Returns whether a file search stands among the data sources.
fn searches_files(draft: &Draft<'_>) -> bool {
    let Some(ParamValue::Sent(sources)) = draft.get("data_sources") else { return false };
    sources.items().any(|source| source.get("type").and_then(View::text).as_deref() == Some("file_search"))
}

#[cfg(test)]
mod tests {
    use crate::translate::rules::testing::responses;

    #[test]
    fn they_become_tools_beside_those_that_are_there() {
        let call = |words: &str| format!(r#"{{"input":"hello",{words}}}"#);
        let options =
            r#""web_search_options":{"user_location":{"type":"approximate","approximate":{"city":"Bonn"}}}"#;
        let search = r#"{"type":"web_search","user_location":{"type":"approximate","city":"Bonn"}}"#;
        let (body, edits) = responses("gpt-5", "v1", &call(options));
        assert_eq!(
            (body, &*edits),
            (call(&format!(r#""tools":[{search}]"#)), "carry.web_search_options;n=2")
        );
        let function = r#"{"type":"function","name":"f","parameters":{},"strict":false}"#;
        let functions = r#""functions":[{"name":"f","parameters":{}}]"#;
        let (body, _) = responses("gpt-5", "v1", &call(&format!("{options},{functions}")));
        assert_eq!(body, call(&format!(r#""tools":[{search},{function}]"#)));
        for stores in [
            r#""tool_resources":{"file_search":{"vector_store_ids":["vs_1"]}}"#,
            r#""data_sources":[{"type":"file_search","parameters":{"vector_store_id":"vs_1"}}]"#,
        ] {
            let (body, _) = responses("gpt-5", "v1", &call(stores));
            assert_eq!(body, call(r#""tools":[{"type":"file_search","vector_store_ids":["vs_1"]}]"#));
        }
    }
}
