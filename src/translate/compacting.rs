//! The operation that compacts a conversation, where a model is served by chat completions alone. The call becomes a
//! Responses call that ends with the item that asks for the same, and the bridge turns that into a call for a summary.

use std::{borrow::Cow, sync::Arc};

use super::Target;
use crate::{
    call::{Dialect, Dialogue, OUTLINE_DEPTH, Operation},
    json::{Change, Document, Kind, Pointer, Raw, apply},
};

/// The operation's name.
const COMPACT: &str = "responses.compact";

const TRIGGER: &str = r#"{"type":"compaction_trigger"}"#;

/// Returns the Responses call that compacts the same conversation. `None` for another operation, where Azure serves the
/// operation itself, and for a call without an input.
pub fn compacting(
    operation: &Operation,
    body: &Document,
    target: &Target,
    stateless: bool,
) -> Option<Dialogue<'static>> {
    let serves = |dialect| target.profile.serves(dialect);
    if operation.name != COMPACT || serves(Dialect::Responses) || !serves(Dialect::Chat) {
        return None;
    }
    // The body of an operation without a dialect is outlined no deeper than its own members.
    let body = Document::parse(body.source().clone(), OUTLINE_DEPTH).ok()?;
    let input = body.root().non_null("input")?;
    let at = Pointer::key("input");
    let change = match input.kind() {
        Kind::Array => Change::Insert { at: at.item(input.items().count()), value: Raw::json(TRIGGER) },
        Kind::String => {
            let mut value = Raw::json(r#"[{"role":"user","content":"#);
            value.push_source(input.span());
            value.push(format!("}},{TRIGGER}]"));
            Change::Set { at, value }
        }
        _ => return None,
    };
    let body = Document::parse(apply(&body, [&change]).concat().into(), OUTLINE_DEPTH).ok()?;
    let (dialect, body) = (Dialect::Responses, Cow::Owned(body));
    Some(Dialogue { dialect, stream: false, body, normalize: false, stateless, remembered: Arc::default() })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::translate::rules::testing::target;

    fn compacted(operation: &str, family: &str, body: &'static str) -> Option<String> {
        let body = Document::parse(Bytes::from_static(body.as_bytes()), 1).unwrap();
        let call = compacting(Operation::named(operation).unwrap(), &body, &target(family, "v1"), false)?;
        Some(String::from_utf8(call.body.source().to_vec()).unwrap())
    }

    #[test]
    fn the_input_ends_with_the_item_that_asks_for_it_where_azure_has_no_such_operation() {
        let items = r#"{"input":[{"role":"user","content":"Hi"}],"model":"m"}"#;
        let text = r#"{"input":"H\u0069"}"#;
        assert_eq!(
            compacted(COMPACT, "gpt-35-turbo", items).unwrap(),
            r#"{"input":[{"role":"user","content":"Hi"},{"type":"compaction_trigger"}],"model":"m"}"#
        );
        assert_eq!(
            compacted(COMPACT, "gpt-35-turbo", text).unwrap(),
            r#"{"input":[{"role":"user","content":"H\u0069"},{"type":"compaction_trigger"}]}"#
        );
        assert_eq!(compacted(COMPACT, "gpt-5-codex", items), None);
        assert_eq!(compacted(COMPACT, "unknown", items), None);
        assert_eq!(compacted("embeddings", "gpt-35-turbo", items), None);
        assert_eq!(compacted(COMPACT, "gpt-35-turbo", "{}"), None);
        assert_eq!(compacted(COMPACT, "gpt-35-turbo", r#"{"input":1}"#), None);
    }
}
