//! Families without a role for instructions (o1-preview, o1-mini): every system and developer message is merged into
//! the first user message, texts in the order in which they stood.

use super::{CHAT, Rule};
use crate::{
    call::{Effect, Refusal},
    catalog::SystemRole,
    json::{Change, Kind, Pointer, Raw, Span, View},
    translate::Draft,
};

pub(super) const RULE: Rule = Rule {
    ids: &["merge.system"],
    summary: "For families without system and developer messages, these are merged into the first user message.",
    on: CHAT,
    run,
};

const ID: &str = "merge.system";
const WHY: &str =
    "this model takes no system or developer messages; their text goes into the first user message";

fn run(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.profile().system_role != SystemRole::MergeIntoUser {
        return Ok(());
    }
    let instructs = |role: &str| role == "system" || role == "developer";
    let instructions: Vec<usize> = positions(draft, |role| instructs(role));
    let Some(&first) = instructions.first() else { return Ok(()) };
    // Without a user message the first instruction becomes one, at its place.
    let user = positions(draft, |role| role == "user").first().copied();
    let host = user.unwrap_or(first);
    let sources = draft.messages.iter().enumerate();
    let contents: Vec<View<'_>> = sources
        .filter(|(index, message)| *index == host || instructs(&message.role))
        .filter_map(|(_, message)| message.view.get("content"))
        .collect();
    let value = join(&contents);
    let message = |index| Pointer::key("messages").item(index);
    if !draft.edit(ID, Effect::Same, WHY, Change::Set { at: message(host).then("content"), value })? {
        return Ok(());
    }
    if user.is_none() {
        draft.edit(
            ID,
            Effect::Same,
            WHY,
            Change::Set { at: message(host).then("role"), value: Raw::string("user") },
        )?;
    }
    for index in instructions.into_iter().filter(|index| *index != host) {
        draft.edit(ID, Effect::Same, WHY, Change::Remove { at: message(index) })?;
    }
    Ok(())
}

fn positions(draft: &Draft<'_>, wanted: impl Fn(&str) -> bool) -> Vec<usize> {
    let messages = draft.messages.iter().enumerate();
    messages
        .filter(|(_, message)| !message.removed && wanted(&message.role))
        .map(|(index, _)| index)
        .collect()
}

/// Several contents as one: a string while all are strings, else a list of parts. Empty ones leave no trace.
fn join(contents: &[View<'_>]) -> Raw {
    let parts = contents.iter().any(|content| content.kind() == Kind::Array);
    let mut joined = Raw::json(if parts { "[" } else { "\"" });
    let mut any = false;
    let pieces = contents.iter().flat_map(|content| match content.kind() {
        Kind::Array => content.items().map(View::span).collect(),
        Kind::String if content.raw().len() > 2 => vec![content.span()],
        _ => Vec::new(),
    });
    for (piece, string) in pieces.map(|span| (span, is_string(contents, span))) {
        if std::mem::replace(&mut any, true) {
            joined.push(if parts { "," } else { "\\n\\n" });
        }
        match (parts, string) {
            (false, _) => joined.push_source(Span { start: piece.start + 1, end: piece.end - 1 }),
            (true, false) => joined.push_source(piece),
            (true, true) => {
                joined.push(r#"{"type":"text","text":"#);
                joined.push_source(piece);
                joined.push("}");
            }
        }
    }
    joined.push(if parts { "]" } else { "\"" });
    joined
}

fn is_string(contents: &[View<'_>], span: Span) -> bool {
    contents.iter().any(|content| content.span() == span && content.kind() == Kind::String)
}
