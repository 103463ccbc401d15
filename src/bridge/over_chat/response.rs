//! The response object, as far as the chat answer has come.

use std::sync::Arc;

use super::{
    Reply,
    head::AnswerHead,
    item::{ItemState, ResponseItem},
    member_map::MemberMap,
    verdicts::Verdicts,
};
use crate::{call::Compaction, json::write::item};

/// What the response object is made of.
#[derive(Debug)]
pub(super) struct ResponseState {
    pub(super) reply: Arc<Reply>,
    pub(super) head: AnswerHead,
    pub(super) items: Vec<ResponseItem>,
    /// The token counts in the form of a response.
    pub(super) usage: Option<Vec<u8>>,
    /// The finish reason, the inside of a JSON string.
    pub(super) finish: Option<Vec<u8>>,
    pub(super) verdicts: Verdicts,
    /// Members that a response does not have.
    pub(super) extras: MemberMap,
}

impl ResponseState {
    pub(super) fn new(reply: Arc<Reply>) -> ResponseState {
        ResponseState {
            reply,
            head: AnswerHead::default(),
            items: Vec::new(),
            usage: None,
            finish: None,
            verdicts: Verdicts::default(),
            extras: MemberMap::default(),
        }
    }

    /// Returns why the response is incomplete, if it is.
    pub(super) fn incomplete_reason(&self) -> Option<&'static str> {
        match self.finish.as_deref() {
            Some(b"length") => Some("max_output_tokens"),
            Some(b"content_filter") => Some("content_filter"),
            _ => None,
        }
    }

    /// Returns the answer of the operation that compacts.
    fn compacted(&self) -> Vec<u8> {
        let mut output = Vec::new();
        for one in &self.items {
            item(&mut output, &one.json(ItemState::Whole { cut: false }));
        }
        [
            b"{\"id\":\"",
            &*self.head.derived("resp_", ""),
            b"\",\"object\":\"response.compaction\",\"created_at\":",
            self.head.created.as_deref().unwrap_or(b"0"),
            b",\"output\":[",
            &output,
            b"],\"usage\":",
            self.usage.as_deref().unwrap_or(b"null"),
            b"}",
        ]
        .concat()
    }

    /// Returns the response object: whole, or as it is at the beginning.
    pub(super) fn json(&self, whole: bool) -> Vec<u8> {
        if self.reply.compaction == Some(Compaction::Operation) {
            return self.compacted();
        }
        let reason = self.incomplete_reason().filter(|_| whole);
        let status = match (whole, reason) {
            (false, _) => "in_progress",
            (true, None) => "completed",
            (true, Some(_)) => "incomplete",
        };
        let details = reason.map_or("null".to_owned(), |reason| format!("{{\"reason\":\"{reason}\"}}"));
        let mut output = Vec::new();
        for (at, one) in self.items.iter().enumerate().filter(|_| whole) {
            let cut = reason.is_some() && at + 1 == self.items.len();
            item(&mut output, &one.json(ItemState::Whole { cut }));
        }
        let or = |value: &Option<Vec<u8>>, absent: &str| value.clone().unwrap_or_else(|| absent.into());
        let mut out = Vec::new();
        for part in [
            b"{\"id\":\"",
            &*self.head.derived("resp_", ""),
            b"\",\"object\":\"response\",\"created_at\":",
            &or(&self.head.created, "0"),
            b",\"status\":\"",
            status.as_bytes(),
            b"\",\"error\":null,\"incomplete_details\":",
            details.as_bytes(),
            b",\"model\":",
            &or(&self.head.model, "\"\""),
            b",\"output\":[",
            &output,
            b"],\"usage\":",
            &or(&self.usage.clone().filter(|_| whole), "null"),
        ] {
            out.extend_from_slice(part);
        }
        for (before, members) in
            [(&b",\"service_tier\":"[..], self.head.tier.as_deref()), (b",", Some(&*self.reply.echo))]
        {
            if let Some(members) = members.filter(|members| !members.is_empty()) {
                out.extend_from_slice(before);
                out.extend_from_slice(members);
            }
        }
        self.extras.write(&mut out);
        self.verdicts.write(&mut out);
        out.push(b'}');
        out
    }
}
