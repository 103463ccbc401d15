//! The verdicts of Azure's content filter. A chat answer has them for the prompt and for each choice. A response has
//! one list, `content_filters`, whose entries name their side (Azure/azure-rest-api-specs#42141).

use super::member_map::MemberMap;
use crate::{
    bridge::filters::is_filtered,
    json::{
        View, text,
        write::{ObjectWriter, item, key},
    },
};

/// The verdicts on one answer.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    /// The entries for the prompt, the inside of a list.
    prompts: Vec<u8>,
    /// The worst verdict on the answer in each category.
    answer: MemberMap,
}

impl Verdicts {
    /// Reads the list for the prompt, which is parsed to the categories. A list that comes again is complete, so it
    /// replaces the one before.
    pub(super) fn prompts(&mut self, list: View<'_>) {
        self.prompts.clear();
        for entry in list.items() {
            let results = entry.get("content_filter_results");
            let blocked = results.into_iter().flat_map(View::members).any(|(_, one)| is_filtered(one.raw()));
            let mut out = head(blocked, "prompt");
            out.copy_rest(entry, &[]);
            item(&mut self.prompts, &out.finish());
        }
    }

    /// Reads the verdicts on the answer, or on a piece of it.
    pub(super) fn answer(&mut self, results: View<'_>) {
        results.members().for_each(|(category, one)| self.answer.worst(&category, one.raw()));
    }

    /// Appends the list to an object that is still open, if there are verdicts.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        if self.prompts.is_empty() && self.answer.is_empty() {
            return;
        }
        key(out, "content_filters");
        out.push(b'[');
        out.extend_from_slice(&self.prompts);
        if !self.answer.is_empty() {
            let mut completion = head(self.answer.values().any(is_filtered), "completion");
            completion.member("content_filter_results", &self.answer.object());
            item(out, &completion.finish());
        }
        out.push(b']');
    }
}

fn head(blocked: bool, source: &str) -> ObjectWriter {
    let mut out = ObjectWriter::default();
    out.member("blocked", blocked.to_string().as_bytes());
    out.member("source_type", text::quote(source).as_bytes());
    out
}
