//! Keeps the reasoning of bridged answers for a while, for clients that do not send it back.
//!
//! A chat message has no member for encrypted reasoning, so a bridged answer has it in the vendor field `azgate`. Most
//! frameworks drop members that they do not know, and a model without its reasoning begins each step of a tool loop
//! anew. azgate finds the field again by the ids of the tool calls, which every client sends back with the results.
//! The memory is one process's own, and its size is bounded.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use quick_cache::{Weighter, sync::Cache};
use tokio::time::Instant;

use crate::{
    auth::Caller,
    call::{KeptReasoning, Remembered},
    json::{Document, Kind, View},
};

/// The keys by which callers' reasoning is found: the name of the caller's key, and the id of a tool call.
type Key = (Arc<str>, Box<str>);

/// The reasoning of recent answers.
#[derive(Debug)]
pub struct ReasoningMemory {
    fields: Cache<Key, Entry, ByBytes>,
    ttl: Duration,
    /// The size of the largest field that is kept.
    largest: usize,
    metrics: MemoryMetrics,
}

/// A remembered field, until it expires.
#[derive(Clone, Debug)]
struct Entry {
    expires: Instant,
    field: Bytes,
    resource: Arc<str>,
}

#[derive(Clone, Debug)]
struct ByBytes;

/// What an entry takes beside its texts: the cache's own record and the allocations.
const ENTRY_BYTES: usize = 200;

impl Weighter<Key, Entry> for ByBytes {
    fn weight(&self, (_, call): &Key, entry: &Entry) -> u64 {
        u64::try_from(ENTRY_BYTES + call.len() + entry.field.len()).unwrap_or(u64::MAX)
    }
}

/// The counters of the memory. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct MemoryMetrics {
    bytes: Gauge,
    hits: Counter,
}

impl MemoryMetrics {
    /// Registers the counters.
    pub fn register(&self, registry: &mut Registry) {
        let help = "Bytes of reasoning that azgate remembers for clients that do not send it back";
        registry.register("reasoning_memory_bytes", help, self.bytes.clone());
        let help = "Messages whose reasoning azgate remembered";
        registry.register("reasoning_memory_hits", help, self.hits.clone());
    }
}

/// The number of entries that the cache makes room for at once; it grows on its own.
const ROOM: usize = 256;

/// The part of the memory that one answer may take, so that a single answer does not push out all others.
const LARGEST: usize = 16;

impl ReasoningMemory {
    /// Makes an empty memory of at most `bytes` bytes that keeps reasoning for `ttl`.
    pub fn new(bytes: usize, ttl: Duration, metrics: MemoryMetrics) -> ReasoningMemory {
        let weight = u64::try_from(bytes).unwrap_or(u64::MAX);
        let fields = Cache::with_weighter(ROOM, weight, ByBytes);
        ReasoningMemory { fields, ttl, largest: bytes / LARGEST, metrics }
    }

    /// Keeps the reasoning of an answer to this caller.
    pub fn remember(&self, caller: &Caller, kept: KeptReasoning) {
        self.insert(&owner(caller), kept, Instant::now());
    }

    fn insert(&self, owner: &Arc<str>, kept: KeptReasoning, now: Instant) {
        let KeptReasoning { call_ids, field, resource } = kept;
        if field.len() > self.largest {
            return;
        }
        let entry = Entry { expires: now + self.ttl, field, resource };
        for call in call_ids {
            self.fields.insert((owner.clone(), call.into()), entry.clone());
        }
        self.metrics.bytes.set(i64::try_from(self.fields.weight()).unwrap_or(i64::MAX));
    }

    /// Finds the reasoning that the messages of a chat call lack. Only messages since the user's last one get their
    /// reasoning back: after those the results of tools follow, and there a model continues its reasoning.
    pub fn recall(&self, caller: &Caller, call: &Document) -> Vec<Remembered> {
        if self.fields.is_empty() { Vec::new() } else { self.find(&owner(caller), call, Instant::now()) }
    }

    fn find(&self, owner: &Arc<str>, call: &Document, now: Instant) -> Vec<Remembered> {
        let messages = call.root().get("messages").into_iter().flat_map(View::items).enumerate();
        let mut found = Vec::new();
        for (index, message) in messages {
            match message.get("role").and_then(View::text).as_deref() {
                Some("user") => found.clear(),
                Some("assistant") if !has_field(message) => {
                    let calls = message.get("tool_calls").into_iter().flat_map(View::items);
                    let mut ids = calls.filter_map(|call| call.get("id")?.text());
                    let entry = ids.find_map(|id| self.entry(owner, &id, now));
                    found.extend(entry.map(|Entry { field, resource, .. }| Remembered {
                        message: index,
                        field,
                        resource,
                    }));
                }
                _ => {}
            }
        }
        self.metrics.hits.inc_by(u64::try_from(found.len()).unwrap_or(u64::MAX));
        found
    }

