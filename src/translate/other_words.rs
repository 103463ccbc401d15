//! Words of the Responses API that a chat call can only have over the bridge.

use super::Draft;
use crate::{
    call::Dialect,
    catalog::{Row, Scalar, SystemRole, Verb, lacking_on_responses},
    json::{Kind, View},
};

/// Why a call is bridged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reason {
    /// The parameter that asks for it; `model` if the model does.
    pub param: &'static str,
    /// The reason, in a sentence for the caller.
    pub why: &'static str,
}

/// What chat completions have no word for, and cannot leave out.
const STATEFUL: [Reason; 5] = [
    Reason { param: "previous_response_id", why: "the Responses API alone goes on from a stored response" },
    Reason { param: "conversation", why: "the Responses API alone has conversations" },
    Reason { param: "prompt", why: "the Responses API alone has stored prompts" },
    Reason { param: "context_management", why: "the Responses API alone shortens a conversation" },
    Reason { param: "truncation", why: "the Responses API alone truncates a conversation" },
];

/// The settings of `reasoning` that chat completions lack.
const REASONING: [&str; 4] = ["summary", "generate_summary", "context", "mode"];

/// Returns why a chat call can only be served on the Responses API, as far as its words say so.
pub(super) fn needs_responses(draft: &Draft<'_>) -> Option<Reason> {
    let root = draft.call.body.root();
    let stateful = STATEFUL.into_iter().find(|reason| asks(root, reason.param));
    stateful.or_else(|| part(root)).or_else(|| reasoning(draft))
}

/// Returns whether a call asks for something with this word, and not for what a chat completion does anyway.
pub(super) fn asks(root: View<'_>, word: &str) -> bool {
    let Some(value) = root.non_null(word) else { return false };
    match value.kind() {
        Kind::Array | Kind::Object => !value.is_empty(),
        Kind::String if value.raw().len() <= 2 => false,
        _ => !matches!((word, value.raw()), ("truncation", b"\"disabled\"") | ("background", b"false")),
    }
}

/// Returns the reason if a message has a part that only the Responses API can read: an image by its id, a file by its
/// URL.
fn part(root: View<'_>) -> Option<Reason> {
    let contents =
        root.get("messages").into_iter().flat_map(View::items).filter_map(|item| item.get("content"));
    let is_one = |part: View<'_>| {
        let kind = part.get("type").and_then(View::text);
        match kind.as_deref() {
            Some("input_image") => part.non_null("file_id").is_some(),
            Some("input_file") => part.non_null("file_url").is_some(),
            _ => false,
        }
    };
    let why = "the Responses API alone reads images by id and files by URL";
    contents.flat_map(View::items).any(is_one).then_some(Reason { param: "messages", why })
}

/// Returns the reason if the call asks for more of the reasoning than its effort. The model must reason, and the bridge
/// must not lose anything else.
fn reasoning(draft: &Draft<'_>) -> Option<Reason> {
    let profile = draft.profile();
    let reasons = !matches!(profile.system_role, SystemRole::System | SystemRole::MergeIntoUser);
    let settings = draft.call.body.root().get("reasoning")?;
    let asks = REASONING.iter().any(|key| settings.non_null(key).is_some());
    let refused =
        |row: &Row| row.verb == Verb::Drop && row.when.is_empty() && row.param == "reasoning.summary";
    let taken = !profile.rows(Dialect::Responses).iter().any(refused);
    let why = "the Responses API alone gives a summary of the reasoning";
    (profile.is_known() && reasons && asks && taken && !loses(draft))
        .then_some(Reason { param: "reasoning", why })
}

/// Returns whether the bridge would lose a parameter.
fn loses(draft: &Draft<'_>) -> bool {
    let one = Scalar::Number(1.0);
    lacking_on_responses().iter().filter(|row| !row.same).any(|row| {
        let param = row.item().map_or(row.param.as_str(), |(list, _)| list);
        let value = draft.get(param).map(|value| value.scalar());
        value.is_some_and(|value| param != "n" || value.as_ref() != Some(&one))
    })
}
