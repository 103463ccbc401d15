//! The body of the other operation: `input` in a chat call, or `messages` in a Responses call. Agents send it, because
//! they make one body for all servers (Cursor's agent mode). The body decides how the call is planned, and the path
//! decides how its answer goes back.

use std::{borrow::Cow, sync::Arc};

use super::{
    Draft, Policy, Target,
    bridging::{apply_edits, as_response},
    rules,
};
use crate::{
    call::{
        Dialect, Dialogue, Edit, Effect, OverResponses, Refusal, ReplyPlan, Shape, UsageChunk, written_in,
    },
    json::{Change, Pointer, Raw, View},
};

/// The rule that reads a body in the words of the other operation.
pub(super) const ID: &str = "read.body";

const INPUT: &str = "the body is that of a Responses call: it has `input` and no `messages`";
const MESSAGES: &str = "the body is that of a chat completion: it has `messages` and no `input`";

/// Reads the body of the other operation. Returns `None` if the body is that of the client's operation, or a policy
/// passes it on. `messages` are put into the words of the Responses API at once, because a response repeats parts of
/// its call.
pub(super) fn read<'a>(
    call: &Dialogue<'a>,
    target: &Target,
    policy: &Policy<'_>,
    edits: &mut Vec<Edit>,
) -> Result<Option<Dialogue<'a>>, Refusal> {
    let written = written_in(call.dialect, call.body.root());
    if written == call.dialect {
        return Ok(None);
    }
    // Either way the body of the one operation becomes a call of the Responses API, or goes on from there.
    let chat = Dialogue { dialect: Dialect::Chat, ..call.clone() };
    let mut draft = Draft::new(&chat, target, policy).answering(call.dialect);
    let (list, own, why) = match written {
        Dialect::Chat => ("messages", "input", MESSAGES),
        Dialect::Responses => ("input", "messages", INPUT),
    };
    if !draft.cross(ID, list, Dialect::Responses, why)? {
        return Ok(None);
    }
    if call.body.root().get(own).is_some() {
        let change = Change::Remove { at: Pointer::key(own) };
        draft.edit(ID, Effect::Same, "it is empty, and the call says it in other words", change)?;
    }
    if written == Dialect::Chat {
        return as_response(draft, policy, edits).map(Some);
    }
    let Dialogue { body, .. } = apply_edits(draft, edits)?;
    let body = match body {
        Cow::Owned(body) => Cow::Owned(body),
        Cow::Borrowed(_) => call.body.clone(),
    };
    Ok(Some(Dialogue { dialect: written, body, ..call.clone() }))
}

/// Returns whether a chat client asked for the chunk with the token counts, whatever the dialect of its body.
fn wants_usage(body: View<'_>) -> bool {
    let options = body.get("stream_options").and_then(|options| options.get("include_usage"));
    options.and_then(View::boolean) == Some(true)
}

/// Plans the answer of a Responses call that a chat client sent, and that Azure serves as it is.
pub(super) fn answer_chat(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let root = draft.call.body.root();
    if root.get("background").and_then(View::boolean) == Some(true) {
        let why = "a chat completion cannot be asked for later: leave it out, or call /v1/responses";
        draft.refuse("refuse.responses_words", why, Change::Remove { at: Pointer::key("background") })?;
    }
    if !draft.has("store") {
        let why = "a chat completion is not stored unless the call asks for it";
        let change = Change::Set { at: Pointer::key("store"), value: Raw::json("false") };
        draft.edit(ID, Effect::Same, why, change)?;
    }
    // What the Responses API lacks is treated as in any chat call that it serves.
    draft.bridging = true;
    for rule in rules::FOR_CHAT_CLIENTS {
        (rule.run)(draft)?;
    }
    draft.bridging = false;
    let (resource, stop) = (draft.target.resource.clone(), std::mem::take(&mut draft.cut_at));
    draft.reply.shape = Shape::OverResponses(Arc::new(OverResponses { resource, stop }));
    draft.reply.normalize = false;
    draft.reply.usage_chunk = if wants_usage(root) { UsageChunk::Wanted } else { UsageChunk::None };
    Ok(())
}

