//! Recognises tool calls that need no repair by searches, without parsing the JSON. The searched texts never stand
//! inside a JSON string, because their quotes would be escaped there.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::super::key::{ARGUMENTS, CUSTOM, FUNCTION, ID, INDEX, KeyFinder, NAME, TYPE};

/// What a delta of OpenAI's or Azure's never has.
static ODD: LazyLock<[Finder<'static>; 9]> = LazyLock::new(|| {
    [
        "\"arguments\":null",
        "\"input\":null",
        "\"type\":null",
        "\"type\":\"\"",
        "\"id\":null",
        "\"name\":null",
        "\"name\":\"\"",
        "\"function\":null",
        "\"index\":null",
    ]
    .map(Finder::new)
});

static CALLS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"tool_calls\":["));
static LEGACY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("\"function_call\":{"));

/// Returns whether a chunk that its writer spelt without spaces has calls.
pub(in crate::respond) fn mentions_calls(data: &[u8]) -> bool {
    CALLS.find(data).is_some() || LEGACY.find(data).is_some()
}

/// Returns whether the calls of a chunk certainly need no repair: it has one choice, and only continues calls of which
/// `begun` are known. `answer` is the id of the answer, a JSON string.
pub(in crate::respond) fn needs_no_repair(data: &[u8], answer: &str, begun: u64) -> bool {
    if ODD.iter().any(|odd| odd.find(data).is_some()) {
        return false;
    }
    if CALLS.find(data).is_none() {
        return true;
    }
    let mut ids = ID.values(data);
    let only_own = ids.next().is_some_and(|id| id.starts_with(answer.as_bytes())) && ids.next().is_none();
    let calls =
        FUNCTION.values(data).chain(CUSTOM.values(data)).filter(|value| value.starts_with(b"{")).count();
    let mut indices = 0;
    let known = INDEX.values(data).all(|value| {
        indices += 1;
        leading_number(value).is_some_and(|index| index < begun)
    });
    // One index is the choice's.
    only_own && known && indices == calls + 1 && NAME.values(data).next().is_none()
}

fn leading_number(text: &[u8]) -> Option<u64> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(text.get(..end)?).ok()?.parse().ok()
}

/// Returns whether the calls of a whole message certainly need no repair: each has a type, an id and arguments.
pub(super) fn is_regular(calls: &[u8]) -> bool {
    let count = |finder: &'static KeyFinder, is: fn(&[u8]) -> bool| {
        finder.values(calls).filter(|value| is(value)).count()
    };
    let opens = |value: &[u8]| value.starts_with(b"{");
    let functions = count(&FUNCTION, opens);
    let all = functions + count(&CUSTOM, opens);
    let typed = count(&TYPE, |value| value.starts_with(b"\"function\"") || value.starts_with(b"\"custom\""));
    let named = count(&ID, |value| {
        value.starts_with(b"\"") && !value.starts_with(b"\"\"") && !value.starts_with(b"\" ")
    });
    let texts = count(&ARGUMENTS, |value| value.starts_with(b"\""));
    let legacy = calls.first() == Some(&b'{') && texts == 1;
    legacy || (all == typed && all == named && functions == texts && all > 0) || calls.trim_ascii() == b"[]"
}
