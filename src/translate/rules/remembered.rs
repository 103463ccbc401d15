//! Reasoning that the client did not send back. A model that gets it continues its reasoning after the results of
//! tools, and one that does not begins anew (OpenAI's reasoning guide: "keep reasoning items in context").

use super::rule::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal, ReplayedReasoning},
    json::{Change, Pointer, Raw},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &[REMEMBERED],
    summary: "The reasoning of an earlier answer in the same turn, which azgate remembers by the ids of its tool calls, \
              is put back where the client did not send it and the call goes over the Responses API.",
    on: CHAT,
    run,
};

const REMEMBERED: &str = "add.remembered_reasoning";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if !draft.bridging {
        return Ok(());
    }
    let remembered = &draft.call.remembered;
    let readable = remembered.iter().filter(|one| one.resource == draft.target.resource);
    let last = remembered.last().map_or(0, |one| one.message);
    let first = match draft.profile().replayed_reasoning {
        ReplayedReasoning::All | ReplayedReasoning::Turn => 0,
        ReplayedReasoning::Last => last,
        ReplayedReasoning::None => return Ok(()),
    };
    for one in readable.filter(|one| one.message >= first) {
        let at = Pointer::key("messages").item(one.message).then("azgate");
        let why = "the client did not send back the reasoning that led to these tool calls";
        let value = Raw::json(String::from_utf8_lossy(&one.field).into_owned());
        draft.edit(REMEMBERED, Effect::Same, why, Change::Set { at, value })?;
    }
    Ok(())
}
