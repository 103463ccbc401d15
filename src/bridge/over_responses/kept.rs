//! The reasoning of a bridged answer that azgate keeps for the next call.

use std::sync::Arc;

use bytes::Bytes;

use super::request::has_reasoning;
use crate::{
    call::KeptReasoning,
    json::{Document, View},
};

/// How deep the vendor field is parsed: to the members of the items of its `output`.
const DEPTH: u32 = 3;

/// How deep a list of tool calls is parsed: to the members of each call.
const CALLS_DEPTH: u32 = 2;

/// Returns what to keep of an answer with this vendor field and these tool calls. `None` if the answer has no reasoning
/// that a later call can send, or no call whose result could come.
pub(super) fn kept(field: Bytes, call_ids: Vec<String>, resource: &Arc<str>) -> Option<KeptReasoning> {
    let reasons = || Document::parse(field.clone(), DEPTH).is_ok_and(|own| has_reasoning(own.root()));
    (!call_ids.is_empty() && reasons()).then(|| KeptReasoning { call_ids, field, resource: resource.clone() })
}

/// Returns what to keep of each choice of a chat completion that the bridge made.
pub fn kept_of_completion(completion: &Document, resource: &Arc<str>) -> Vec<KeptReasoning> {
    let choices = completion.root().get("choices").into_iter().flat_map(View::items);
    let kept_of_choice = |choice: View<'_>| {
        let message = choice.get("message")?;
        let field = message.get("azgate")?;
        // The completion may not be parsed as deep as its calls.
        let calls = message.get("tool_calls")?.reparse(CALLS_DEPTH)?;
        let ids = calls.root().items().filter_map(|call| Some(call.get("id")?.text()?.into_owned()));
        kept(field.slice(), ids.collect(), resource)
    };
    choices.filter_map(kept_of_choice).collect()
}