/// Hides the usage chunk from a chat client that did not ask for it. The bridge asks in every stream.
pub(super) fn hide_usage(reply: &mut ReplyPlan, body: View<'_>) {
    if reply.shape == Shape::Same && reply.usage_chunk == UsageChunk::Wanted && !wants_usage(body) {
        reply.usage_chunk = UsageChunk::Hidden;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::Framing,
        translate::{
            Action, PolicyLayer, TargetOptions,
            rules::testing::{respond, responses, responses_with, send, sent, strictly, target, with},
        },
    };

    #[test]
    fn an_input_on_chat_completions_is_served_as_it_is_where_the_model_has_the_responses_api() {
        let body =
            r#"{"input":[{"role":"user","content":"a"}],"store":false,"include":["x"],"invented":1.0}"#;
        for family in ["gpt-5-codex", "gpt-5", "gpt-4.1", "unknown"] {
            let sent = send(&target(family, "v1"), body, &Policy::default()).unwrap();
            assert_eq!((sent.body.as_str(), sent.edits.as_str()), (body, "read.body"), "{family}");
            assert_eq!((sent.plan.dialect, sent.plan.reply.asked()), (Dialect::Responses, Dialect::Chat));
        }
        let (body, edits) = sent("gpt-5", "v1", r#"{"messages":[],"input":"a"}"#);
        assert_eq!((&*body, &*edits), (r#"{"input":"a","store":false}"#, "read.body;n=3"));
        let (body, _) = sent("gpt-4", "v1", r#"{"input":"a","instructions":"b","max_output_tokens":20}"#);
        assert_eq!(
            body,
            r#"{"max_tokens":20,"messages":[{"role":"system","content":"b"},{"role":"user","content":"a"}]}"#
        );
    }

    #[test]
    fn words_of_chat_in_it_count() {
        let body = r#"{"input":"a","store":true,"max_tokens":50,"reasoning_effort":"low","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"f","strict":true}}]}"#;
        let sent = send(&target("gpt-5-codex", "v1"), body, &Policy::default()).unwrap();
        assert_eq!(
            sent.body,
            r#"{"input":"a","store":true,"max_output_tokens":50,"stream":true,"tools":[{"type":"function","name":"f","strict":true}],"reasoning":{"effort":"low"}}"#
        );
        assert_eq!(sent.plan.reply.usage_chunk, UsageChunk::Wanted);
    }

    #[test]
    fn what_the_responses_api_lacks_is_treated_as_in_any_chat_call_that_it_serves() {
        let body = r#"{"input":"a","store":false,"stop":"x","presence_penalty":0}"#;
        let (left, edits) = sent("gpt-5-codex", "v1", body);
        assert_eq!(left, r#"{"input":"a","store":false}"#);
        assert_eq!(edits, "read.body, drop.chat_default, drop.stop;lossy");
        assert_eq!(strictly("gpt-5-codex", "v1", body).unwrap_err().param, "stop");
        let options = TargetOptions { cut_at_stop: true, ..TargetOptions::default() };
        let cutting = Target { options, ..target("gpt-5-codex", "v1") };
        let sent = send(&cutting, body, &Policy::default()).unwrap();
        let Shape::OverResponses(over) = &sent.plan.reply.shape else { panic!("{:?}", sent.plan.reply) };
        assert_eq!(over.stop, ["x"]);
        assert_eq!(sent.plan.reply.framing, Framing::Same);
        for (member, param) in [(r#""n":2"#, "n"), (r#""background":true"#, "background")] {
            let body = format!(r#"{{"input":"a",{member}}}"#);
            assert_eq!(send(&cutting, &body, &Policy::default()).unwrap_err().param, param);
        }
    }

    #[test]
    fn messages_on_responses_become_its_input_and_keep_what_only_it_has() {
        let body = r#"{"messages":[{"role":"user","content":"a"}],"previous_response_id":"resp_1","instructions":"i","max_tokens":50,"functions":[{"name":"f","parameters":{}}]}"#;
        let (sent, edits) = responses("gpt-5", "v1", body);
        assert_eq!(
            sent,
            r#"{"input":[{"type":"message","role":"user","content":"a"}],"previous_response_id":"resp_1","instructions":"i","max_output_tokens":50,"tools":[{"type":"function","name":"f","parameters":{},"strict":false}]}"#
        );
        assert_eq!(edits, "read.body, convert.functions;n=2");
        let plan = respond(&target("gpt-5", "v1"), body, &Policy::default()).unwrap().plan;
        assert_eq!((plan.reply.asked(), plan.reply.legacy_functions), (Dialect::Responses, false));
        let (sent, _) =
            responses("gpt-4", "v1", r#"{"messages":[{"role":"user","content":"a"}],"stop":"x"}"#);
        assert_eq!(sent, r#"{"stop":"x","messages":[{"role":"user","content":"a"}]}"#);
        for (word, family) in [("stop", "gpt-5"), ("n", "gpt-5"), ("n", "gpt-4")] {
            let value = if word == "n" { "2" } else { "\"x\"" };
            let body = format!(r#"{{"messages":[{{"role":"user","content":"a"}}],"{word}":{value}}}"#);
            let refusal = respond(&target(family, "v1"), &body, &Policy::default()).unwrap_err();
            assert_eq!(refusal.param, word, "{family}");
        }
    }

    #[test]
    fn a_policy_passes_the_body_on_or_refuses_it() {
        let body = r#"{"input":"a"}"#;
        assert_eq!(with(ID, Action::Pass, "gpt-5", body).unwrap().0, body);
        assert_eq!(with(ID, Action::Refuse, "gpt-5", body).unwrap_err().param, "input");
        let body = r#"{"messages":[{"role":"user","content":"a"}]}"#;
        assert_eq!(responses_with(ID, Action::Pass, "gpt-5", body).unwrap().0, body);
        assert_eq!(responses_with(ID, Action::Refuse, "gpt-5", body).unwrap_err().param, "messages");
        let layer = PolicyLayer { lossy: None, rules: [("bridge.chat".to_owned(), Action::Refuse)].into() };
        let policy = Policy { call: None, layers: [None, None, Some(&layer)] };
        assert_eq!(
            &*send(&target("gpt-4", "v1"), r#"{"input":"a"}"#, &policy).unwrap_err().rule,
            "bridge.chat"
        );
    }

    #[test]
    fn a_refusal_names_the_place_in_the_clients_words() {
        let schema = r#""text":{"format":{"type":"json_schema","name":"n","schema":{}}}"#;
        let body = format!(r#"{{"messages":[{{"role":"user","content":"a"}}],{schema}}}"#);
        let refusal = send(&target("gpt-4o-2024-05-13", "v1"), &body, &Policy::default()).unwrap_err();
        assert_eq!(refusal.param, "text.format");
        let body = format!(r#"{{"input":"a",{schema}}}"#);
        let refusal = send(&target("gpt-4o-2024-05-13", "v1"), &body, &Policy::default()).unwrap_err();
        assert_eq!(refusal.param, "text.format");
    }
}
