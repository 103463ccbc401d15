//! The response object.

use super::{builder::ResponseBuilder, item::Form, list::List};

impl ResponseBuilder {
    /// Why the response is incomplete, if it is.
    pub(super) fn reason(&self) -> Option<&'static str> {
        match self.finish.as_deref() {
            Some(b"length") => Some("max_output_tokens"),
            Some(b"content_filter") => Some("content_filter"),
            _ => None,
        }
    }

    /// The response object, as it begins or whole.
    pub(super) fn response(&self, whole: bool) -> Vec<u8> {
        let reason = self.reason().filter(|_| whole);
        let status = match (whole, reason) {
            (false, _) => "in_progress",
            (true, None) => "completed",
            (true, Some(_)) => "incomplete",
        };
        let details = reason.map_or("null".to_owned(), |reason| format!("{{\"reason\":\"{reason}\"}}"));
        let mut output = List::default();
        for (at, item) in self.items.iter().enumerate().filter(|_| whole) {
            output.push(&item.json(Form::Whole { cut: reason.is_some() && at + 1 == self.items.len() }));
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
            output.items(),
            b"],\"usage\":",
            &or(&self.usage.clone().filter(|_| whole), "null"),
        ] {
            out.extend_from_slice(part);
        }
        for (before, member) in
            [(&b",\"service_tier\":"[..], self.head.tier.as_deref()), (b",", Some(&*self.reply.echo))]
        {
            if let Some(member) = member.filter(|member| !member.is_empty()) {
                out.extend_from_slice(before);
                out.extend_from_slice(member);
            }
        }
        self.rest.write(&mut out);
        self.verdicts.write(&mut out);
        out.push(b'}');
        out
    }
}
