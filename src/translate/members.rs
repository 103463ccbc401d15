//! The rows about members of items, such as `messages[*].content[*].cache_control`. They act last, on the body as the
//! other rules left it: those rules write items anew, and the bridge writes all of them.

use std::borrow::Cow;

use super::{Draft, Policy, Target, rules::holds};
use crate::{
    call::{Dialogue, Edit, Effect, OUTLINE_DEPTH, Refusal},
    catalog::{MemberPath, Row, Verb},
    json::{Change, Document, Kind, View, apply},
};

/// Returns the edited body and the edits that remove members from it; `None` if no row finds a member.
pub(super) fn removals(
    call: &Dialogue<'_>,
    edits: &[Edit],
    target: &Target,
    policy: &Policy<'_>,
) -> Result<Option<(Document, Vec<Edit>)>, Refusal> {
    let rows = target.profile.rows(call.dialect).iter();
    let rows: Vec<(&Row, MemberPath)> = rows.filter_map(|row| Some((row, row.members()?))).collect();
    let Some(depth) = rows.iter().map(|(_, path)| path.depth()).max() else { return Ok(None) };
    let edited = apply(&call.body, edits.iter().filter_map(Edit::body_change)).concat();
    // A body with more values than azgate reads goes as it is. Azure refuses it then.
    let Ok(body) = Document::parse(edited.into(), depth.max(OUTLINE_DEPTH)) else { return Ok(None) };
    let made = {
        let edited = Dialogue { body: Cow::Borrowed(&body), remembered: call.remembered.clone(), ..*call };
        let mut draft = Draft::new(&edited, target, policy);
        for (row, path) in &rows {
            remove(&mut draft, row, path)?;
        }
        draft.finish().0
    };
    Ok((!made.is_empty()).then_some((body, made)))
}

fn remove(draft: &mut Draft<'_>, row: &Row, path: &MemberPath) -> Result<(), Refusal> {
    if !holds(draft, row) {
        return Ok(());
    }
    let mut places = Vec::new();
    path.visit(draft.call.body.root(), &mut |at, value| places.push((at, is_nothing(value))));
    for (at, is_nothing) in places {
        let (why, change) = (row.why.to_string(), Change::Remove { at });
        let effect = if is_nothing || row.same { Effect::Same } else { Effect::Lossy };
        match row.verb {
            Verb::Refuse if !is_nothing => draft.refuse(&row.id, why, change)?,
            _ => draft.edit(&row.id, effect, why, change)?,
        };
    }
    Ok(())
}

/// Returns whether a value asks for nothing: a null, or a container without anything in it.
fn is_nothing(value: View<'_>) -> bool {
    match value.kind() {
        Kind::Null => true,
        Kind::Array | Kind::Object => value.is_empty(),
        Kind::Bool | Kind::Number | Kind::String => false,
    }
}
