//! Writes the `x-azgate-edits` header, which lists the changes to a call.

use std::borrow::Cow;

use crate::call::{Edit, Effect};

/// The longest `x-azgate-edits` header.
const LIMIT: usize = 1024;

/// The edits of one rule.
struct Group<'e> {
    rule: &'e str,
    effect: Effect,
    learned: bool,
    count: usize,
}

/// Returns the edits as a header value, or `none` without edits. Each rule appears once, with `;lossy` if something was
/// lost, `;learned` if a refusal of Azure's asked for it, and `;n=3` if it changed several places. The value has at
/// most 1 KB, and `more;n=…` counts the rules that do not fit.
pub fn edits_header(edits: &[Edit]) -> Cow<'static, str> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for Edit { rule, effect, learned, .. } in edits {
        match groups.iter_mut().find(|group| group.rule == &**rule) {
            Some(group) => {
                group.effect = group.effect.max(*effect);
                group.count += 1;
            }
            None => groups.push(Group { rule, effect: *effect, learned: *learned, count: 1 }),
        }
    }
    if groups.is_empty() {
        return Cow::Borrowed("none");
    }
    let mut header = String::new();
    let total = groups.len();
    for (at, Group { rule, effect, learned, count }) in groups.into_iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        let lossy = if effect == Effect::Lossy { ";lossy" } else { "" };
        let learned = if learned { ";learned" } else { "" };
        let times = if count > 1 { format!(";n={count}") } else { String::new() };
        let part = format!("{separator}{rule}{lossy}{learned}{times}");
        if header.len() + part.len() > LIMIT - 16 {
            header = format!("{header}{separator}more;n={}", total - at);
            break;
        }
        header.push_str(&part);
    }
    Cow::Owned(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        call::{Change, RuleId},
        json::{self, Pointer},
    };

    fn edit(rule: &str, effect: Effect) -> Edit {
        let change = Change::Body(json::Change::Remove { at: Pointer::key("x") });
        Edit { rule: RuleId::from(rule), change, effect, why: "".into(), learned: false }
    }

    #[test]
    fn rules_are_grouped_and_losses_marked() {
        let edits = [
            edit("drop.null", Effect::Same),
            edit("drop.stop", Effect::Lossy),
            edit("drop.null", Effect::Same),
        ];
        assert_eq!(edits_header(&edits), "drop.null;n=2, drop.stop;lossy");
        assert_eq!(edits_header(&[]), "none");
    }

    #[test]
    fn the_header_stays_within_its_limit() {
        let edits: Vec<Edit> =
            (0..200).map(|n| edit(&format!("drop.parameter_{n}"), Effect::Lossy)).collect();
        let header = edits_header(&edits);
        assert!(header.len() <= LIMIT, "{}", header.len());
        assert!(header.contains("more;n="), "{header}");
    }
}