    fn entry(&self, owner: &Arc<str>, call: &str, now: Instant) -> Option<Entry> {
        let key = (owner.clone(), call.into());
        let entry = self.fields.get(&key)?;
        if entry.expires > now {
            return Some(entry);
        }
        self.fields.remove(&key);
        None
    }
}

/// The name that callers without a key share.
const NOBODY: &str = "";

/// Returns the name by which the memory keeps a caller's reasoning apart.
fn owner(caller: &Caller) -> Arc<str> {
    caller.key().map_or(NOBODY, |key| &key.name).into()
}

/// Returns whether a message has the vendor field itself, or in an object of its own as programs keep it.
fn has_field(message: View<'_>) -> bool {
    let own = |object: View<'_>| object.get("azgate").is_some_and(|field| field.kind() == Kind::Object);
    own(message) || message.members().any(|(_, member)| own(member))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TTL: Duration = Duration::from_mins(1);

    fn memory(bytes: usize) -> ReasoningMemory {
        ReasoningMemory::new(bytes, TTL, MemoryMetrics::default())
    }

    fn kept(ids: &[&str], field: &str) -> KeptReasoning {
        let call_ids = ids.iter().map(|id| (*id).to_owned()).collect();
        KeptReasoning { call_ids, field: Bytes::copy_from_slice(field.as_bytes()), resource: "main".into() }
    }

    fn call(messages: &str) -> Document {
        Document::parse(format!(r#"{{"messages":[{messages}]}}"#).into(), 5).unwrap()
    }

    fn recalled(
        memory: &ReasoningMemory,
        caller: &str,
        messages: &str,
        now: Instant,
    ) -> Vec<(usize, String)> {
        let found = memory.find(&caller.into(), &call(messages), now).into_iter();
        found.map(|one| (one.message, String::from_utf8(one.field.to_vec()).unwrap())).collect()
    }

    const USER: &str = r#"{"role":"user","content":"u"}"#;
    const ASKED: &str = r#"{"role":"assistant","tool_calls":[{"id":"x"},{"id":"b"}]}"#;
    const RESULT: &str = r#"{"role":"tool","tool_call_id":"b","content":"r"}"#;

    #[test]
    fn reasoning_is_found_by_any_id_of_its_answer_and_by_its_caller_alone() {
        let (memory, now) = (memory(1 << 20), Instant::now());
        memory.insert(&"a".into(), kept(&["a", "b"], "{1}"), now);
        let loop_of_tools = format!("{USER},{ASKED},{RESULT}");
        assert_eq!(recalled(&memory, "a", &loop_of_tools, now), [(1, "{1}".to_owned())]);
        assert_eq!(recalled(&memory, "other", &loop_of_tools, now), []);
        assert_eq!(recalled(&memory, "", &loop_of_tools, now), []);
        assert_eq!(memory.metrics.hits.get(), 1);
        assert!(memory.metrics.bytes.get() > 400);
    }

    #[test]
    fn only_the_current_turn_gets_reasoning_and_no_message_that_has_its_own() {
        let (memory, now) = (memory(1 << 20), Instant::now());
        memory.insert(&"a".into(), kept(&["b"], "{1}"), now);
        let own = r#"{"role":"assistant","tool_calls":[{"id":"b"}],"azgate":{"output":[]}}"#;
        let litellm =
            r#"{"role":"assistant","tool_calls":[{"id":"b"}],"provider_specific_fields":{"azgate":{}}}"#;
        for messages in [
            format!("{ASKED},{RESULT},{USER}"),
            format!("{USER},{own},{RESULT}"),
            format!("{USER},{litellm},{RESULT}"),
            USER.to_owned(),
        ] {
            assert_eq!(recalled(&memory, "a", &messages, now), [], "{messages}");
        }
        let null = ASKED.replace("}]}", r#"}],"azgate":null}"#);
        assert_eq!(recalled(&memory, "a", &format!("{USER},{null}"), now).len(), 1);
    }

    #[test]
    fn reasoning_expires() {
        let (memory, now) = (memory(1 << 20), Instant::now());
        memory.insert(&"a".into(), kept(&["b"], "{1}"), now);
        assert_eq!(recalled(&memory, "a", ASKED, now + TTL / 2).len(), 1);
        assert_eq!(recalled(&memory, "a", ASKED, now + TTL), []);
        assert!(memory.fields.is_empty());
    }

    #[test]
    fn the_memory_keeps_its_size() {
        let (memory, now) = (memory(100_000), Instant::now());
        for index in 0..1_000 {
            memory.insert(&"a".into(), kept(&[&index.to_string()], &"x".repeat(5_000)), now);
        }
        assert!(memory.fields.weight() <= 100_000 && memory.fields.len() > 5, "{}", memory.fields.weight());
        memory.insert(&"a".into(), kept(&["large"], &"x".repeat(10_000)), now);
        assert!(memory.entry(&"a".into(), "large", now).is_none(), "one answer does not push out all others");
    }
}
