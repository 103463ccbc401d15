//! The place that a message names: `tools[0].function.x`, `messages.[1].content.[0].x`, `messages.1.content.0.x`,
//! `#/messages/1/x`, `body -> messages -> 1 -> x`, `$.messages[1].x`. All of these are seen in refusals.

/// The most steps that are read.
const MOST: usize = 12;

/// One step of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceStep<'m> {
    /// Into an object's member.
    Key(&'m str),
    /// Into a list's item.
    Index(usize),
}

/// Reads a place. Returns `None` for a text that names none.
pub(super) fn read_place(text: &str) -> Option<Vec<PlaceStep<'_>>> {
    let text = text.trim();
    let mut steps = Vec::new();
    if text.contains(" -> ") {
        text.split(" -> ").try_for_each(|step| plain(step.trim(), &mut steps))?;
    } else if let Some(pointer) = text.strip_prefix("#/").or_else(|| text.strip_prefix('/')) {
        pointer.split('/').try_for_each(|step| plain(step, &mut steps))?;
    } else {
        let text = text.strip_prefix("$.").unwrap_or(text);
        text.split('.').try_for_each(|segment| dotted(segment, &mut steps))?;
    }
    (1..=MOST).contains(&steps.len()).then_some(steps)
}

/// Reads a step between separators: a key, or a number.
fn plain<'m>(step: &'m str, steps: &mut Vec<PlaceStep<'m>>) -> Option<()> {
    if step.is_empty() {
        return None;
    }
    let is_number = step.bytes().all(|byte| byte.is_ascii_digit());
    steps.push(if is_number { PlaceStep::Index(step.parse().ok()?) } else { PlaceStep::Key(step) });
    Some(())
}

/// Reads a segment between dots: a key with indices behind it, indices alone, or a number.
fn dotted<'m>(segment: &'m str, steps: &mut Vec<PlaceStep<'m>>) -> Option<()> {
    let (key, mut rest) = match segment.find('[') {
        Some(at) => segment.split_at(at),
        None => (segment, ""),
    };
    if !key.is_empty() || rest.is_empty() {
        plain(key, steps)?;
    }
    while !rest.is_empty() {
        let (index, after) = rest.strip_prefix('[')?.split_once(']')?;
        steps.push(PlaceStep::Index(index.parse().ok()?));
        rest = after;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_place_is_read_alike() {
        use PlaceStep::{Index, Key};
        let place = [Key("messages"), Index(1), Key("content"), Index(0), Key("x")];
        for text in [
            "messages[1].content[0].x",
            "messages.[1].content.[0].x",
            "messages.1.content.0.x",
            "$.messages[1].content[0].x",
            "#/messages/1/content/0/x",
            "/messages/1/content/0/x",
            "messages -> 1 -> content -> 0 -> x",
        ] {
            assert_eq!(read_place(text).unwrap(), place, "{text}");
        }
        assert_eq!(read_place("a[0][1]").unwrap(), [Key("a"), Index(0), Index(1)]);
        for text in ["", ".", "a..b", "a[", "a[x]", "a[0]b", "a]", "#/", "99999999999999999999999"] {
            let place = read_place(text);
            assert!(place.is_none() || place == Some(vec![Key("a]")]), "{text}: {place:?}");
        }
    }
}
